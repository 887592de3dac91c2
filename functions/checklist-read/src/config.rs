//! Configuration of this function, read from environment variables.

use domain::{billing::Prices, people::IdleTimeout};
use host_auth::Keys;
use runtime::{BaseUrl, ConfigErrors, Env, SecretSource};
use web::Origins;

/// Settings of the function, all of them validated.
#[derive(Clone, Debug)]
pub struct Config {
    /// Name of the DynamoDB table.
    pub table: String,
    /// Base URL at which browsers reach Onramp. `None` means the domain of each request.
    pub public_url: Option<BaseUrl>,
    /// Name of the product, as pages display it.
    pub product: String,
    /// Base URL of the host app, without a trailing slash. `None` means that pages link to Onramp's
    /// own dashboard and guide.
    pub app_url: Option<BaseUrl>,
    /// How long a session lives without use.
    pub session_idle: IdleTimeout,
    /// Origins of Stripe's hosted pages, to which forms may redirect.
    pub checkout: Origins,
    /// The price ids of the plans.
    pub prices: Prices,
    /// Source of the keys that verify embed tokens.
    pub keys: SecretSource<Keys>,
    /// Origins whose pages may embed the widget and the banner.
    pub embedders: Origins,
}

impl Config {
    /// Reads and validates the variables.
    ///
    /// # Errors
    /// [`ConfigErrors`] with every invalid variable.
    pub fn read(env: &Env) -> Result<Self, ConfigErrors> {
        let mut vars = env.vars();
        let table = vars.table();
        let public_url = vars.public_url();
        let product = vars.product_name();
        let app_url = vars.base_url("APP_URL");
        let session_idle = vars.session_idle();
        let checkout = vars.parsed("STRIPE_CHECKOUT_ORIGINS", Origins::STRIPE, Origins::EXPECTED);
        let prices = vars.prices();
        let keys =
            vars.read("HOST_KEYS", Some(""), Keys::EXPECTED, |text| SecretSource::parse(text, Keys::parse));
        let embedders = vars.read("EMBED_ORIGINS", Some(""), Origins::EXPECTED, Origins::parse_any);
        runtime::require!(
            vars,
            table,
            public_url,
            product,
            app_url,
            session_idle,
            checkout,
            prices,
            keys,
            embedders
        );
        Ok(Self { table, public_url, product, app_url, session_idle, checkout, prices, keys, embedders })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn config_has_defaults_and_errors_name_every_variable() {
        let config = Config::read(&Env::new([
            ("TABLE_NAME", "onramp"),
            ("STRIPE_SINGLE_USER_PRICE_ID", "price_1"),
            ("STRIPE_TEAM_PRICE_ID", "price_2"),
        ]))
        .unwrap();
        assert_eq!((config.product.as_str(), config.app_url.as_deref()), ("TimeTracker", None));
        assert_eq!(config.checkout.to_string(), Origins::STRIPE);
        assert!(matches!(config.keys, SecretSource::Unset) && config.embedders == Origins::default());
        let bad = Env::new([
            ("APP_URL", "ftp://x"),
            ("STRIPE_CHECKOUT_ORIGINS", "*"),
            ("STRIPE_SINGLE_USER_PRICE_ID", "price_1"),
            ("STRIPE_TEAM_PRICE_ID", "price_1"),
            ("HOST_KEYS", "hidden"),
            ("EMBED_ORIGINS", "*"),
        ]);
        let errors = Config::read(&bad).unwrap_err();
        assert!(!errors.to_string().contains("hidden"), "{errors}");
        let names: Vec<_> = errors.0.iter().map(|error| error.name).collect();
        assert_eq!(
            names,
            [
                "TABLE_NAME",
                "APP_URL",
                "STRIPE_CHECKOUT_ORIGINS",
                "STRIPE_TEAM_PRICE_ID",
                "HOST_KEYS",
                "EMBED_ORIGINS"
            ]
        );
    }
}
