//! Time zone of an organization, in which dates are shown.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// A time zone of the IANA database, identified by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Returns the zone with that name, or UTC if the name is unknown. The browser reports the
    /// name, and an unknown name must not prevent a sign-up.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(TimeZone::get(name.trim()).unwrap_or(TimeZone::UTC))
    }

    /// Returns the IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// Returns the calendar day of `at` in this zone.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> Date {
        at.to_zoned(self.0.clone()).date()
    }

    /// Returns the date in this zone, such as "January 22, 2025".
    #[must_use]
    pub fn date(&self, at: Timestamp) -> String {
        self.day(at).strftime("%B %-d, %Y").to_string()
    }

    /// Returns date and time in this zone, such as "January 22, 2025, 14:05 CET".
    #[must_use]
    pub fn date_and_time(&self, at: Timestamp) -> String {
        at.to_zoned(self.0.clone()).strftime("%B %-d, %Y, %H:%M %Z").to_string()
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_is_the_calendar_day_in_the_zone() {
        let at: Timestamp = "2025-01-22T23:30:00Z".parse().unwrap();
        for (zone, date) in [
            ("UTC", "January 22, 2025"),
            ("Europe/Berlin", "January 23, 2025"),
            ("Pacific/Pago_Pago", "January 22, 2025"),
            ("Pacific/Kiritimati", "January 23, 2025"),
            ("Mars/Olympus", "January 22, 2025"),
            ("", "January 22, 2025"),
        ] {
            assert_eq!(Zone::named(zone).date(at), date, "{zone}");
        }
        assert_eq!(Zone::named("nowhere").name(), "UTC");
        assert_eq!(Zone::named("Europe/Berlin").name(), "Europe/Berlin");
    }
}
