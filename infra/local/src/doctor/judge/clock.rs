use jiff::SignedDuration;

use crate::doctor::facts::{Fact, Skew};
use crate::doctor::finding::{Area, Finding};

/// Stripe's signatures, and AWS's, hold for five minutes; this leaves most of them.
const SLIGHT: SignedDuration = SignedDuration::from_secs(30);
const MOST: SignedDuration = SignedDuration::from_mins(5);

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
                skew if skew > MOST => Finding::fault(area, subject, said, mend),
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
    use crate::doctor::finding::Verdict::{self, Doubt, Fault, Good};

    #[test]
    fn five_minutes_are_too_far_either_way() {
        for (seconds, verdict) in
            [(0, Good), (30, Good), (-30, Good), (31, Doubt), (-300, Doubt), (301, Fault), (-301, Fault)]
        {
            let judged: Verdict = clock(&Ok(SignedDuration::from_secs(seconds)), "Stripe").verdict;
            assert_eq!(judged, verdict, "{seconds}");
        }
        assert_eq!(clock(&Err(Unread::Missing), "Stripe").verdict, Doubt);
    }
}
