//! Environment variables, and the errors of a configuration.

use std::{collections::BTreeMap, fmt, str::FromStr};

use domain::{
    billing::{PlanPrices, Prices},
    checklist::Offered,
    limits::MAX_SIGN_UPS_OF_IP,
    mail::brake::Budget,
    people::{IdleTimeout, Name},
    provisioning::Steps,
    trial::{Days, TrialTerms, parse_reminder_days},
};

use crate::base_url::{BASE_URL, BaseUrl};

/// The environment variables of a function.
///
/// The `Debug` output shows only the names of the variables, because a value may be a secret.
#[derive(Clone, Default)]
pub struct Env(BTreeMap<String, String>);

impl Env {
    /// Reads the environment of the process.
    ///
    /// Bytes that are not valid UTF-8 become the character U+FFFD. So reading the environment never
    /// fails, and the checks of a variable see the changed text.
    #[must_use]
    pub fn from_os() -> Self {
        Self::new(
            std::env::vars_os().map(|(name, value)| {
                (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
            }),
        )
    }

    /// Creates an environment from given variables.
    pub fn new<K: Into<String>, V: Into<String>>(vars: impl IntoIterator<Item = (K, V)>) -> Self {
        Self(vars.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// Returns the trimmed value of a variable, or `None` if it is unset or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Returns a reader that collects the errors of all variables that it reads.
    #[must_use]
    pub fn vars(&self) -> Vars<'_> {
        Vars { env: self, errors: Vec::new() }
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A missing or invalid variable: its name and its expected format, never its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The name of the variable.
    pub name: &'static str,
    /// The expected format, as the end of the sentence "expected …".
    pub expected: String,
}

/// All missing or invalid variables of a function. A function with such variables does not start.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("invalid configuration: {}", .0.iter().map(|error| format!("{}: expected {}", error.name, error.expected)).collect::<Vec<_>>().join("; "))]
pub struct ConfigErrors(pub Vec<ConfigError>);

/// Reads variables and collects the errors, so that a function reports all errors at once.
#[derive(Debug)]
pub struct Vars<'a> {
    env: &'a Env,
    errors: Vec<ConfigError>,
}

impl Vars<'_> {
    /// Reads and parses the variable `name`. If the variable is unset or empty, parses `default`.
    ///
    /// Returns `None` and records an error if there is neither a value nor a default, or if `parse`
    /// returns `None`. `expected` describes the format in the error, as the end of the sentence
    /// "expected …".
    pub fn read<T>(
        &mut self,
        name: &'static str,
        default: Option<&str>,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.env.get(name).or(default).and_then(parse);
        if value.is_none() {
            self.errors.push(ConfigError { name, expected: expected.to_owned() });
        }
        value
    }

    /// Reads a required variable that may have any value.
    pub fn text(&mut self, name: &'static str, expected: &str) -> Option<String> {
        self.read(name, None, expected, |text| Some(text.to_owned()))
    }

    /// Reads `TABLE_NAME`, the name of the DynamoDB table.
    pub fn table(&mut self) -> Option<String> {
        self.text("TABLE_NAME", "the DynamoDB table name")
    }

    /// Reads a variable with a default, and parses it with [`FromStr`].
    pub fn parsed<T: FromStr>(&mut self, name: &'static str, default: &str, expected: &str) -> Option<T> {
        self.read(name, Some(default), expected, |text| text.parse().ok())
    }

    /// Reads an optional URL. Returns `Some(None)` if the variable is unset or empty. Records an
    /// error and returns `None` if the variable is invalid.
    pub fn base_url(&mut self, name: &'static str) -> Option<Option<BaseUrl>> {
        self.read(name, Some(""), BASE_URL, |text| {
            if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
        })
    }

    /// Reads `PUBLIC_URL`, the origin at which browsers reach Onramp.
    ///
    /// Returns `Some(None)` if the variable is unset or empty. Onramp then uses the domain of each
    /// request. Records an error and returns `None` if the variable is invalid.
    pub fn public_url(&mut self) -> Option<Option<BaseUrl>> {
        let expected = "a lowercase https:// URL without a path, or an http:// URL on loopback";
        self.read("PUBLIC_URL", Some(""), expected, |text| {
            if text.is_empty() {
                return Some(None);
            }
            let url: BaseUrl = text.parse().ok()?;
            // Onramp compares the value with the `Origin` header, in which browsers send exactly
            // this form of a URL.
            let is_origin = url.origin() == &*url && text.bytes().all(|byte| !byte.is_ascii_uppercase());
            is_origin.then_some(Some(url))
        })
    }

    /// Reads `PRODUCT_NAME`, the host app's name on pages and in emails.
    ///
    /// The rules for this name are the rules for names that users enter, because both kinds of
    /// names appear in the same subject lines and headings.
    pub fn product_name(&mut self) -> Option<String> {
        let expected = format!("a single-line name of at most {} visible characters", Name::MAX_GRAPHEMES);
        self.read("PRODUCT_NAME", Some("TimeTracker"), &expected, |text| {
            Name::parse(text).ok().map(|name| name.to_string())
        })
    }

    /// Reads `SIGNUP_LIMIT_PER_IP`, the sign-ups from one network per hour.
    pub fn sign_up_limit(&mut self) -> Option<u32> {
        self.read("SIGNUP_LIMIT_PER_IP", Some("5"), "an integer from 1 to 50", |text| {
            text.parse().ok().filter(|limit| (1..=MAX_SIGN_UPS_OF_IP).contains(limit))
        })
    }

    /// Reads `SIGNUP_HOURLY_BUDGET`, the first emails per hour that are sent without delay.
    pub fn sign_up_budget(&mut self) -> Option<Budget> {
        self.read("SIGNUP_HOURLY_BUDGET", Some("500"), "an integer from 1 to 1000000", Budget::parse)
    }

    /// Reads `SESSION_IDLE_DAYS`, the days without use after which a session ends.
    pub fn session_idle(&mut self) -> Option<IdleTimeout> {
        self.read("SESSION_IDLE_DAYS", Some("14"), "an integer from 1 to 30", IdleTimeout::parse)
    }

    /// Reads `STRIPE_ENABLE_TRIALS`, `STRIPE_TRIAL_DAYS`, and `TRIAL_REMINDER_DAYS`: the trials of
    /// new organizations.
    pub fn trials(&mut self) -> Option<TrialTerms> {
        let enabled = self.parsed("STRIPE_ENABLE_TRIALS", "true", "true or false");
        let days = self.read("STRIPE_TRIAL_DAYS", Some("14"), "an integer from 1 to 730", |text| {
            text.parse().ok().filter(|days| (1..=Days::MAX).contains(days))
        });
        // If the trial length is invalid, the reminders are compared with the maximum length
        // instead. So an invalid trial length does not cause a second error about the reminders.
        let limit = days.unwrap_or(Days::MAX);
        // A trial of at most three days has no reminder by default.
        let default = if limit > 3 { "3" } else { "0" };
        let expected = "comma-separated integers (days), each smaller than STRIPE_TRIAL_DAYS";
        let reminder_days = self.read("TRIAL_REMINDER_DAYS", Some(default), expected, |text| {
            parse_reminder_days(text).filter(|days| days.iter().all(|days| *days < limit))
        });
        Some(TrialTerms { enabled: enabled?, days: days?, reminder_days: reminder_days? })
    }

    /// Reads `CHECKLIST_DEFINITIONS`, the checklists that this deployment offers.
    pub fn checklists(&mut self) -> Option<Offered> {
        let expected = "comma-separated names of built-in checklists";
        self.read("CHECKLIST_DEFINITIONS", Some("built-in"), expected, Offered::parse)
    }

    /// Reads `PROVISIONING_STEPS`, the steps with which the host app makes an organization ready.
    pub fn steps(&mut self) -> Option<Steps> {
        let expected = "different keys of provisioning steps, separated by commas";
        self.read("PROVISIONING_STEPS", Some(""), expected, Steps::parse)
    }

    /// Reads `STRIPE_SINGLE_USER_PRICE_ID` and `STRIPE_TEAM_PRICE_ID`: for each plan, the ID of its
    /// current Stripe price, then the IDs of its former prices.
    pub fn prices(&mut self) -> Option<Prices> {
        let single = self.read("STRIPE_SINGLE_USER_PRICE_ID", None, PRICES, PlanPrices::parse);
        let other = format!("{PRICES}, none of them in STRIPE_SINGLE_USER_PRICE_ID");
        let prices = self.read("STRIPE_TEAM_PRICE_ID", None, &other, |text| {
            let team = PlanPrices::parse(text)?;
            match &single {
                Some(single) => Prices::new(single.clone(), team).map(Some),
                None => Some(None),
            }
        });
        prices.flatten()
    }

    /// Records an error that the caller found, for example in a check that compares two variables.
    pub fn error(&mut self, name: &'static str, expected: impl Into<String>) {
        self.errors.push(ConfigError { name, expected: expected.into() });
    }

    /// Returns `config` if it is `Some` and no error was recorded.
    ///
    /// # Errors
    /// [`ConfigErrors`] with all recorded errors. Callers pass `None` only after
    /// [`read`](Self::read) returned `None` and so recorded an error. Otherwise the list of errors
    /// could be empty.
    pub fn finish<T>(self, config: Option<T>) -> Result<T, ConfigErrors> {
        match config {
            Some(config) if self.errors.is_empty() => Ok(config),
            _ => Err(ConfigErrors(self.errors)),
        }
    }
}

/// Unwraps values that [`Vars`] read. If a variable is missing or invalid, returns the
/// [`ConfigErrors`] of all of them from the calling function.
#[macro_export]
macro_rules! require {
    ($vars:ident, $($value:ident),+) => {
        let ($($value,)+) = $vars.finish((|| Some(($($value?,)+)))())?;
    };
}

/// The format of a plan's prices (Stripe API reference, "The Price object").
const PRICES: &str = "one or more price ids that start with price_, separated by commas";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_every_variable_and_no_value() {
        let env = Env::new([("DAYS", "fourteen"), ("SECRET", "hunter2"), ("BLANK", "  ")]);
        let mut vars = env.vars();
        let days = vars.parsed::<u16>("DAYS", "14", "an integer");
        let secret = vars.read("SECRET", None, "a value that starts with whsec_", |text| {
            text.starts_with("whsec_").then(|| text.to_owned())
        });
        let blank = vars.text("BLANK", "the DynamoDB table name");
        let errors = vars.finish(days.zip(secret).zip(blank)).unwrap_err();
        assert_eq!(
            errors.to_string(),
            "invalid configuration: DAYS: expected an integer; SECRET: expected a value that starts with whsec_; \
             BLANK: expected the DynamoDB table name"
        );
    }

    #[test]
    fn error_of_a_caller_prevents_the_start_with_valid_values() {
        let env = Env::new([("DAYS", "14")]);
        let mut vars = env.vars();
        let days = vars.parsed::<u16>("DAYS", "14", "an integer");
        vars.error("REMINDER_DAYS", "integers below DAYS");
        let errors = vars.finish(days).unwrap_err();
        assert_eq!(errors.to_string(), "invalid configuration: REMINDER_DAYS: expected integers below DAYS");
    }

    #[test]
    fn product_name_is_a_single_visible_line() {
        for (text, name) in [
            ("", Some("TimeTracker")),
            (" Müller  & Co™ ", Some("Müller & Co™")),
            ("Time\nTracker", None),
            ("Time\u{202e}rekcarT", None),
            (&"x".repeat(81), None),
        ] {
            let env = Env::new([("PRODUCT_NAME", text)]);
            assert_eq!(env.vars().product_name().as_deref(), name, "{text:?}");
        }
    }

    #[test]
    fn public_url_is_an_origin_or_absent() {
        for (text, origin) in [
            ("", Some(None)),
            ("https://onramp.example.com", Some(Some("https://onramp.example.com"))),
            ("https://onramp.example.com/", Some(Some("https://onramp.example.com"))),
            ("http://localhost:8484", Some(Some("http://localhost:8484"))),
            ("https://example.com/onramp", None),
            ("https://Onramp.example.com", None),
            ("http://onramp.example.com", None),
        ] {
            let env = Env::new([("PUBLIC_URL", text)]);
            let url = env.vars().public_url();
            assert_eq!(url.as_ref().map(|url| url.as_deref()), origin, "{text}");
        }
    }

    #[test]
    fn default_replaces_an_unset_variable() {
        let env = Env::default();
        let mut vars = env.vars();
        assert_eq!(vars.session_idle(), Some(IdleTimeout::default()));
        let days = vars.parsed::<u16>("DAYS", "14", "an integer");
        assert_eq!(vars.finish(days), Ok(14));
    }
}
