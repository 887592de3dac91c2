//! The movable clock: wall time and an offset.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// A clock that runs as the machine's does, from wherever it was set.
#[derive(Debug, Default)]
pub struct LocalClock {
    offset: Mutex<SignedDuration>,
}

impl LocalClock {
    /// A clock `offset` away from the machine's.
    pub fn new(offset: SignedDuration) -> Self {
        Self { offset: Mutex::new(offset) }
    }

    /// The local time.
    pub fn now(&self) -> Timestamp {
        let wall = wall();
        wall.checked_add(self.offset()).unwrap_or(wall)
    }

    /// How far this clock is ahead of the machine's.
    pub fn offset(&self) -> SignedDuration {
        *self.offset.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the local time.
    pub fn set(&self, to: Timestamp) {
        *self.offset.lock().unwrap_or_else(PoisonError::into_inner) = to.duration_since(wall());
    }

    /// Moves to `to` unless the clock is there already.
    pub fn reach(&self, to: Timestamp) {
        if self.now() < to {
            self.set(to);
        }
    }

    /// Back to the machine's time.
    pub fn reset(&self) {
        *self.offset.lock().unwrap_or_else(PoisonError::into_inner) = SignedDuration::ZERO;
    }
}

impl dynoxide::storage_backend::Clock for LocalClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.now().as_second()).unwrap_or_default()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.now().as_duration().as_secs_f64()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the local system meets the machine's clock"
)]
fn wall() -> Timestamp {
    Timestamp::now()
}

/// Reads `90s`, `5m`, `1h`, `11d` or a chain of them such as `1d12h`.
pub fn parse_duration(text: &str) -> Option<SignedDuration> {
    let mut total = SignedDuration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (count, tail) = rest.split_at_checked(digits)?;
        let count: i64 = count.parse().ok()?;
        let mut units = tail.chars();
        let seconds = match units.next()? {
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => 24 * 60 * 60,
            _ => return None,
        };
        total = total.checked_add(SignedDuration::from_secs(count.checked_mul(seconds)?))?;
        rest = units.as_str();
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, seconds) in [
            ("90s", Some(90)),
            ("5m", Some(300)),
            ("1h", Some(3600)),
            ("11d", Some(11 * 86400)),
            ("1d12h", Some(129_600)),
            ("0s", Some(0)),
            ("", None),
            ("5", None),
            ("m", None),
            ("-5m", None),
            ("5w", None),
            ("5m ", None),
            ("99999999999999999999d", None),
            ("9223372036854775807d", None),
        ] {
            assert_eq!(parse_duration(text).map(|duration| duration.as_secs()), seconds, "{text}");
        }
    }

    #[test]
    fn it_moves_runs_on_and_never_goes_back_by_reaching() {
        let clock = LocalClock::default();
        let start = clock.now();
        let target = start + SignedDuration::from_hours(24);
        clock.reach(target);
        assert!(clock.now() >= target);
        clock.reach(start);
        assert!(clock.now() >= target);
        clock.set(start);
        assert!(clock.now() < target);
    }
}
