//! The variables of this function.

use boot::{BaseUrl, ConfigErrors, Env};
use host::{KeySource, Keys};
use web::Origins;

/// What this function is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// The table's name.
    pub table: String,
    /// The address at which browsers reach Onramp; `None` means the domain of each request.
    pub public_url: Option<BaseUrl>,
    /// The product's name, as people read it.
    pub product: String,
    /// Where the host app is, without a slash at its end; none while Onramp's own dashboard stands in for it.
    pub app_url: Option<String>,
    /// Where Stripe's hosted pages are, which forms lead to.
    pub checkout: Origins,
    /// Where the keys are whose tokens show pieces of ours in the host app.
    pub keys: KeySource,
    /// The origins whose pages may hold them.
    pub embedders: Origins,
}

impl Config {
    /// Reads the variables.
    ///
    /// # Errors
    /// Every bad variable at once.
    pub fn read(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let table = vars.text("TABLE_NAME", "the table's name");
        let public_url = vars.public_url();
        let product = vars.product_name();
        let app_url = vars.base_url("APP_URL").map(|url| url.map(|url| url.as_str().to_owned()));
        let checkout = vars.parsed("STRIPE_CHECKOUT_ORIGINS", Origins::STRIPE, Origins::EXPECTED);
        let keys = vars.read("HOST_KEYS", Some(""), Keys::EXPECTED, KeySource::parse);
        let embedders = vars.read("EMBED_ORIGINS", Some(""), Origins::EXPECTED, Origins::parse_any);
        let config = (|| {
            Some(Self {
                table: table?,
                public_url: public_url?,
                product: product?,
                app_url: app_url?,
                checkout: checkout?,
                keys: keys?,
                embedders: embedders?,
            })
        })();
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
        assert!(matches!(config.keys, KeySource::Unset) && config.embedders == Origins::default());
        let bad = Env::new([
            ("APP_URL", "ftp://x"),
            ("STRIPE_CHECKOUT_ORIGINS", "*"),
            ("HOST_KEYS", "hidden"),
            ("EMBED_ORIGINS", "*"),
        ]);
        let faults = Config::read(&bad).unwrap_err();
        assert!(!faults.to_string().contains("hidden"), "{faults}");
        let names: Vec<_> = faults.0.iter().map(|fault| fault.name).collect();
        assert_eq!(names, ["TABLE_NAME", "APP_URL", "STRIPE_CHECKOUT_ORIGINS", "HOST_KEYS", "EMBED_ORIGINS"]);
    }
}
