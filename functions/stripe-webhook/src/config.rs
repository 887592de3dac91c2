//! Configuration of the function, read from environment variables.

use domain::billing::Prices;
use runtime::{ConfigErrors, Env, SecretSource};
use stripe::Secrets;

const SECRETS: &str = "one or more comma-separated whsec_… values, or the ARN of a secret that contains them";

/// The settings of the function.
#[derive(Debug)]
pub struct Config {
    pub table: String,
    /// Whether this stage uses Stripe's live mode.
    pub live: bool,
    /// Where the signing secrets come from. Without secrets, the function rejects every webhook with
    /// 503, so Stripe sends the event again.
    pub secrets: SecretSource<Secrets>,
    /// The price ids of the plans. An event names the plan of a subscription only by its price id.
    pub prices: Prices,
}

impl Config {
    /// Reads the settings.
    ///
    /// # Errors
    /// Lists every variable that is missing or invalid.
    pub fn read(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let table = vars.text("TABLE_NAME", "the DynamoDB table name");
        let live =
            vars.read("STRIPE_PUBLISHABLE_KEY", None, "a key that starts with pk_test_ or pk_live_", |key| {
                let mode = key.strip_prefix("pk_")?;
                match mode.split_once('_')? {
                    ("test", rest) if !rest.is_empty() => Some(false),
                    ("live", rest) if !rest.is_empty() => Some(true),
                    _ => None,
                }
            });
        let secrets = vars.read("STRIPE_WEBHOOK_SECRET", Some(""), SECRETS, |text| {
            SecretSource::parse(text, |text| Secrets::parse(text).ok())
        });
        let prices = vars.prices();
        let config = (|| Some(Self { table: table?, live: live?, secrets: secrets?, prices: prices? }))();
        vars.finish(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_every_variable_and_no_value() {
        let env =
            Env::new([("STRIPE_PUBLISHABLE_KEY", "sk_live_oops"), ("STRIPE_WEBHOOK_SECRET", "hunter2")]);
        let errors = Config::read(&env).unwrap_err().to_string();
        for name in ["TABLE_NAME", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_TEAM_PRICE_ID"]
        {
            assert!(errors.contains(name), "{errors}");
        }
        assert!(!errors.contains("hunter2") && !errors.contains("oops"), "{errors}");
    }

    #[test]
    fn mode_is_that_of_the_publishable_key() {
        for (key, live) in [("pk_test_1", false), ("pk_live_1", true)] {
            let env = Env::new([
                ("TABLE_NAME", "t"),
                ("STRIPE_PUBLISHABLE_KEY", key),
                ("STRIPE_SINGLE_USER_PRICE_ID", "price_1"),
                ("STRIPE_TEAM_PRICE_ID", "price_2"),
            ]);
            assert_eq!(Config::read(&env).unwrap().live, live);
        }
    }
}
