//! Configuration of this function, read from environment variables.

use domain::people::IdleTimeout;
use host_auth::Keys;
use runtime::{BaseUrl, ConfigErrors, Env, SecretSource};
use web::Origins;

/// Settings of the function, all of them validated.
#[derive(Debug)]
pub struct Config {
    pub table: String,
    /// Base URL at which browsers reach Onramp. `None` means the domain of each request.
    pub public_url: Option<BaseUrl>,
    /// How long a session lives without use.
    pub session_idle: IdleTimeout,
    /// `source` of the bus events that complete tasks.
    pub host_source: String,
    /// Base URL of the host app. `None` means that tasks link to Onramp's own guide.
    pub app_url: Option<BaseUrl>,
    /// Source of the keys that verify embed tokens and the host app's signatures.
    pub keys: SecretSource<Keys>,
    /// Origins whose pages may embed the widget and change the checklist.
    pub embedders: Origins,
}

impl Config {
    /// Reads and validates the variables.
    ///
    /// # Errors
    /// [`ConfigErrors`] with every invalid variable.
    pub fn read(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let table = vars.table();
        let public_url = vars.public_url();
        let session_idle = vars.session_idle();
        let host_source =
            vars.parsed("HOST_EVENT_SOURCE", "timetracker", "the source of the host app's events");
        let app_url = vars.base_url("APP_URL");
        let keys =
            vars.read("HOST_KEYS", Some(""), Keys::EXPECTED, |text| SecretSource::parse(text, Keys::parse));
        let embedders = vars.read("EMBED_ORIGINS", Some(""), Origins::EXPECTED, Origins::parse_any);
        runtime::require!(vars, table, public_url, session_idle, host_source, app_url, keys, embedders);
        Ok(Self { table, public_url, session_idle, host_source, app_url, keys, embedders })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn config_has_defaults_and_errors_name_every_variable() {
        let config = Config::read(&Env::new([("TABLE_NAME", "onramp")])).unwrap();
        assert_eq!((config.table.as_str(), config.host_source.as_str()), ("onramp", "timetracker"));
        assert!(config.app_url.is_none() && matches!(config.keys, SecretSource::Unset));
        assert_eq!(config.embedders, Origins::default());
        let errors = Config::read(&Env::new([
            ("APP_URL", "ftp://app.example.com"),
            ("HOST_KEYS", "hidden"),
            ("EMBED_ORIGINS", "*"),
        ]))
        .unwrap_err();
        let names: Vec<_> = errors.0.iter().map(|error| error.name).collect();
        assert_eq!(names, ["TABLE_NAME", "APP_URL", "HOST_KEYS", "EMBED_ORIGINS"]);
        assert!(!errors.to_string().contains("hidden"), "{errors}");
    }
}
