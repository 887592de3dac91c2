//! Configuration of the function, read from environment variables.

use domain::{billing::Prices, provisioning::Steps};
use runtime::{ConfigErrors, Env, SecretSource};
use stripe::{Mode, Secrets};

const SECRETS: &str = "one or more comma-separated whsec_… values, or the ARN of a secret that contains them";

/// The settings of the function.
#[derive(Debug)]
pub struct Config {
    pub table: String,
    /// Whether this stage uses Stripe's test mode or live mode.
    pub mode: Mode,
    /// Where the signing secrets come from. Without secrets, the function rejects every webhook with
    /// 503, so Stripe sends the event again.
    pub secrets: SecretSource<Secrets>,
    /// The price ids of the plans. An event names the plan of a subscription only by its price id.
    pub prices: Prices,
    /// Steps of the host app for new organizations.
    pub steps: Steps,
}

impl Config {
    /// Reads the settings.
    ///
    /// # Errors
    /// Lists every variable that is missing or invalid.
    pub fn read(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let table = vars.table();
        let mode = vars.read("STRIPE_PUBLISHABLE_KEY", None, Mode::EXPECTED, Mode::of_publishable);
        let secrets = vars.read("STRIPE_WEBHOOK_SECRET", Some(""), SECRETS, |text| {
            SecretSource::parse(text, |text| Secrets::parse(text).ok())
        });
        let prices = vars.prices();
        let steps = vars.steps();
        runtime::require!(vars, table, mode, secrets, prices, steps);
        Ok(Self { table, mode, secrets, prices, steps })
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
}
