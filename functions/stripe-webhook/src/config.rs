use boot::{ConfigErrors, Env};
use domain::plan::Prices;
use stripe::Secrets;

/// Where the signing secrets are.
#[derive(Clone, Debug)]
pub enum SecretPlace {
    /// In the variable itself.
    Given(Secrets),
    /// In Secrets Manager, under this ARN.
    Stored(String),
    /// Nowhere: every webhook gets 503, so that Stripe keeps its events.
    Missing,
}

/// The function's variables.
#[derive(Debug)]
pub struct Config {
    pub table: String,
    /// Whether this stage lives in Stripe's live mode.
    pub live: bool,
    pub secret: SecretPlace,
    /// What the plans cost: a subscription tells its price only.
    pub prices: Prices,
}

impl Config {
    /// Reads them.
    ///
    /// # Errors
    /// Every variable that is missing or wrong.
    pub fn read(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let table = vars.text("TABLE_NAME", "the table's name");
        let live =
            vars.read("STRIPE_PUBLISHABLE_KEY", None, "a key that starts with pk_test_ or pk_live_", |key| {
                let mode = key.strip_prefix("pk_")?;
                match mode.split_once('_')? {
                    ("test", rest) if !rest.is_empty() => Some(false),
                    ("live", rest) if !rest.is_empty() => Some(true),
                    _ => None,
                }
            });
        let secret = match env.get("STRIPE_WEBHOOK_SECRET") {
            None => Some(SecretPlace::Missing),
            Some(_) => vars.read(
                "STRIPE_WEBHOOK_SECRET",
                None,
                "whsec_…, several of them separated by commas, or the ARN of a secret that holds them",
                |text| {
                    if text.starts_with("arn:") {
                        Some(SecretPlace::Stored(text.to_owned()))
                    } else {
                        Secrets::parse(text).ok().map(SecretPlace::Given)
                    }
                },
            ),
        };
        let prices = vars.prices();
        let config = (|| Some(Self { table: table?, live: live?, secret: secret?, prices: prices? }))();
        vars.finish(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_variable_is_named_and_no_value_is_told() {
        let env =
            Env::new([("STRIPE_PUBLISHABLE_KEY", "sk_live_oops"), ("STRIPE_WEBHOOK_SECRET", "hunter2")]);
        let faults = Config::read(&env).unwrap_err().to_string();
        for name in ["TABLE_NAME", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_TEAM_PRICE_ID"]
        {
            assert!(faults.contains(name), "{faults}");
        }
        assert!(!faults.contains("hunter2") && !faults.contains("oops"), "{faults}");
    }

    #[test]
    fn the_mode_is_the_publishable_keys() {
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
