//! Decides what follows an attempt.

use jiff::{SignedDuration, Timestamp};

/// Time from the first attempt in which a webhook is repeated.
const RETRY_PERIOD: SignedDuration = SignedDuration::from_hours(72);
/// Maximum wait before the first repetition, in seconds. It doubles with each attempt.
const FIRST_WAIT: u64 = 10;
/// Maximum wait before any repetition, in seconds.
const LONGEST_WAIT: u64 = 3600;

/// What happens with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// The endpoint accepted the webhook, so the message is done.
    Done,
    /// The message becomes visible again after this number of seconds.
    Retry(u64),
    /// The message moves to the dead-letter queue.
    GiveUp,
}

/// Returns whether the time for attempts is over.
pub(crate) fn is_over(first_at: Timestamp, now: Timestamp) -> bool {
    remaining(first_at, now) <= SignedDuration::ZERO
}

/// Returns what follows the attempt with the number `attempt`, from 1. Only a status from 200 to 299
/// is a success. `random` is a random number that spreads the waits (full jitter).
///
/// The last wait ends with the retry period, so that the message becomes a dead letter on time.
pub(crate) fn decide(
    first_at: Timestamp,
    now: Timestamp,
    attempt: u32,
    status: Option<u16>,
    random: u64,
) -> Next {
    if status.is_some_and(|status| (200..300).contains(&status)) {
        return Next::Done;
    }
    if is_over(first_at, now) {
        return Next::GiveUp;
    }
    let doubled = FIRST_WAIT.checked_shl(attempt.saturating_sub(1).min(32)).unwrap_or(LONGEST_WAIT);
    let wait = random % doubled.min(LONGEST_WAIT) + 1;
    // The wait is rounded up to a second, so the message is never visible before the end.
    let left = u64::try_from(remaining(first_at, now).as_secs()).unwrap_or(0) + 1;
    Next::Retry(wait.min(left))
}

fn remaining(first_at: Timestamp, now: Timestamp) -> SignedDuration {
    RETRY_PERIOD - now.duration_since(first_at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Timestamp {
        "2026-01-15T09:00:00Z".parse().unwrap()
    }

    fn after(seconds: i64, attempt: u32, status: Option<u16>, random: u64) -> Next {
        decide(start(), start() + SignedDuration::from_secs(seconds), attempt, status, random)
    }

    #[test]
    fn only_a_success_ends_the_retries_before_72_hours() {
        for (status, next) in [
            (Some(200), Next::Done),
            (Some(299), Next::Done),
            (Some(302), Next::Retry(1)),
            (Some(400), Next::Retry(1)),
            (Some(410), Next::Retry(1)),
            (Some(503), Next::Retry(1)),
            (None, Next::Retry(1)),
        ] {
            assert_eq!(after(0, 1, status, 0), next, "{status:?}");
        }
        let end = 72 * 3600;
        assert_eq!(after(end - 1, 150, None, u64::MAX), Next::Retry(2));
        assert_eq!(after(end, 150, None, 0), Next::GiveUp);
        assert_eq!(after(end, 150, Some(204), 0), Next::Done);
        assert!(is_over(start(), start() + RETRY_PERIOD));
    }

    #[test]
    fn wait_doubles_up_to_an_hour() {
        let longest = |attempt| match after(0, attempt, None, u64::MAX - u64::MAX % 3600 - 1) {
            Next::Retry(wait) => wait,
            next => panic!("{next:?}"),
        };
        for attempt in 1..=400 {
            let bound = 10_u64.saturating_mul(2_u64.saturating_pow(attempt - 1)).min(3600);
            assert!((1..=bound).contains(&longest(attempt)), "{attempt}");
        }
        assert_eq!([longest(1), longest(10), longest(400)], [10, 3600, 3600]);
    }
}
