//! Rate limits: a maximum number of attempts in a sliding window.
//!
//! One attempt can be checked against several limits. If one limit refuses the attempt, it still
//! counts for the limits with [`RateLimit::counts_refused`].

use jiff::{SignedDuration, Timestamp};

use crate::{
    secret::Hash,
    time::{add, hour_of},
};

/// A rate limit of `max` attempts in each window of `period` seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Name of the limit. It is part of the hash that identifies the counter.
    pub name: &'static str,
    /// Maximum number of accepted attempts in a window.
    pub max: u32,
    /// Length of the window in seconds.
    pub period: i64,
    /// Whether an attempt that another limit refused counts for this limit.
    pub counts_refused: bool,
    /// If the limit is reached, one more attempt is accepted this many seconds after the newest
    /// attempt. `None` means that there is no such exception.
    pub again_after: Option<i64>,
}

/// One rate limit applied to one subject and one period of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimitWindow {
    /// Limit that applies in this window.
    pub limit: RateLimit,
    /// Hash of the limit's name and the subject. Item keys contain no network or email address.
    pub subject: Hash,
    /// Start of the window. In a sliding window, attempts at or before this time no longer count.
    pub from: Timestamp,
    /// Whether the window is a UTC hour with one counter, and not a sliding window.
    pub is_hour: bool,
    /// Time of the newest attempt. It is set only for a limit that is reached ([`Self::reached`]).
    pub newest: Option<Timestamp>,
}

impl RateLimit {
    /// Returns the sliding window that ends with an attempt of `subject` at `now`.
    #[must_use]
    pub fn window(self, subject: &str, now: Timestamp) -> RateLimitWindow {
        RateLimitWindow {
            limit: self,
            subject: Hash::of(&[self.name.as_bytes(), subject.as_bytes()]),
            from: add(now, -SignedDuration::from_secs(self.period)),
            is_hour: false,
            newest: None,
        }
    }

    /// Returns the window of the UTC hour in which an attempt of `subject` at `now` falls.
    ///
    /// Such a window has one counter, which costs less than storing the times of all attempts. But
    /// it is less precise: around the start of an hour, up to twice the maximum of attempts is
    /// accepted.
    #[must_use]
    pub fn hour(self, subject: &str, now: Timestamp) -> RateLimitWindow {
        let from = hour_of(now);
        let subject = [self.name.as_bytes(), subject.as_bytes(), &from.as_second().to_be_bytes()];
        RateLimitWindow { limit: self, subject: Hash::of(&subject), from, is_hour: true, newest: None }
    }

    /// Returns the same limit with another maximum.
    #[must_use]
    pub const fn at_most(self, max: u32) -> Self {
        Self { max, ..self }
    }
}

impl RateLimitWindow {
    /// Returns this window with its start moved to `oldest`, the oldest attempt that counts for a
    /// reached limit. When the returned window ends, that attempt no longer counts, and the limit
    /// accepts another attempt.
    #[must_use]
    pub fn since(&self, oldest: Timestamp) -> Self {
        Self { from: oldest, ..self.clone() }
    }

    /// Returns this window for a reached limit, moved so that it ends when the limit accepts
    /// another attempt. `oldest` and `newest` are the oldest and the newest attempt that count.
    #[must_use]
    pub fn reached(&self, oldest: Timestamp, newest: Option<Timestamp>) -> Self {
        let per = SignedDuration::from_secs(self.limit.period);
        let again = newest.zip(self.limit.again_after);
        let again = again.map(|(at, wait)| add(at, SignedDuration::from_secs(wait) - per));
        Self { newest, ..self.since(again.map_or(oldest, |again| again.min(oldest))) }
    }

    /// Returns the first moment after the window.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        add(self.from, SignedDuration::from_secs(self.limit.period))
    }

    /// Returns the seconds until the window ends, rounded up and at least 1, for `Retry-After`.
    #[must_use]
    pub fn retry_after(&self, now: Timestamp) -> u64 {
        let wait = self.ends_at().duration_since(now).as_millis();
        u64::try_from(wait).map_or(1, |millis| millis.div_ceil(1000).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{SIGN_INS_OF_ADDRESS, SIGN_UPS_OF_IP, SIGN_UPS_OF_SITE};

    #[test]
    fn hourly_window_has_its_own_counter_per_utc_hour() {
        let hour = |now: &str| SIGN_UPS_OF_SITE.hour("2001:db8:1::/48", now.parse().unwrap());
        let window = hour("2025-01-08T10:59:30Z");
        assert_eq!(window.retry_after("2025-01-08T10:59:30Z".parse().unwrap()), 30);
        assert_eq!(window, hour("2025-01-08T10:00:00Z"));
        assert_ne!(window.subject, hour("2025-01-08T11:00:00Z").subject);
    }

    #[test]
    fn configured_maximum_does_not_change_the_counter() {
        let now = "2025-01-08T10:59:30Z".parse().unwrap();
        let (usual, configured) = (SIGN_UPS_OF_IP, SIGN_UPS_OF_IP.at_most(49));
        assert_eq!((configured.max, configured.period), (49, usual.period));
        assert_eq!(configured.window("a", now).subject, usual.window("a", now).subject);
    }

    #[test]
    fn sliding_window_reports_when_the_next_attempt_is_allowed() {
        let now: Timestamp = "2025-01-08T10:59:30Z".parse().unwrap();
        let window = SIGN_UPS_OF_IP.window("203.0.113.9", now);
        assert_eq!((window.from.to_string().as_str(), window.ends_at()), ("2025-01-08T09:59:30Z", now));
        for (oldest, wait) in
            [("10:29:30Z", 1800), ("10:29:30.001Z", 1801), ("09:59:30.5Z", 1), ("09:00:00Z", 1)]
        {
            let oldest = format!("2025-01-08T{oldest}").parse().unwrap();
            assert_eq!(window.since(oldest).retry_after(now), wait, "{oldest}");
        }
        assert_ne!(window.subject, SIGN_UPS_OF_IP.window("203.0.113.8", now).subject);
    }

    #[test]
    fn reached_limit_of_an_address_waits_for_its_newest_link() {
        let now: Timestamp = "2025-01-08T10:59:30Z".parse().unwrap();
        let before = |seconds: i64| add(now, SignedDuration::from_secs(-seconds));
        let link = SIGN_INS_OF_ADDRESS.again_after.unwrap();
        let limit = SIGN_INS_OF_ADDRESS.window("jo@example.com", now);
        for (oldest, newest, wait, why) in [
            (1800, Some(60), link - 60, "the newest link expires before the oldest attempt"),
            (3599, Some(60), 1, "the oldest attempt expires before the newest link"),
            (1800, None, 1800, "no newest attempt is known"),
        ] {
            let reached = limit.reached(before(oldest), newest.map(before));
            assert_eq!(i64::try_from(reached.retry_after(now)), Ok(wait), "{why}");
            assert_eq!(reached.newest, newest.map(before), "{why}");
        }
        let without_exception = SIGN_UPS_OF_IP.window("203.0.113.9", now);
        assert_eq!(without_exception.reached(before(1800), Some(before(60))).retry_after(now), 1800);
    }
}
