//! Stripe's API versions that change the format of events.

use std::{fmt, str::FromStr};

use jiff::civil::Date;

/// Default version of the events.
const CURRENT: &str = "2026-07-29.dahlia";

/// Date of Stripe's API release "basil". Since this release, an invoice has its subscription under
/// `parent`, and the items of a subscription contain its period. Source: docs.stripe.com, changelog
/// "basil".
const BASIL: Date = Date::constant(2025, 3, 31);

/// API version: a date, optionally with a release name, such as `2024-06-20` or `2025-03-31.basil`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiVersion {
    text: String,
    day: Date,
}

impl ApiVersion {
    /// Whether events of this version have the format of "basil".
    pub fn is_basil_or_newer(&self) -> bool {
        self.day >= BASIL
    }

    /// Returns the version in Stripe's notation.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Default for ApiVersion {
    fn default() -> Self {
        ApiVersion { text: CURRENT.to_owned(), day: Date::constant(2026, 7, 29) }
    }
}

impl FromStr for ApiVersion {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        let (day, release) = match text.split_once('.') {
            Some((day, release)) => (day, Some(release)),
            None => (text, None),
        };
        let named =
            release.is_none_or(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase()));
        // `Date` also accepts other formats. A length of ten bytes leaves only YYYY-MM-DD.
        match Date::from_str(day) {
            Ok(day_parsed) if named && day.len() == 10 => {
                Ok(ApiVersion { text: text.to_owned(), day: day_parsed })
            }
            _ => Err(InvalidVersion),
        }
    }
}

/// Error for a string that is not an API version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidVersion;

impl fmt::Display for InvalidVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date, optionally with a release name, such as 2024-06-20 or 2026-07-29.dahlia")
    }
}
