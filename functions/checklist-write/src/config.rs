use boot::{BaseUrl, Env, Faults};

/// The function's variables.
#[derive(Debug, PartialEq, Eq)]
pub struct Config {
    pub table: String,
    /// The source of the bus events that tick tasks.
    pub host_source: String,
    /// Where the host app is; none while Onramp's own guide stands in for it.
    pub app_url: Option<BaseUrl>,
}

impl Config {
    /// Reads them.
    ///
    /// # Errors
    /// Every variable that is missing or wrong.
    pub fn read(env: &Env) -> Result<Self, Faults> {
        let mut vars = env.vars();
        let table = vars.text("TABLE_NAME", "the table's name");
        let host_source =
            vars.parsed("HOST_EVENT_SOURCE", "timetracker", "the source of the host app's events");
        let app_url = vars.base_url("APP_URL");
        let config = (|| Some(Self { table: table?, host_source: host_source?, app_url: app_url? }))();
        vars.finish(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_stand_in_and_every_fault_is_named() {
        let config = Config::read(&Env::new([("TABLE_NAME", "onramp")])).unwrap();
        let expected =
            Config { table: "onramp".to_owned(), host_source: "timetracker".to_owned(), app_url: None };
        assert_eq!(config, expected);
        let faults = Config::read(&Env::new([("APP_URL", "ftp://app.example.com")])).unwrap_err();
        assert_eq!(faults.0.iter().map(|fault| fault.name).collect::<Vec<_>>(), ["TABLE_NAME", "APP_URL"]);
    }
}
