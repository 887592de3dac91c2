use std::{collections::BTreeMap, fmt, str::FromStr};

use domain::{name::Name, plan::Prices};

use crate::base_url::{BASE_URL, BaseUrl};

/// The variables a function was started with.
///
/// `Debug` shows names only: a value may be a secret.
#[derive(Clone, Default)]
pub struct Env(BTreeMap<String, String>);

impl Env {
    /// The process's own environment. Values that are not UTF-8 are read lossily,
    /// so that the variable's own rule names the fault.
    #[must_use]
    pub fn from_os() -> Self {
        Self::new(
            std::env::vars_os().map(|(name, value)| {
                (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
            }),
        )
    }

    /// An environment of the caller's own.
    pub fn new<K: Into<String>, V: Into<String>>(vars: impl IntoIterator<Item = (K, V)>) -> Self {
        Self(vars.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// The value, if the variable is set and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Starts reading a configuration; the reader collects every fault.
    #[must_use]
    pub fn vars(&self) -> Vars<'_> {
        Vars { env: self, faults: Vec::new() }
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// One bad variable: its name and the shape that it should have, never its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The variable.
    pub name: &'static str,
    /// What is expected of it, as words that finish "expected …".
    pub expected: String,
}

/// Every bad variable of one function. A function that has any does not start.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("bad configuration: {}", .0.iter().map(|fault| format!("{}: expected {}", fault.name, fault.expected)).collect::<Vec<_>>().join("; "))]
pub struct ConfigErrors(pub Vec<ConfigError>);

/// Reads variables one by one and keeps the faults, so that all are reported at once.
#[derive(Debug)]
pub struct Vars<'a> {
    env: &'a Env,
    faults: Vec<ConfigError>,
}

impl Vars<'_> {
    /// Reads `name`, or takes `default` where it is not set. `parse` turns the text into the value, or `None`.
    /// A fault yields `None` and is kept; `expected` finishes the sentence "expected …".
    pub fn read<T>(
        &mut self,
        name: &'static str,
        default: Option<&str>,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.env.get(name).or(default).and_then(parse);
        if value.is_none() {
            self.faults.push(ConfigError { name, expected: expected.to_owned() });
        }
        value
    }

    /// A variable that must be there and may be any text.
    pub fn text(&mut self, name: &'static str, expected: &str) -> Option<String> {
        self.read(name, None, expected, |text| Some(text.to_owned()))
    }

    /// A variable whose type knows how to read itself.
    pub fn parsed<T: FromStr>(&mut self, name: &'static str, default: &str, expected: &str) -> Option<T> {
        self.read(name, Some(default), expected, |text| text.parse().ok())
    }

    /// A variable that may hold an address, and may be left out.
    pub fn base_url(&mut self, name: &'static str) -> Option<Option<BaseUrl>> {
        self.read(name, Some(""), BASE_URL, |text| {
            if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
        })
    }

    /// `PUBLIC_URL`: the address at which browsers reach Onramp. `None` inside means the domain of each request.
    pub fn public_url(&mut self) -> Option<Option<BaseUrl>> {
        let expected = "an https:// address in lower case and without a path, or http:// on loopback";
        self.read("PUBLIC_URL", Some(""), expected, |text| {
            if text.is_empty() {
                return Some(None);
            }
            let url: BaseUrl = text.parse().ok()?;
            // Browsers write an origin so, and it is compared with what they send.
            let plain = url.origin() == url.as_str() && text.bytes().all(|byte| !byte.is_ascii_uppercase());
            plain.then_some(Some(url))
        })
    }

    /// `PRODUCT_NAME`: the host app's name, as people read it on pages and in mails. What is a good name is judged as
    /// for names that people type: it stands in the same subject lines and headings.
    pub fn product_name(&mut self) -> Option<String> {
        let expected = "a name on one line, of at most 80 visible characters";
        self.read("PRODUCT_NAME", Some("TimeTracker"), expected, |text| {
            Name::parse(text).ok().map(|name| name.to_string())
        })
    }

    /// `STRIPE_SINGLE_USER_PRICE_ID` and `STRIPE_TEAM_PRICE_ID`: what the plans cost.
    pub fn prices(&mut self) -> Option<Prices> {
        let single = self.read("STRIPE_SINGLE_USER_PRICE_ID", None, PRICE, price);
        let other = format!("{PRICE}, other than STRIPE_SINGLE_USER_PRICE_ID");
        let team = self.read("STRIPE_TEAM_PRICE_ID", None, &other, |text| {
            price(text).filter(|team| single.as_ref() != Some(team))
        });
        Some(Prices { single: single?, team: team? })
    }

    /// Adds a fault that concerns several variables at once.
    pub fn fault(&mut self, name: &'static str, expected: impl Into<String>) {
        self.faults.push(ConfigError { name, expected: expected.into() });
    }

    /// The configuration, if every variable was good; otherwise all the faults.
    ///
    /// # Errors
    /// [`Faults`] with at least one entry. A `None` without a recorded fault cannot come from [`Vars::read`].
    pub fn finish<T>(self, config: Option<T>) -> Result<T, ConfigErrors> {
        match config {
            Some(config) if self.faults.is_empty() => Ok(config),
            _ => Err(ConfigErrors(self.faults)),
        }
    }
}

/// What a price id looks like (Stripe API reference, "The Price object").
const PRICE: &str = "a price that starts with price_";

fn price(text: &str) -> Option<String> {
    let rest = text.strip_prefix("price_")?;
    let plain = rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (!rest.is_empty() && plain).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named_and_no_value_is_shown() {
        let env = Env::new([("DAYS", "fourteen"), ("SECRET", "hunter2"), ("BLANK", "  ")]);
        let mut vars = env.vars();
        let days = vars.parsed::<u16>("DAYS", "14", "a whole number");
        let secret = vars.read("SECRET", None, "a value that starts with whsec_", |text| {
            text.starts_with("whsec_").then(|| text.to_owned())
        });
        let blank = vars.text("BLANK", "the table's name");
        let faults = vars.finish(days.zip(secret).zip(blank)).unwrap_err();
        assert_eq!(
            faults.to_string(),
            "bad configuration: DAYS: expected a whole number; SECRET: expected a value that starts with whsec_; \
             BLANK: expected the table's name"
        );
    }

    #[test]
    fn a_product_has_a_name_that_can_stand_in_a_subject_line() {
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
            assert_eq!(url.as_ref().map(|url| url.as_ref().map(BaseUrl::as_str)), origin, "{text}");
        }
    }

    #[test]
    fn a_default_stands_in_for_what_is_not_set() {
        let env = Env::default();
        let mut vars = env.vars();
        let days = vars.parsed::<u16>("DAYS", "14", "a whole number");
        assert_eq!(vars.finish(days), Ok(14));
    }
}
