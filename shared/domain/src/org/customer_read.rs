//! The request to read a customer's subscriptions at Stripe, after the import of the customer.

use jiff::{SignedDuration, Timestamp};

use crate::time::add;

/// How long Onramp tries to read a customer at Stripe. After that, the organization counts as one
/// without a subscription until an event arrives.
pub const READ_PERIOD: SignedDuration = SignedDuration::from_hours(72);
/// Time to the next attempt: as long as the read has been open, within these bounds.
const SHORTEST_WAIT: SignedDuration = SignedDuration::from_mins(1);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);

/// An open request to read the subscriptions of the organization's customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomerRead {
    /// When the read was requested.
    pub since: Timestamp,
    /// When the next attempt is due.
    pub next_at: Timestamp,
}

impl CustomerRead {
    /// Requests a read, which is due now.
    #[must_use]
    pub const fn new(now: Timestamp) -> Self {
        Self { since: now, next_at: now }
    }

    /// Returns whether the time for attempts is over.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= add(self.since, READ_PERIOD)
    }

    /// Returns the request after a failed attempt. `None` if the time for attempts is over.
    pub(super) fn after_failure(self, now: Timestamp) -> Option<Self> {
        let wait = now.duration_since(self.since).clamp(SHORTEST_WAIT, LONGEST_WAIT);
        // The last attempt is at the end of the period, so that the state changes on time.
        let next_at = add(now, wait).min(add(self.since, READ_PERIOD));
        (!self.is_over(now)).then_some(Self { next_at, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_an_hour_and_end_with_the_period() {
        let start: Timestamp = "2026-11-30T09:00:00Z".parse().unwrap();
        let after = |seconds| add(start, SignedDuration::from_secs(seconds));
        let mut read = CustomerRead::new(start);
        let mut waits = Vec::new();
        let mut now = start;
        while let Some(next) = read.after_failure(now) {
            waits.push(next.next_at.duration_since(now).as_secs());
            (read, now) = (next, next.next_at);
        }
        assert_eq!(waits[..8], [60, 60, 120, 240, 480, 960, 1920, 3600]);
        assert!(waits.iter().all(|wait| (1..=3600).contains(wait)), "{waits:?}");
        assert_eq!(now, add(start, READ_PERIOD));
        assert!(read.is_over(now) && !read.is_over(after(72 * 3600 - 1)));
    }
}
