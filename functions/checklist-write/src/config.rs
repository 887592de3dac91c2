use boot::{BaseUrl, ConfigErrors, Env};
use host::{KeySource, Keys};
use web::Origins;

/// The function's variables.
#[derive(Debug)]
pub struct Config {
    pub table: String,
    /// The address at which browsers reach Onramp; `None` means the domain of each request.
    pub public_url: Option<BaseUrl>,
    /// The source of the bus events that tick tasks.
    pub host_source: String,
    /// Where the host app is; none while Onramp's own guide stands in for it.
    pub app_url: Option<BaseUrl>,
    /// Where the keys are by which the host app speaks to us.
    pub keys: KeySource,
    /// The origins whose pages may hold pieces of ours, and change the checklist from there.
    pub embedders: Origins,
}

impl Config {
    /// Reads them.
    ///
    /// # Errors
    /// Every variable that is missing or wrong.
    pub fn read(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let table = vars.text("TABLE_NAME", "the table's name");
        let public_url = vars.public_url();
        let host_source =
            vars.parsed("HOST_EVENT_SOURCE", "timetracker", "the source of the host app's events");
        let app_url = vars.base_url("APP_URL");
        let keys = vars.read("HOST_KEYS", Some(""), Keys::EXPECTED, KeySource::parse);
        let embedders = vars.read("EMBED_ORIGINS", Some(""), Origins::EXPECTED, Origins::parse_any);
        let config = (|| {
            Some(Self {
                table: table?,
                public_url: public_url?,
                host_source: host_source?,
                app_url: app_url?,
                keys: keys?,
                embedders: embedders?,
            })
        })();
        vars.finish(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_stand_in_and_every_fault_is_named() {
        let config = Config::read(&Env::new([("TABLE_NAME", "onramp")])).unwrap();
        assert_eq!((config.table.as_str(), config.host_source.as_str()), ("onramp", "timetracker"));
        assert!(config.app_url.is_none() && matches!(config.keys, KeySource::Unset));
        assert_eq!(config.embedders, Origins::default());
        let faults = Config::read(&Env::new([
            ("APP_URL", "ftp://app.example.com"),
            ("HOST_KEYS", "hidden"),
            ("EMBED_ORIGINS", "*"),
        ]))
        .unwrap_err();
        let names: Vec<_> = faults.0.iter().map(|fault| fault.name).collect();
        assert_eq!(names, ["TABLE_NAME", "APP_URL", "HOST_KEYS", "EMBED_ORIGINS"]);
        assert!(!faults.to_string().contains("hidden"), "{faults}");
    }
}
