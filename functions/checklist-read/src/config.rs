//! The variables of this function.

use boot::{Env, Faults};

/// What this function is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The table's name.
    pub table: String,
    /// The product's name, as people read it.
    pub product: String,
    /// Where the host app is, without a slash at its end; none while Onramp's own dashboard stands in for it.
    pub app_url: Option<String>,
}

impl Config {
    /// Reads the variables.
    ///
    /// # Errors
    /// Every bad variable at once.
    pub fn read(env: &Env) -> Result<Self, Faults> {
        let mut vars = env.vars();
        let table = vars.text("TABLE_NAME", "the table's name");
        let product = vars.parsed("PRODUCT_NAME", "TimeTracker", "the product's name");
        let app_url = vars.base_url("APP_URL").map(|url| url.map(|url| url.as_str().to_owned()));
        let config = table.zip(product).zip(app_url);
        vars.finish(config.map(|((table, product), app_url)| Self { table, product, app_url }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_stand_in_and_every_fault_is_named() {
        let config = Config::read(&Env::new([("TABLE_NAME", "onramp")])).unwrap();
        assert_eq!((config.product.as_str(), config.app_url.as_deref()), ("TimeTracker", None));
        let faults = Config::read(&Env::new([("APP_URL", "ftp://x")])).unwrap_err();
        assert_eq!(faults.0.iter().map(|fault| fault.name).collect::<Vec<_>>(), ["TABLE_NAME", "APP_URL"]);
    }
}
