//! Checks the local clock.

use jiff::SignedDuration;

use crate::doctor::{
    facts::{Fact, Skew},
    finding::{Area, Finding},
};

/// Smallest clock difference that gives a warning.
const WARNING_CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(30);
/// Largest clock difference that Stripe's webhook signatures and AWS request signatures allow.
const MAX_CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Compares the local clock with the clock of a server. `whose` is the name of the server in the
/// finding.
pub(in crate::doctor) fn clock(skew: &Fact<Skew>, whose: &str) -> Finding {
    let (area, subject) = (Area::Clock, "Local clock");
    let fix = "enable NTP time synchronization, then rerun";
    match skew {
        Err(_) => {
            let message = format!("could not be compared with {whose}");
            Finding::warning(area, subject, message, "check that it is reachable from this machine")
        }
        Ok(skew) => {
            let way = if skew.is_negative() { "behind" } else { "ahead of" };
            let message = format!("is {} s {way} {whose}", skew.abs().as_secs());
            match skew.abs() {
                skew if skew > MAX_CLOCK_SKEW => Finding::error(area, subject, message, fix),
                skew if skew > WARNING_CLOCK_SKEW => Finding::warning(area, subject, message, fix),
                _ => Finding::good(area, subject, format!("matches {whose}")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{
        facts::Unread,
        finding::Severity::{self, Error, Good, Warning},
    };

    #[test]
    fn skew_above_five_minutes_is_an_error() {
        for (seconds, severity) in
            [(0, Good), (30, Good), (-30, Good), (31, Warning), (-300, Warning), (301, Error), (-301, Error)]
        {
            let judged: Severity = clock(&Ok(SignedDuration::from_secs(seconds)), "Stripe").severity;
            assert_eq!(judged, severity, "{seconds}");
        }
        assert_eq!(clock(&Err(Unread::Missing), "Stripe").severity, Warning);
    }
}
