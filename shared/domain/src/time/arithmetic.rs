//! Days, and additions to a time that saturate instead of failing.

use jiff::{SignedDuration, Timestamp};

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
