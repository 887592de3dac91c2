//! Configuration from environment variables.

use domain::{billing::Prices, checklist::Offered, provisioning::Steps, trial::TrialTerms};
use host_auth::ApiKeys;
use runtime::{BaseUrl, ConfigErrors, Env, SecretSource};
use stripe::Mode;
use web::Origins;

/// Configuration of the function, read from environment variables.
#[derive(Debug)]
pub struct Config {
    pub table: String,
    /// URL at which browsers reach Onramp. `None` means the domain of each request.
    pub public_url: Option<BaseUrl>,
    /// URL of the host app.
    pub app_url: Option<BaseUrl>,
    /// Source of the keys with which the host app's server authenticates.
    pub keys: SecretSource<ApiKeys>,
    /// Whether this stage uses Stripe's test mode or live mode.
    pub mode: Mode,
    /// The price ids of the plans. They show which subscriptions of an imported customer count.
    pub prices: Prices,
    /// The trials of new organizations.
    pub trials: TrialTerms,
    /// Steps of the host app for new organizations.
    pub steps: Steps,
    /// Origins that may embed widgets. Portal sessions may lead back to them.
    pub embedders: Origins,
    /// Checklists of this deployment.
    pub checklists: Offered,
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
        let app_url = vars.base_url("APP_URL");
        let steps = vars.steps();
        let needs_callback = steps.as_ref().is_some_and(Steps::need_callback);
        let keys =
            vars.read("API_KEYS", Some(""), ApiKeys::EXPECTED, |text| parse_keys(text, needs_callback));
        let embedders = vars.read("EMBED_ORIGINS", Some(""), Origins::EXPECTED, Origins::parse_any);
        let mode = vars.read("STRIPE_PUBLISHABLE_KEY", None, Mode::EXPECTED, Mode::of_publishable);
        let prices = vars.prices();
        let trials = vars.trials();
        let checklists = vars.checklists();
        runtime::require!(
            vars, table, public_url, app_url, keys, embedders, mode, prices, trials, steps, checklists
        );
        Ok(Self { table, public_url, app_url, keys, mode, prices, trials, steps, embedders, checklists })
    }
}

/// Parses the keys. If the host app reports results of steps later, it needs a key that can write.
/// Keys in a secret are checked only when it is read.
fn parse_keys(text: &str, needs_callback: bool) -> Option<SecretSource<ApiKeys>> {
    if needs_callback && text.is_empty() {
        return None;
    }
    SecretSource::parse(text, |text| ApiKeys::parse(text).filter(|keys| !needs_callback || keys.can_write()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asynchronous_step_needs_a_key_that_can_write() {
        let secret = "0123456789abcdef0123456789abcdef";
        let arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:onramp/keys-AbCdEf";
        for (text, alone, with_step) in [
            ("", true, false),
            (&format!("app:{secret}"), true, true),
            (&format!("app:{secret}:read"), true, false),
            (&format!("reader:{secret}:read,app:{secret}x"), true, true),
            (arn, true, true),
            ("hidden", false, false),
        ] {
            assert_eq!(parse_keys(text, false).is_some(), alone, "{text}");
            assert_eq!(parse_keys(text, true).is_some(), with_step, "{text}");
        }
    }

    #[test]
    fn errors_name_every_invalid_variable_and_no_secret() {
        let errors = Config::read(&Env::new([
            ("APP_URL", "ftp://app.example.com"),
            ("API_KEYS", "hidden"),
            ("STRIPE_PUBLISHABLE_KEY", "hidden"),
            ("STRIPE_TRIAL_DAYS", "0"),
        ]))
        .unwrap_err();
        let names: Vec<_> = errors.0.iter().map(|error| error.name).collect();
        let expected = [
            "TABLE_NAME",
            "APP_URL",
            "API_KEYS",
            "STRIPE_PUBLISHABLE_KEY",
            "STRIPE_SINGLE_USER_PRICE_ID",
            "STRIPE_TEAM_PRICE_ID",
            "STRIPE_TRIAL_DAYS",
        ];
        assert_eq!(names, expected);
        assert!(!errors.to_string().contains("hidden"), "{errors}");
    }
}
