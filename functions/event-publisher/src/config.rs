//! Configuration of the function, read from environment variables.

use runtime::{BASE_URL, BaseUrl, ConfigErrors, Env};

/// The settings of the function.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Config {
    /// The name or the ARN of the event bus.
    pub(crate) bus: String,
    /// Dashboard of the host app, or Onramp's own without a host app.
    pub(crate) app_url: String,
}

impl Config {
    pub(crate) fn read(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let bus =
            vars.read("EVENT_BUS_NAME", Some("default"), "the name or the ARN of an event bus", |name| {
                // These are the characters that `EventBusName` allows (EventBridge API reference,
                // "PutEventsRequestEntry").
                let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/.-_:".contains(&byte);
                (name.len() <= 1600 && name.bytes().all(allowed)).then(|| name.to_owned())
            });
        let public_url = vars.read("PUBLIC_URL", None, BASE_URL, |text| text.parse::<BaseUrl>().ok());
        let app_url = vars.base_url("APP_URL");
        runtime::require!(vars, bus, public_url, app_url);
        let app_url = app_url.map_or_else(|| format!("{public_url}/dashboard"), |url| url.to_string());
        Ok(Self { bus, app_url })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bus_and_app_have_defaults() {
        let public_url = ("PUBLIC_URL", "https://onramp.example.com");
        let config = |bus: &str, app_url: &str| Config { bus: bus.to_owned(), app_url: app_url.to_owned() };
        let dashboard = "https://onramp.example.com/dashboard";
        assert_eq!(Config::read(&Env::new([public_url])), Ok(config("default", dashboard)));
        let named = [("EVENT_BUS_NAME", "acme-bus"), ("APP_URL", "https://app.example.com"), public_url];
        assert_eq!(Config::read(&Env::new(named)), Ok(config("acme-bus", "https://app.example.com")));
        let errors = Config::read(&Env::new([("EVENT_BUS_NAME", "acme bus")])).unwrap_err();
        assert_eq!(errors.0.len(), 2);
    }
}
