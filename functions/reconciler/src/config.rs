//! Configuration of the function, read from environment variables.

use domain::{billing::Prices, provisioning::Steps};
use runtime::{ConfigErrors, Env, SecretSource};
use stripe::{Mode, client::SecretKey};

/// The settings of the function.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) table: String,
    /// Whether this stage uses Stripe's test mode or live mode.
    pub(crate) mode: Mode,
    pub(crate) key: SecretSource<SecretKey>,
    /// The price ids of the plans. They show which subscriptions count.
    pub(crate) prices: Prices,
    /// Steps of the host app for organizations that a subscription provisions.
    pub(crate) steps: Steps,
}

impl Config {
    pub(crate) fn read(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let table = vars.table();
        let mode = vars.read("STRIPE_PUBLISHABLE_KEY", None, Mode::EXPECTED, Mode::of_publishable);
        let key = vars.read("STRIPE_SECRET_KEY", None, SecretKey::EXPECTED_OR_ARN, |text| {
            SecretSource::parse(text, |text| SecretKey::of_mode(text, mode))
        });
        let prices = vars.prices();
        let steps = vars.steps();
        runtime::require!(vars, table, mode, key, prices, steps);
        Ok(Self { table, mode, key, prices, steps })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_every_variable_and_no_value() {
        let env =
            Env::new([("STRIPE_PUBLISHABLE_KEY", "pk_test_1"), ("STRIPE_SECRET_KEY", "sk_live_hidden")]);
        let errors = Config::read(&env).unwrap_err();
        let names: Vec<_> = errors.0.iter().map(|error| error.name).collect();
        assert_eq!(
            names,
            ["TABLE_NAME", "STRIPE_SECRET_KEY", "STRIPE_SINGLE_USER_PRICE_ID", "STRIPE_TEAM_PRICE_ID"]
        );
        assert!(!errors.to_string().contains("hidden"), "{errors}");
    }
}
