//! Configuration of the function, read from environment variables.

use domain::billing::Prices;
use runtime::{ConfigErrors, Env};

/// The settings of the function.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) table: String,
    /// The price ids of the plans. They show whether a parked event is about a plan.
    pub(crate) prices: Prices,
}

impl Config {
    pub(crate) fn read(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let table = vars.table();
        let prices = vars.prices();
        runtime::require!(vars, table, prices);
        Ok(Self { table, prices })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn config_errors_name_every_missing_variable() {
        let errors = Config::read(&Env::default()).unwrap_err();
        let names: Vec<_> = errors.0.iter().map(|error| error.name).collect();
        assert_eq!(names, ["TABLE_NAME", "STRIPE_SINGLE_USER_PRICE_ID", "STRIPE_TEAM_PRICE_ID"]);
    }
}
