//! Configuration of the function, read from environment variables.

use domain::{billing::Prices, people::IdleTimeout, provisioning::Steps};
use runtime::{BaseUrl, ConfigErrors, Env, SecretSource};
use stripe::{Mode, client::SecretKey};
use web::Origins;

/// All settings except the secret key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub table: String,
    /// The origin at which browsers reach Onramp; `None` means the domain of each request.
    pub public_url: Option<BaseUrl>,
    pub product: String,
    /// Whether this stage uses Stripe's test mode or live mode.
    pub mode: Mode,
    /// The origins of Checkout and of the billing portal.
    pub origins: Origins,
    /// How long a session lives without use.
    pub session_idle: IdleTimeout,
    /// The price ids of the plans.
    pub prices: Prices,
    /// Steps of the host app for new organizations.
    pub steps: Steps,
}

impl Config {
    /// Reads the settings and the source of the secret key.
    ///
    /// # Errors
    /// Lists every variable that is missing or invalid.
    pub fn read(env: &Env) -> Result<(Self, SecretSource<SecretKey>), ConfigErrors> {
        let mut vars = env.vars();
        let table = vars.table();
        let public_url = vars.public_url();
        let product = vars.product_name();
        let mode = vars.read("STRIPE_PUBLISHABLE_KEY", None, Mode::EXPECTED, Mode::of_publishable);
        let key = vars.read("STRIPE_SECRET_KEY", None, SecretKey::EXPECTED_OR_ARN, |text| {
            SecretSource::parse(text, |text| SecretKey::of_mode(text, mode))
        });
        let session_idle = vars.session_idle();
        let prices = vars.prices();
        let steps = vars.steps();
        let origins = vars.parsed("STRIPE_CHECKOUT_ORIGINS", Origins::STRIPE, Origins::EXPECTED);
        runtime::require!(vars, table, public_url, product, mode, session_idle, origins, prices, steps, key);
        Ok((Self { table, public_url, product, mode, origins, session_idle, prices, steps }, key))
    }
}

#[cfg(test)]
mod tests {
    use domain::billing::Plan;

    use super::*;

    const GOOD: [(&str, &str); 5] = [
        ("TABLE_NAME", "onramp"),
        ("STRIPE_PUBLISHABLE_KEY", "pk_test_1"),
        ("STRIPE_SECRET_KEY", "sk_test_1"),
        ("STRIPE_SINGLE_USER_PRICE_ID", "price_1"),
        ("STRIPE_TEAM_PRICE_ID", "price_2"),
    ];

    fn errors(vars: &[(&'static str, &str)]) -> Vec<&'static str> {
        let env = Env::new(GOOD.iter().chain(vars).copied());
        let errors = Config::read(&env).err().unwrap_or_default();
        assert!(!errors.to_string().contains("hidden"), "{errors}");
        errors.0.iter().map(|error| error.name).collect()
    }

    #[test]
    fn errors_name_every_variable_and_no_value() {
        for (vars, named) in [
            (vec![], vec![]),
            (vec![("STRIPE_SECRET_KEY", "rk_test_1")], vec![]),
            (vec![("STRIPE_SECRET_KEY", "arn:aws:secretsmanager:eu-west-1:1:secret:x")], vec![]),
            (vec![("STRIPE_SECRET_KEY", "hidden")], vec!["STRIPE_SECRET_KEY"]),
            (vec![("STRIPE_SECRET_KEY", "sk_live_hidden")], vec!["STRIPE_SECRET_KEY"]),
            (vec![("STRIPE_PUBLISHABLE_KEY", "sk_test_hidden")], vec!["STRIPE_PUBLISHABLE_KEY"]),
            (vec![("STRIPE_TEAM_PRICE_ID", "price_1")], vec!["STRIPE_TEAM_PRICE_ID"]),
            (vec![("STRIPE_TEAM_PRICE_ID", "prod_hidden")], vec!["STRIPE_TEAM_PRICE_ID"]),
            (vec![("STRIPE_CHECKOUT_ORIGINS", "http://hidden.example")], vec!["STRIPE_CHECKOUT_ORIGINS"]),
            (
                vec![
                    ("TABLE_NAME", ""),
                    ("STRIPE_SECRET_KEY", "hidden"),
                    ("STRIPE_SINGLE_USER_PRICE_ID", "hidden"),
                    ("STRIPE_TEAM_PRICE_ID", "price_"),
                ],
                vec![
                    "TABLE_NAME",
                    "STRIPE_SECRET_KEY",
                    "STRIPE_SINGLE_USER_PRICE_ID",
                    "STRIPE_TEAM_PRICE_ID",
                ],
            ),
        ] {
            assert_eq!(errors(&vars), named, "{vars:?}");
        }
    }

    #[test]
    fn each_plan_has_its_configured_price() {
        let (config, _) = Config::read(&Env::new(GOOD)).unwrap();
        let price = |plan| Plan::parse(plan).map(|plan| config.prices.current(plan).to_owned());
        assert_eq!(price("single").as_deref(), Some("price_1"));
        assert_eq!(price("team").as_deref(), Some("price_2"));
        assert_eq!(price("Team"), None);
    }
}
