//! Days and dates of a trial in many time zones.
//!
//! A day of a trial is 24 hours, even if the local clock changes. Dates are local dates of the
//! zone.

use domain::{
    mail::NoticeKey,
    org::{Org, Status},
    time::Zone,
    trial::Trial,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use proptest::prelude::*;

use crate::fixture::{at, org, setup};

/// Zones with extreme offsets, half and quarter hours, and different daylight saving rules.
const ZONES: [&str; 14] = [
    "Pacific/Pago_Pago",
    "America/Los_Angeles",
    "America/New_York",
    "America/St_Johns",
    "UTC",
    "Europe/Dublin",
    "Europe/Berlin",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Apia",
    "Pacific/Kiritimati",
];

/// Returns an organization in a zone, with a trial of `days` from `start`.
fn trialing(zone: &str, start: Timestamp, days: u16) -> Org {
    let mut org = Org { zone: Zone::named(zone), ..org() };
    org.start_trial(Trial::start(start, days, vec![3]), &setup(), start);
    org
}

#[test]
fn dates_are_local_across_clock_changes_and_leap_days() {
    for (zone, start, ends_on, reminded_on) in [
        // The local clock changes during the trial. 14 days are 336 hours, so the local time shifts
        // by an hour.
        ("America/New_York", "2025-02-24T04:30:00Z", "March 10, 2025", "March 6, 2025"),
        ("Europe/Berlin", "2025-10-19T22:30:00Z", "November 2, 2025", "October 30, 2025"),
        ("Europe/Berlin", "2025-03-16T22:30:00Z", "March 31, 2025", "March 27, 2025"),
        ("Australia/Lord_Howe", "2025-03-23T13:15:00Z", "April 6, 2025", "April 4, 2025"),
        // Leap days, and years without one.
        ("UTC", "2024-02-16T12:00:00Z", "March 1, 2024", "February 27, 2024"),
        ("UTC", "2025-02-16T12:00:00Z", "March 2, 2025", "February 27, 2025"),
        ("UTC", "2024-02-15T12:00:00Z", "February 29, 2024", "February 26, 2024"),
        ("UTC", "2100-02-15T12:00:00Z", "March 1, 2100", "February 26, 2100"),
        // The trial ends at the same moment in all three cases. The date of that moment is
        // different in each zone.
        ("Pacific/Pago_Pago", "2025-12-18T10:30:00Z", "December 31, 2025", "December 28, 2025"),
        ("UTC", "2025-12-18T10:30:00Z", "January 1, 2026", "December 29, 2025"),
        ("Pacific/Kiritimati", "2025-12-18T10:30:00Z", "January 2, 2026", "December 30, 2025"),
    ] {
        let org = trialing(zone, start.parse().unwrap(), 14);
        let trial = org.trial.as_ref().unwrap();
        assert_eq!(org.zone.date(trial.ends_at), ends_on, "{zone} {start}");
        assert_eq!(org.zone.date(trial.reminds_at(3)), reminded_on, "{zone} {start}");
    }
}

proptest! {
    /// The number of remaining days is the same in every zone. It decreases by 1 every 24 hours,
    /// and is 1 during the last 24 hours.
    #[test]
    fn remaining_days_are_the_same_in_every_zone(
        start in 1_600_000_000_i64..2_500_000_000,
        days in 1_u16..=730,
        passed in 0_i64..731 * 86_400,
        nanos in 0_i32..1_000_000_000,
    ) {
        let began = Timestamp::from_second(start).unwrap();
        let now = Timestamp::new(start + passed, nanos).unwrap();
        let left = (i64::from(days) * 86_400 - passed) as f64 - f64::from(nanos) / 1e9;
        let expected = (left / 86_400.0).ceil().max(0.0) as u32;
        for zone in ZONES {
            let org = trialing(zone, began, days);
            prop_assert_eq!(org.trial_days_remaining(now), expected, "{}", zone);
            prop_assert_eq!(org.status(now) == Status::Trialing, expected > 0, "{}", zone);
        }
    }

    /// The shown date is the date in UTC after the zone's offset is added to the time.
    #[test]
    fn date_matches_the_offset_of_the_zone(at in 0_i64..4_000_000_000, zone in prop::sample::select(&ZONES[..])) {
        let at = Timestamp::from_second(at).unwrap();
        let offset = TimeZone::get(zone).unwrap().to_offset(at).seconds();
        let shifted = at + SignedDuration::from_secs(i64::from(offset));
        // Compute the calendar date from the shifted seconds.
        let days = shifted.as_second().div_euclid(86_400);
        let epoch = jiff::civil::date(1970, 1, 1);
        let date = epoch + jiff::Span::new().days(days);
        let month = ["January", "February", "March", "April", "May", "June", "July", "August", "September",
            "October", "November", "December"][usize::from(date.month().unsigned_abs()) - 1];
        let shown = format!("{month} {}, {}", date.day(), date.year());
        prop_assert_eq!(Zone::named(zone).date(at), shown);
    }

    /// A late sweep enqueues only one reminder: the missed reminder with the fewest days before the
    /// end. The first sweep after the end enqueues only the notice that the trial has ended.
    #[test]
    fn late_sweep_announces_the_nearest_offset(
        offsets in prop::collection::btree_set(1_u16..30, 1..5),
        hours in prop::collection::vec(1_i64..200, 1..12),
    ) {
        let start = at(0);
        let mut org = trialing("UTC", start, 30);
        let trial = org.trial.as_mut().unwrap();
        trial.reminder_days = offsets.iter().copied().collect();
        let (ends_at, mut now, mut expected_days) = (trial.ends_at, start, Vec::new());
        for step in hours {
            let before = now;
            now += SignedDuration::from_hours(step);
            let known = org.outbox.0.len();
            org.run_trial_sweep(now);
            let missed = |days: &&u16| {
                let at = ends_at - SignedDuration::from_hours(24 * i64::from(**days));
                at > before && at <= now
            };
            let expected = if now >= ends_at {
                usize::from(before < ends_at)
            } else {
                let nearest = offsets.iter().find(missed);
                expected_days.extend(nearest.copied());
                usize::from(nearest.is_some())
            };
            prop_assert_eq!(org.outbox.0.len() - known, expected, "at {}", now);
        }
        let mut announced: Vec<u16> = org.outbox.0.keys().filter_map(|key| match key {
            NoticeKey::TrialEnding { days, .. } => Some(*days),
            _ => None,
        }).collect();
        announced.sort_unstable();
        expected_days.sort_unstable();
        prop_assert_eq!(announced, expected_days);
    }
}
