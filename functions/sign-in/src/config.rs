use boot::{BaseUrl, Env, Faults};

use crate::handover::{KeyPlace, SigningKey};

/// The function's variables.
#[derive(Debug)]
pub struct Config {
    pub table: String,
    /// The product's name, as people read it.
    pub product: String,
    /// Where the host app is; none while Onramp's own dashboard stands in for it.
    pub app_url: Option<BaseUrl>,
    /// Where the keys are whose passes the host app takes; none where it signs people in itself.
    pub keys: Option<KeyPlace>,
}

impl Config {
    /// Reads them.
    ///
    /// # Errors
    /// Every variable that is missing or wrong.
    pub fn read(env: &Env) -> Result<Self, Faults> {
        let mut vars = env.vars();
        let table = vars.text("TABLE_NAME", "the table's name");
        let product = vars.product_name();
        let app_url = vars.base_url("APP_URL");
        let keys = vars.read("HOST_SIGNING_KEYS", Some(""), SigningKey::EXPECTED, |text| {
            if text.is_empty() {
                return Some(None);
            }
            let stored = || Some(KeyPlace::Stored(text.to_owned()));
            let place = if text.starts_with("arn:") {
                stored()
            } else {
                SigningKey::first_of(text).map(KeyPlace::Given)
            };
            place.map(Some)
        });
        let config = (|| Some(Self { table: table?, product: product?, app_url: app_url?, keys: keys? }))();
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
        assert!(config.app_url.is_none() && config.keys.is_none());
    }

    #[test]
    fn every_fault_is_named_and_no_value_is_told() {
        let bad = Env::new([("APP_URL", "ftp://hidden.example"), ("HOST_SIGNING_KEYS", "hidden")]);
        let faults = Config::read(&bad).unwrap_err();
        let names: Vec<_> = faults.0.iter().map(|fault| fault.name).collect();
        assert_eq!(names, ["TABLE_NAME", "APP_URL", "HOST_SIGNING_KEYS"]);
        assert!(!faults.to_string().contains("hidden"), "{faults}");
    }

    #[test]
    fn keys_stand_in_the_variable_or_in_secrets_manager() {
        let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:onramp/host-AbCdEf";
        let place = |keys| Config::read(&Env::new([("TABLE_NAME", "onramp"), ("HOST_SIGNING_KEYS", keys)]));
        assert!(matches!(place(arn).unwrap().keys, Some(KeyPlace::Stored(stored)) if stored == arn));
        let given = format!("a:{}", "A".repeat(43));
        assert!(matches!(place(&given).unwrap().keys, Some(KeyPlace::Given(_))));
    }
}
