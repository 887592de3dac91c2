//! Configuration of the function.

use domain::{
    mail::brake::Budget,
    people::{IdleTimeout, Operators},
};
use host_auth::Keys;
use runtime::{BaseUrl, ConfigErrors, Env, SecretSource};

/// Environment variables of the function.
#[derive(Debug)]
pub struct Config {
    pub table: String,
    /// URL at which browsers reach Onramp. `None` means the host of each request.
    pub public_url: Option<BaseUrl>,
    /// Product name that users see.
    pub product: String,
    /// How long a session lives without use.
    pub session_idle: IdleTimeout,
    /// Maximum number of sign-ups from one network per hour. The correction of an address counts as a
    /// sign-up.
    pub limit_per_ip: u32,
    /// Number of welcome emails to new addresses that are sent per hour without delay.
    pub budget: Budget,
    /// URL of the host app. `None` means that users get Onramp's own dashboard instead.
    pub app_url: Option<BaseUrl>,
    /// Keys that sign handoff tokens. Without keys, Onramp only links to the host app, which signs
    /// users in itself.
    pub keys: SecretSource<Keys>,
    /// Users who may open the operator pages. This function needs them because an invitation link
    /// must never sign in an operator.
    pub operators: Operators,
}

impl Config {
    /// Reads the environment variables.
    ///
    /// # Errors
    /// Returns every variable that is missing or invalid.
    pub fn read(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let table = vars.table();
        let public_url = vars.public_url();
        let product = vars.product_name();
        let session_idle = vars.session_idle();
        let limit_per_ip = vars.sign_up_limit();
        let budget = vars.sign_up_budget();
        let app_url = vars.base_url("APP_URL");
        let keys = vars.read("HOST_SIGNING_KEYS", Some(""), Keys::EXPECTED, |text| {
            SecretSource::parse(text, Keys::parse)
        });
        let operators = vars.parsed("OPERATOR_EMAILS", "", "comma-separated email addresses");
        runtime::require!(
            vars,
            table,
            public_url,
            product,
            session_idle,
            limit_per_ip,
            budget,
            app_url,
            keys,
            operators
        );
        Ok(Self { table, public_url, product, session_idle, limit_per_ip, budget, app_url, keys, operators })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_table_name_is_required() {
        let config = Config::read(&Env::new([("TABLE_NAME", "onramp")])).unwrap();
        assert_eq!((config.table.as_str(), config.product.as_str()), ("onramp", "TimeTracker"));
        assert!(config.app_url.is_none() && matches!(config.keys, SecretSource::Unset));
    }

    #[test]
    fn errors_name_every_variable_and_no_value() {
        let bad = Env::new([("APP_URL", "ftp://hidden.example"), ("HOST_SIGNING_KEYS", "hidden")]);
        let faults = Config::read(&bad).unwrap_err();
        let names: Vec<_> = faults.0.iter().map(|fault| fault.name).collect();
        assert_eq!(names, ["TABLE_NAME", "APP_URL", "HOST_SIGNING_KEYS"]);
        assert!(!faults.to_string().contains("hidden"), "{faults}");
    }
}
