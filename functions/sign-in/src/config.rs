use boot::{BaseUrl, ConfigErrors, Env};
use domain::operator::Operators;
use host::{KeySource, Keys};

/// The function's variables.
#[derive(Debug)]
pub struct Config {
    pub table: String,
    /// The address at which browsers reach Onramp; `None` means the domain of each request.
    pub public_url: Option<BaseUrl>,
    /// The product's name, as people read it.
    pub product: String,
    /// Where the host app is; none while Onramp's own dashboard stands in for it.
    pub app_url: Option<BaseUrl>,
    /// Where the keys are whose passes the host app takes; nowhere if it signs people in itself.
    pub keys: KeySource,
    /// Whose addresses open the operator pages: an invitation alone does not sign these people in.
    pub operators: Operators,
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
        let product = vars.product_name();
        let app_url = vars.base_url("APP_URL");
        let keys = vars.read("HOST_SIGNING_KEYS", Some(""), Keys::EXPECTED, KeySource::parse);
        let operators = vars.parsed("OPERATOR_EMAILS", "", "mail addresses, separated by commas");
        let config = (|| {
            Some(Self {
                table: table?,
                public_url: public_url?,
                product: product?,
                app_url: app_url?,
                keys: keys?,
                operators: operators?,
            })
        })();
        vars.finish(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_must_be_named_and_the_rest_may_be() {
        let config = Config::read(&Env::new([("TABLE_NAME", "onramp")])).unwrap();
        assert_eq!((config.table.as_str(), config.product.as_str()), ("onramp", "TimeTracker"));
        assert!(config.app_url.is_none() && matches!(config.keys, KeySource::Unset));
    }

    #[test]
    fn every_fault_is_named_and_no_value_is_told() {
        let bad = Env::new([("APP_URL", "ftp://hidden.example"), ("HOST_SIGNING_KEYS", "hidden")]);
        let faults = Config::read(&bad).unwrap_err();
        let names: Vec<_> = faults.0.iter().map(|fault| fault.name).collect();
        assert_eq!(names, ["TABLE_NAME", "APP_URL", "HOST_SIGNING_KEYS"]);
        assert!(!faults.to_string().contains("hidden"), "{faults}");
    }
}
