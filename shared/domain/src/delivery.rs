//! The states of one mail to one recipient.
//!
//! `Pending → Sending → Sent | Failed | Unknown | Dropped`. SES's `SendEmail` has no idempotency
//! token, so a mail whose sending was not answered may or may not have gone out: it becomes
//! [`Delivery::Unknown`] and waits for SES's own word, and is never sent again on a guess.

use jiff::{SignedDuration, Timestamp};

use crate::trial::after;

/// How long a claim holds: longer than the sending function may run.
pub const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How long a mail that surely was not sent is tried again.
pub const HORIZON: SignedDuration = SignedDuration::from_hours(4 * 24);

/// Who claimed a mail: a fresh random text for each claim, so that a lost reply is recognised as one's own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim(pub String);

/// Where one mail to one recipient stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// To be sent at `not_before` or later.
    Pending {
        /// When it became owed.
        since: Timestamp,
        /// The earliest moment of the next try.
        not_before: Timestamp,
        /// Tries that surely failed.
        attempts: u32,
    },
    /// Claimed by a sender, until its lease ends.
    Sending {
        /// When it became owed.
        since: Timestamp,
        /// Whose it is.
        claim: Claim,
        /// The end of the lease.
        until: Timestamp,
        /// Tries that surely failed before this one.
        attempts: u32,
    },
    /// SES accepted it.
    Sent {
        /// When.
        at: Timestamp,
    },
    /// It cannot be sent, for good.
    Failed {
        /// Since when.
        at: Timestamp,
    },
    /// It may have been sent.
    Unknown {
        /// Whose claim it was; SES's `Send` event names it.
        claim: Claim,
        /// Since when.
        at: Timestamp,
    },
    /// Its reason went away before it was sent.
    Dropped {
        /// When.
        at: Timestamp,
    },
}

/// How a try to send ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// SES answered with a message id.
    Accepted,
    /// It surely did not go out and may be tried again.
    NotSent,
    /// SES will never accept it.
    Refused,
    /// No sure answer came.
    Ambiguous,
}

impl Delivery {
    /// A mail that is owed from `now` on.
    #[must_use]
    pub const fn owed(now: Timestamp) -> Self {
        Self::Pending { since: now, not_before: now, attempts: 0 }
    }

    /// Claims the mail for a try, if it waits for one at `now`.
    #[must_use]
    pub fn claim(&self, claim: &Claim, now: Timestamp) -> Option<Self> {
        match *self {
            Self::Pending { since, not_before, attempts } if not_before <= now => {
                Some(Self::Sending { since, claim: claim.clone(), until: after(now, LEASE), attempts })
            }
            _ => None,
        }
    }

    /// Records how the try of `claim` ended. `jitter` spreads the next try, 0 to 255 as 0 to 100 % of the wait.
    #[must_use]
    pub fn settle(&self, claim: &Claim, outcome: Outcome, jitter: u8, now: Timestamp) -> Option<Self> {
        let Self::Sending { since, claim: holder, attempts, .. } = self else { return None };
        if holder != claim {
            return None;
        }
        Some(match outcome {
            Outcome::Accepted => Self::Sent { at: now },
            Outcome::Refused => Self::Failed { at: now },
            Outcome::Ambiguous => Self::Unknown { claim: claim.clone(), at: now },
            Outcome::NotSent if now >= after(*since, HORIZON) => Self::Failed { at: now },
            Outcome::NotSent => Self::Pending {
                since: *since,
                not_before: after(now, backoff(*attempts, jitter)),
                attempts: attempts.saturating_add(1),
            },
        })
    }

    /// What becomes of a claim whose sender never came back.
    #[must_use]
    pub fn lapse(&self, now: Timestamp) -> Option<Self> {
        match self {
            Self::Sending { claim, until, .. } if *until <= now => {
                Some(Self::Unknown { claim: claim.clone(), at: now })
            }
            _ => None,
        }
    }

    /// Records SES's own word that the mail of `claim` was accepted.
    #[must_use]
    pub fn confirmed(&self, claim: &Claim, now: Timestamp) -> Option<Self> {
        match self {
            Self::Sending { claim: holder, .. } | Self::Unknown { claim: holder, .. } if holder == claim => {
                Some(Self::Sent { at: now })
            }
            _ => None,
        }
    }

    /// When it next needs a sender; `None` in an end state and while a person must look.
    #[must_use]
    pub const fn due_at(&self) -> Option<Timestamp> {
        match self {
            Self::Pending { not_before, .. } => Some(*not_before),
            Self::Sending { until, .. } => Some(*until),
            Self::Sent { .. } | Self::Failed { .. } | Self::Unknown { .. } | Self::Dropped { .. } => None,
        }
    }

    /// Whether it waits for its very first try.
    #[must_use]
    pub const fn is_fresh(&self) -> bool {
        matches!(self, Self::Pending { attempts: 0, .. })
    }
}

/// 2 s, 4 s, … up to 15 minutes, and up to as much again.
fn backoff(attempts: u32, jitter: u8) -> SignedDuration {
    let seconds = 2_i64.saturating_pow(attempts.saturating_add(1)).min(15 * 60);
    SignedDuration::from_millis(seconds * 1000 + seconds * 1000 * i64::from(jitter) / 255)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn claim(text: &str) -> Claim {
        Claim(text.to_owned())
    }

    fn sending(text: &str) -> Delivery {
        Delivery::owed(at(0)).claim(&claim(text), at(0)).unwrap()
    }

    #[test]
    fn only_one_claim_holds_a_mail() {
        assert_eq!(sending("a").claim(&claim("b"), at(1)), None);
        assert_eq!(sending("a").settle(&claim("b"), Outcome::Accepted, 0, at(1)), None);
        assert_eq!(
            sending("a").settle(&claim("a"), Outcome::Accepted, 0, at(1)),
            Some(Delivery::Sent { at: at(1) })
        );
    }

    #[test]
    fn a_sure_failure_waits_longer_each_time_and_ends_after_four_days() {
        let mut delivery = Delivery::owed(at(0));
        let mut now = at(0);
        let mut tries = 0;
        while let Some(due) = delivery.due_at() {
            assert!(due >= now);
            now = due;
            delivery = delivery.claim(&claim("a"), now).unwrap();
            delivery = delivery.settle(&claim("a"), Outcome::NotSent, 0, now).unwrap();
            tries += 1;
        }
        assert!(matches!(delivery, Delivery::Failed { .. }));
        assert!(now >= at(4 * 86_400) && now < at(4 * 86_400 + 900), "{now}");
        assert!(tries > 300, "{tries}");
    }

    #[test]
    fn what_may_have_been_sent_is_never_sent_again_and_ses_may_settle_it() {
        let unanswered = sending("a").settle(&claim("a"), Outcome::Ambiguous, 0, at(3)).unwrap();
        assert_eq!(unanswered, Delivery::Unknown { claim: claim("a"), at: at(3) });
        let lapsed = sending("a").lapse(at(60)).unwrap();
        assert_eq!(lapsed, Delivery::Unknown { claim: claim("a"), at: at(60) });
        assert_eq!(sending("a").lapse(at(59)), None);
        assert_eq!(lapsed.claim(&claim("b"), at(999)), None);
        assert_eq!(lapsed.confirmed(&claim("b"), at(61)), None);
        assert_eq!(lapsed.confirmed(&claim("a"), at(61)), Some(Delivery::Sent { at: at(61) }));
        assert_eq!(sending("a").confirmed(&claim("a"), at(1)), Some(Delivery::Sent { at: at(1) }));
    }
}
