//! The delay before the next attempt of a step.

use jiff::SignedDuration;

/// Upper limit of the first delay.
const FIRST: SignedDuration = SignedDuration::from_secs(1);
/// Maximum delay before an attempt.
const MAX: SignedDuration = SignedDuration::from_mins(15);

/// Returns the delay after `attempts` attempts, with full jitter: a random share of a limit that
/// doubles with each attempt. It is at least [`FIRST`], so that a broken endpoint is not called in a
/// tight loop.
pub(super) fn delay(attempts: u32, random: u64) -> SignedDuration {
    let doublings = attempts.saturating_sub(1).min(20);
    let limit = FIRST.saturating_mul(1 << doublings).min(MAX);
    let millis = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
    let share = i64::try_from(random % millis.saturating_add(1)).unwrap_or(i64::MAX);
    SignedDuration::from_millis(share).max(FIRST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delay_doubles_up_to_fifteen_minutes() {
        for (attempts, longest) in [(0, 1), (1, 1), (2, 2), (5, 16), (10, 512), (11, 900), (u32::MAX, 900)] {
            let longest = SignedDuration::from_secs(longest);
            let millis = u64::try_from(longest.as_millis()).unwrap();
            assert_eq!(delay(attempts, millis), longest, "after {attempts}");
            assert_eq!(delay(attempts, 0), FIRST, "after {attempts}");
            assert_eq!(delay(attempts, millis + 1), FIRST, "after {attempts}");
        }
    }
}
