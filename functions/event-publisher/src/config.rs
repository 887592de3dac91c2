//! Configuration of the function, read from environment variables.

use runtime::{ConfigErrors, Env};

/// The settings of the function.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Config {
    /// The name or the ARN of the event bus.
    pub(crate) bus: String,
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
        vars.finish(bus.map(|bus| Self { bus }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_bus_is_used_unless_another_is_configured() {
        assert_eq!(Config::read(&Env::default()), Ok(Config { bus: "default".to_owned() }));
        let named = Config::read(&Env::new([("EVENT_BUS_NAME", "acme-bus")]));
        assert_eq!(named, Ok(Config { bus: "acme-bus".to_owned() }));
        let errors = Config::read(&Env::new([("EVENT_BUS_NAME", "acme bus")])).unwrap_err();
        assert_eq!(errors.0.len(), 1);
    }
}
