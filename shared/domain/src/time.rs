//! Time: arithmetic on timestamps, durations in words, and the time zone of an organization.
//!
//! Additions to a time saturate instead of failing.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

/// One day of a trial: always 24 hours, also when a clock changes for daylight saving time.
pub const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Returns the days until `end`, rounded up: 1 on the last day, 0 from the end on. Every page,
/// email, and response uses this function.
#[must_use]
pub fn days_remaining(end: Timestamp, now: Timestamp) -> u32 {
    let left = end.duration_since(now);
    if left <= SignedDuration::ZERO {
        return 0;
    }
    let whole = left.as_secs() / DAY.as_secs();
    let rest = left - DAY * i32::try_from(whole).unwrap_or(i32::MAX);
    u32::try_from(whole).unwrap_or(u32::MAX).saturating_add(u32::from(rest > SignedDuration::ZERO))
}

/// Returns `at` without its fraction of a second.
#[must_use]
pub fn truncate_to_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// Returns `at` moved by `by`, limited to the range of [`Timestamp`].
#[must_use]
pub fn add(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(at)
}

/// Returns the start of the UTC hour of `now`.
#[must_use]
pub fn hour_of(now: Timestamp) -> Timestamp {
    let since = now.duration_since(Timestamp::UNIX_EPOCH);
    add(now, -SignedDuration::new(since.as_secs() % 3600, since.subsec_nanos()))
}

/// Returns a duration of whole minutes in words, such as "10 minutes" or "seven days", for texts
/// that name a limit. A duration of at least two days is a number of whole days. Numbers below ten
/// are words.
#[must_use]
pub fn in_words(duration: SignedDuration) -> String {
    const NUMBERS: [&str; 10] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let (count, unit) = match duration.as_secs() / DAY.as_secs() {
        0 | 1 => (duration.as_mins(), "minutes"),
        days => (days, "days"),
    };
    let number = usize::try_from(count).ok().and_then(|count| NUMBERS.get(count));
    number.map_or_else(|| format!("{count} {unit}"), |number| format!("{number} {unit}"))
}

/// The areas of the zones that are named after a place (IANA, "Theory and pragmatics of the tz code
/// and data").
const AREAS: [&str; 10] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

/// The time zone of an organization, in which dates are shown. It is a zone of the IANA database,
/// identified by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Returns the zone with that name, or UTC if the name is unknown. The browser reports the
    /// name, and an unknown name must not prevent a sign-up.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(TimeZone::get(name.trim()).unwrap_or(TimeZone::UTC))
    }

    /// Returns the zone with that name, or `None` if the name is unknown.
    #[must_use]
    pub fn known(name: &str) -> Option<Self> {
        let zone = TimeZone::get(name.trim()).ok().filter(|zone| !zone.is_unknown())?;
        zone.iana_name().is_some().then_some(Self(zone))
    }

    /// Returns the names of the zones that are named after a place, such as `Europe/Berlin`, and of
    /// UTC, in alphabetical order.
    #[must_use]
    pub fn names() -> Vec<String> {
        let of_place =
            |name: &str| name.split_once('/').is_some_and(|(area, _)| AREAS.contains(&area)) || name == "UTC";
        let mut names: Vec<_> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        names.retain(|name| of_place(name));
        names.sort_unstable();
        names
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

    /// Returns the time of the day in this zone, such as "14:05 CET".
    #[must_use]
    pub fn time(&self, at: Timestamp) -> String {
        at.to_zoned(self.0.clone()).strftime("%H:%M %Z").to_string()
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
    fn small_numbers_are_words() {
        for (minutes, words) in
            [(2, "two minutes"), (10, "10 minutes"), (4 * 24 * 60, "four days"), (35 * 24 * 60, "35 days")]
        {
            assert_eq!(in_words(SignedDuration::from_mins(minutes)), words);
        }
    }

    #[test]
    fn listed_zones_are_known() {
        let names = Zone::names();
        assert!(names.len() > 300 && names.is_sorted(), "{}", names.len());
        for name in &names {
            assert_eq!(Zone::known(name).unwrap().name(), name);
        }
        for name in ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"] {
            assert!(names.iter().any(|it| it == name), "{name}");
        }
        for unknown in ["", "Mars/Olympus", "Etc/Unknown", "+02:00", "CET-1CEST"] {
            assert_eq!(Zone::known(unknown), None, "{unknown}");
        }
    }

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
        assert_eq!(Zone::named("Europe/Berlin").date_and_time(at), "January 23, 2025, 00:30 CET");
        assert_eq!(Zone::named("nowhere").name(), "UTC");
        assert_eq!(Zone::named("Europe/Berlin").name(), "Europe/Berlin");
    }
}
