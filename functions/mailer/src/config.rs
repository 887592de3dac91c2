//! Configuration from environment variables.

use domain::people::Address;
use mail::{ConfigurationSets, Product, Sender, SenderName};
use runtime::{BASE_URL, BaseUrl, ConfigErrors, Env};

/// Configuration of the function, read from environment variables.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Config {
    pub(crate) table: String,
    pub(crate) product: Product,
    pub(crate) sender: Sender,
    pub(crate) sets: ConfigurationSets,
    /// Maximum number of emails per second in one invocation.
    pub(crate) rate: u32,
    /// URL of the dead-letter queue, which can contain SES events that the function failed to
    /// process.
    pub(crate) dead_letters: Option<String>,
}

impl Config {
    pub(crate) fn read(env: &Env) -> Result<Self, ConfigErrors> {
        let parse_url = |text: &str| text.parse::<BaseUrl>().ok().map(|url| url.to_string());
        let mut vars = env.vars();
        let table = vars.table();
        let public_url = vars.read("PUBLIC_URL", None, BASE_URL, parse_url);
        let app_url = vars.base_url("APP_URL");
        let name = vars.product_name();
        let from_name =
            vars.read("MAIL_FROM_NAME", Some("TimeTracker"), "a name on one line", SenderName::parse);
        let from_email = vars.read(
            "MAIL_FROM_EMAIL",
            Some("noreply@timetracker.com"),
            "one plain email address",
            |text| Address::parse(text).ok(),
        );
        let sets = ConfigurationSets {
            notices: env.get("MAIL_CONFIGURATION_SET").map(str::to_owned),
            links: env.get("MAIL_LINK_CONFIGURATION_SET").map(str::to_owned),
        };
        let rate =
            vars.read("MAIL_SEND_RATE", Some("14"), "an integer from 1 to 500 (emails per second)", |text| {
                text.parse().ok().filter(|rate| (1..=500).contains(rate))
            });
        let dead_letters = env.get("DEAD_LETTER_QUEUE_URL").map(str::to_owned);
        runtime::require!(vars, table, name, app_url, public_url, from_name, from_email, rate);
        // The button signs the user in to the host app. Without a host app, it opens the dashboard.
        let dashboard = if app_url.is_some() { "/handover" } else { "/dashboard" };
        let dashboard_url = format!("{public_url}{dashboard}");
        Ok(Self {
            table,
            product: Product { name, dashboard_url, public_url },
            sender: Sender::new(&from_name, &from_email),
            sets,
            rate,
            dead_letters,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vars: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
        Config::read(&Env::new(vars.iter().copied()))
    }

    #[test]
    fn config_has_defaults_except_for_table_and_public_url() {
        let config =
            read(&[("TABLE_NAME", "onramp"), ("PUBLIC_URL", "https://onramp.example.com/")]).unwrap();
        assert_eq!(config.product.name, "TimeTracker");
        assert_eq!(config.product.dashboard_url, "https://onramp.example.com/dashboard");
        assert_eq!(config.product.public_url, "https://onramp.example.com");
        assert_eq!(config.sender.as_str(), "TimeTracker <noreply@timetracker.com>");
        assert_eq!((config.sets, config.rate), (ConfigurationSets::default(), 14));
    }

    #[test]
    fn config_reports_every_invalid_variable() {
        let errors = read(&[
            ("PUBLIC_URL", "http://example.com"),
            ("APP_URL", "javascript:alert(1)"),
            ("PRODUCT_NAME", "Time\nTracker"),
            ("MAIL_FROM_EMAIL", "a@b.cd, e@f.gh"),
            ("MAIL_FROM_NAME", "a\r\nBcc: b"),
            ("MAIL_SEND_RATE", "501"),
        ])
        .unwrap_err();
        let names: Vec<_> = errors.0.iter().map(|error| error.name).collect();
        assert_eq!(
            names,
            [
                "TABLE_NAME",
                "PUBLIC_URL",
                "APP_URL",
                "PRODUCT_NAME",
                "MAIL_FROM_NAME",
                "MAIL_FROM_EMAIL",
                "MAIL_SEND_RATE"
            ]
        );
    }

    #[test]
    fn config_reports_missing_public_url_once() {
        let errors = read(&[("TABLE_NAME", "onramp")]).unwrap_err();
        assert_eq!(errors.0.len(), 1);
    }
}
