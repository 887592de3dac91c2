//! Stripe's API versions, as far as they change the shape of an event.

use jiff::civil::Date;
use std::{fmt, str::FromStr};

/// The version that events have unless one is asked for.
const CURRENT: &str = "2026-07-29.dahlia";

/// The day of the release "basil": subscriptions moved under `invoice.parent`, periods to the items.
/// Source: docs.stripe.com, changelog "basil".
const BASIL: Date = Date::constant(2025, 3, 31);

/// An API version: a day, and since 2024 the name of its release, such as `2024-06-20` or `2025-03-31.basil`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiVersion {
    text: String,
    day: Date,
}

impl ApiVersion {
    /// Whether events of this version have the shapes that came with "basil".
    pub fn is_basil_or_newer(&self) -> bool {
        self.day >= BASIL
    }

    /// The version as Stripe writes it.
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
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        let (day, release) = match text.split_once('.') {
            Some((day, release)) => (day, Some(release)),
            None => (text, None),
        };
        let named =
            release.is_none_or(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase()));
        // `Date` also reads forms that Stripe never writes; ten bytes leave only YYYY-MM-DD.
        match Date::from_str(day) {
            Ok(day_parsed) if named && day.len() == 10 => {
                Ok(ApiVersion { text: text.to_owned(), day: day_parsed })
            }
            _ => Err(NotAVersion),
        }
    }
}

/// The text has not the form of an API version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAVersion;

impl fmt::Display for NotAVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a day, with or without a release name, such as 2024-06-20 or 2026-07-29.dahlia")
    }
}
