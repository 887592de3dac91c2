//! The variables of this function.

use boot::{Env, Faults};
use web::Origins;

/// What this function is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The table's name.
    pub table: String,
    /// The product's name, as people read it.
    pub product: String,
    /// Where the host app is, without a slash at its end; none while Onramp's own dashboard stands in for it.
    pub app_url: Option<String>,
    /// Where Stripe's hosted pages are, which forms lead to.
    pub checkout: Origins,
}

impl Config {
    /// Reads the variables.
    ///
    /// # Errors
    /// Every bad variable at once.
    pub fn read(env: &Env) -> Result<Self, Faults> {
        let mut vars = env.vars();
        let table = vars.text("TABLE_NAME", "the table's name");
        let product = vars.product_name();
        let app_url = vars.base_url("APP_URL").map(|url| url.map(|url| url.as_str().to_owned()));
        let checkout = vars.parsed("STRIPE_CHECKOUT_ORIGINS", Origins::STRIPE, Origins::EXPECTED);
        let config =
            (|| Some(Self { table: table?, product: product?, app_url: app_url?, checkout: checkout? }))();
        vars.finish(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_stand_in_and_every_fault_is_named() {
        let config = Config::read(&Env::new([("TABLE_NAME", "onramp")])).unwrap();
        assert_eq!((config.product.as_str(), config.app_url.as_deref()), ("TimeTracker", None));
        assert_eq!(config.checkout.to_string(), Origins::STRIPE);
        let bad = Env::new([("APP_URL", "ftp://x"), ("STRIPE_CHECKOUT_ORIGINS", "*")]);
        let faults = Config::read(&bad).unwrap_err().0;
        let names: Vec<_> = faults.iter().map(|fault| fault.name).collect();
        assert_eq!(names, ["TABLE_NAME", "APP_URL", "STRIPE_CHECKOUT_ORIGINS"]);
    }
}
