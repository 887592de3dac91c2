use jiff::SignedDuration;

use crate::doctor::facts::{Fact, Skew};
use crate::doctor::finding::{Area, Finding};

/// Stripe's signatures, and AWS's, hold for five minutes; this leaves most of them.
const SLIGHT: SignedDuration = SignedDuration::from_secs(30);
const MAX_CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// This machine's clock beside that of whoever answered.
pub(in crate::doctor) fn clock(skew: &Fact<Skew>, whose: &str) -> Finding {
    let (area, subject) = (Area::Clock, "This machine");
    let mend = "let the system keep its time by NTP, then run this again";
    match skew {
        Err(_) => {
            let said = format!("could not be compared with {whose}");
            Finding::doubt(area, subject, said, "look whether that address can be reached from here")
        }
        Ok(skew) => {
            let way = if skew.is_negative() { "behind" } else { "ahead of" };
            let said = format!("is {} s {way} {whose}", skew.abs().as_secs());
            match skew.abs() {
                skew if skew > MAX_CLOCK_SKEW => Finding::fault(area, subject, said, mend),
                skew if skew > SLIGHT => Finding::doubt(area, subject, said, mend),
                _ => Finding::good(area, subject, format!("agrees with {whose}")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::facts::Unread;
    use crate::doctor::finding::Severity::{self, Error, Good, Warning};

    #[test]
    fn five_minutes_are_too_far_either_way() {
        for (seconds, verdict) in
            [(0, Good), (30, Good), (-30, Good), (31, Warning), (-300, Warning), (301, Error), (-301, Error)]
        {
            let judged: Severity = clock(&Ok(SignedDuration::from_secs(seconds)), "Stripe").verdict;
            assert_eq!(judged, verdict, "{seconds}");
        }
        assert_eq!(clock(&Err(Unread::Missing), "Stripe").verdict, Warning);
    }
}
