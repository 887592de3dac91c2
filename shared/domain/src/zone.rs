//! An organization's time zone, in which people read dates.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// A zone of the IANA time zone database, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of that name; UTC where there is none, since a browser's odd zone is no reason to turn a person away.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(TimeZone::get(name.trim()).unwrap_or(TimeZone::UTC))
    }

    /// Its IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The day of a moment there.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> Date {
        at.to_zoned(self.0.clone()).date()
    }

    /// The date of a moment there, as "January 22, 2025".
    #[must_use]
    pub fn date(&self, at: Timestamp) -> String {
        self.day(at).strftime("%B %-d, %Y").to_string()
    }

    /// The date and time of a moment there, as "January 22, 2025, 14:05 CET".
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
    fn a_date_is_the_one_on_the_wall_there() {
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
