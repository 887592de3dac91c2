//! The states of one mail to one recipient.
//!
//! `Pending → Sending → Sent | Failed | Unknown | Dropped`. SES's `SendEmail` has no idempotency
//! token, so a mail whose sending was not answered may or may not have gone out: it becomes
//! [`Delivery::Unknown`] and waits for SES's own `Send` event. If none came by its check although
//! one of a later claim did, and no event is outstanding ([`Feed`]), it never went out and is sent
//! once more, and never again; without that evidence it stays unknown and waits for a person.

mod claim;

use jiff::{SignedDuration, Timestamp};

pub use claim::{Claim, SesHeartbeat};

use crate::trial::add;

/// How long a claim holds: longer than the sending function may run.
pub const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How long a mail that surely was not sent is tried again.
pub const RETRY_PERIOD: SignedDuration = SignedDuration::from_hours(4 * 24);
/// How long a person is shown a mail that did not surely arrive.
pub const FAILURE_SHOWN_FOR: SignedDuration = SignedDuration::from_hours(35 * 24);
/// How long SES's `Send` event is waited for before its absence means something.
pub const UNKNOWN_CHECK_DELAY: SignedDuration = SignedDuration::from_mins(15);
/// How long a mail rests that was not tried, since SES lets none of the account out or time was up: a little less
/// than what lies between two runs of the sender's schedule.
pub const RETRY_DELAY: SignedDuration = SignedDuration::from_mins(4);

/// What a mail has been through that is not at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// When it became owed.
    pub since: Timestamp,
    /// Tries that surely failed.
    pub failed: u32,
    /// The claim of a try that was never answered, once the mail was claimed again for that.
    pub unanswered: Option<Claim>,
}

/// Why a mail did not and will not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// SES will never accept it.
    Refused,
    /// It could not be sent for [`HORIZON`].
    Expired,
    /// SES accepted it, found it harmful and did not send it.
    Rejected,
    /// The recipient's mail server sent it back for good, or SES found that the address has none.
    Bounced,
}

impl Failure {
    /// The word in stored items and events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::Rejected => "rejected",
            Self::Bounced => "bounced",
        }
    }
}

/// Where one mail to one recipient stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// To be sent at `not_before` or later.
    Pending {
        /// What it has been through.
        tries: Attempts,
        /// The earliest moment of the next try.
        not_before: Timestamp,
    },
    /// Claimed by a sender, until its lease ends.
    Sending {
        /// What it went through before.
        tries: Attempts,
        /// Whose it is.
        claim: Claim,
        /// The end of the lease.
        until: Timestamp,
    },
    /// SES accepted it.
    Sent {
        /// When.
        at: Timestamp,
        /// Whose claim it went out under; not known of mails that an earlier version of the code sent.
        claim: Option<Claim>,
    },
    /// It did not and will not arrive.
    Failed {
        /// Since when that is known.
        at: Timestamp,
        /// Why.
        why: Failure,
    },
    /// It may have been sent.
    Unknown {
        /// What it went through before.
        tries: Attempts,
        /// Whose claim it was; SES's `Send` event names it.
        claim: Claim,
        /// Since when.
        at: Timestamp,
        /// Whether its check has passed, so that it waits for a person.
        held: bool,
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
    /// The same, since mails come faster than SES takes them.
    Throttled,
    /// It surely did not go out, and for now no other mail of this account will: no fault of this one.
    Paused,
    /// SES will never accept it.
    Refused,
    /// The same, because the recipient's address is none that mail can be sent to.
    BadAddress,
    /// No sure answer came.
    Ambiguous,
}

impl Outcome {
    /// Whether the mail surely did not go out.
    #[must_use]
    pub const fn is_sure_failure(self) -> bool {
        match self {
            Self::NotSent | Self::Throttled | Self::Paused | Self::Refused | Self::BadAddress => true,
            Self::Accepted | Self::Ambiguous => false,
        }
    }
}

impl Delivery {
    /// A mail that is owed from `now` on.
    #[must_use]
    pub const fn pending(now: Timestamp) -> Self {
        Self::Pending { tries: Attempts { since: now, failed: 0, unanswered: None }, not_before: now }
    }

    /// Whether something is to be done about it at `now`, other than to wait for its holder. The check of an
    /// unknown mail needs to know the feed; without it that waits.
    #[must_use]
    pub fn waits(&self, feed: Option<SesHeartbeat>, now: Timestamp) -> bool {
        match self {
            Self::Pending { not_before, .. } => *not_before <= now,
            Self::Unknown { at, held: false, .. } => feed.is_some() && add(*at, UNKNOWN_CHECK_DELAY) <= now,
            _ => false,
        }
    }

    /// Claims the mail for a try, if it waits for one: it surely was not sent, or it is unknown, was never sent
    /// again for that, and the feed says that it did not go out.
    #[must_use]
    pub fn claim(&self, claim: &Claim, feed: Option<SesHeartbeat>, now: Timestamp) -> Option<Self> {
        if !self.waits(feed, now) {
            return None;
        }
        let tries = match self {
            Self::Pending { tries, .. } => tries.clone(),
            Self::Unknown { tries, claim: lost, at, .. }
                if tries.unanswered.is_none() && feed.is_some_and(|feed| feed.passed(lost, *at)) =>
            {
                Attempts { unanswered: Some(lost.clone()), ..tries.clone() }
            }
            _ => return None,
        };
        Some(Self::Sending { tries, claim: claim.clone(), until: add(now, LEASE) })
    }

    /// What becomes of a mail that waits or was claimed, and is not to be sent: one that may have gone out earlier
    /// stays unknown, any other is dropped.
    #[must_use]
    pub fn give_up(&self, now: Timestamp) -> Option<Self> {
        match self {
            Self::Pending { tries, .. } | Self::Sending { tries, .. } => Some(match &tries.unanswered {
                None => Self::Dropped { at: now },
                Some(lost) => {
                    Self::Unknown { tries: tries.clone(), claim: lost.clone(), at: now, held: true }
                }
            }),
            Self::Unknown { tries, claim, at, held: false } => {
                Some(Self::Unknown { tries: tries.clone(), claim: claim.clone(), at: *at, held: true })
            }
            _ => None,
        }
    }

    /// What `claim` makes of the mail at `now`: it takes what waits and is wanted, gives up what waits and is not, and
    /// what another claim let lapse. `None` where there is nothing to do.
    #[must_use]
    pub fn advance(
        &self,
        claim: &Claim,
        feed: Option<SesHeartbeat>,
        wanted: bool,
        now: Timestamp,
    ) -> Option<Self> {
        self.lapse(now).or_else(|| {
            let claimed = self.claim(claim, feed, now).filter(|_| wanted);
            claimed.or_else(|| self.waits(feed, now).then(|| self.give_up(now)).flatten())
        })
    }

    /// Records how the try of `claim` ended. `jitter` spreads the next try, 0 to 255 as 0 to 100 % of the wait.
    #[must_use]
    pub fn record_outcome(
        &self,
        claim: &Claim,
        outcome: Outcome,
        jitter: u8,
        now: Timestamp,
    ) -> Option<Self> {
        let Self::Sending { tries, .. } = self else { return None };
        if !self.is_held_by(claim) {
            return None;
        }
        let again = |failed: u32, wait: SignedDuration| Self::Pending {
            tries: Attempts { failed, ..tries.clone() },
            not_before: add(now, wait),
        };
        Some(match outcome {
            Outcome::Accepted => Self::Sent { at: now, claim: Some(claim.clone()) },
            Outcome::Refused => Self::Failed { at: now, why: Failure::Refused },
            Outcome::BadAddress => Self::Failed { at: now, why: Failure::Bounced },
            Outcome::Ambiguous => {
                Self::Unknown { tries: tries.clone(), claim: claim.clone(), at: now, held: false }
            }
            Outcome::NotSent | Outcome::Throttled if now >= add(tries.since, RETRY_PERIOD) => {
                Self::Failed { at: now, why: Failure::Expired }
            }
            Outcome::NotSent | Outcome::Throttled => {
                again(tries.failed.saturating_add(1), backoff(tries.failed, jitter))
            }
            Outcome::Paused => again(tries.failed, RETRY_DELAY),
        })
    }

    /// What becomes of a claim whose sender never came back.
    #[must_use]
    pub fn lapse(&self, now: Timestamp) -> Option<Self> {
        match self {
            Self::Sending { tries, claim, until } if *until <= now => {
                Some(Self::Unknown { tries: tries.clone(), claim: claim.clone(), at: now, held: false })
            }
            _ => None,
        }
    }

    /// Records SES's own word that the mail of `claim` was accepted, be it the try before this one.
    #[must_use]
    pub fn confirmed(&self, claim: &Claim, now: Timestamp) -> Option<Self> {
        let open = !matches!(self, Self::Sent { .. });
        (open && self.is_of(claim)).then(|| Self::Sent { at: now, claim: Some(claim.clone()) })
    }

    /// Records that the mail of `claim`, which SES took, did not arrive. What came back late of an earlier mail, in whose
    /// place this one stands, says nothing of it.
    #[must_use]
    pub fn returned(&self, claim: &Claim, why: Failure, now: Timestamp) -> Option<Self> {
        self.is_of(claim).then_some(Self::Failed { at: now, why })
    }

    /// Whether the mail went out under that claim, or may have.
    fn is_of(&self, claim: &Claim) -> bool {
        match self {
            Self::Pending { tries, .. } => tries.unanswered.as_ref() == Some(claim),
            Self::Sending { tries, claim: holder, .. } | Self::Unknown { tries, claim: holder, .. } => {
                holder == claim || tries.unanswered.as_ref() == Some(claim)
            }
            Self::Sent { claim: sent, .. } => sent.as_ref().is_none_or(|sent| sent == claim),
            Self::Failed { .. } | Self::Dropped { .. } => false,
        }
    }

    /// When it next needs a sender; `None` in an end state and while a person must look.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        match self {
            Self::Pending { not_before, .. } => Some(*not_before),
            Self::Sending { until, .. } => Some(*until),
            Self::Unknown { at, held: false, .. } => Some(add(*at, UNKNOWN_CHECK_DELAY)),
            Self::Sent { .. } | Self::Failed { .. } | Self::Unknown { .. } | Self::Dropped { .. } => None,
        }
    }

    /// Since when it is owed, while it is to be tried again.
    #[must_use]
    pub const fn pending_since(&self) -> Option<Timestamp> {
        match self {
            Self::Pending { tries, .. } => Some(tries.since),
            _ => None,
        }
    }

    /// Since when it needs no sender any more, while it does not.
    #[must_use]
    pub const fn at_rest_since(&self) -> Option<Timestamp> {
        match self {
            Self::Sent { at, .. }
            | Self::Failed { at, .. }
            | Self::Unknown { at, held: true, .. }
            | Self::Dropped { at } => Some(*at),
            Self::Pending { .. } | Self::Sending { .. } | Self::Unknown { .. } => None,
        }
    }

    /// Since when a person should look at it, if one should.
    #[must_use]
    pub const fn held_since(&self) -> Option<Timestamp> {
        match self {
            Self::Failed { at, .. } | Self::Unknown { at, held: true, .. } => Some(*at),
            _ => None,
        }
    }

    /// Whether it waits for its very first try.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        matches!(self, Self::Pending { tries, not_before } if tries.failed == 0 && *not_before == tries.since)
    }

    /// Whether this claim is sending it.
    #[must_use]
    pub fn is_held_by(&self, claim: &Claim) -> bool {
        matches!(self, Self::Sending { claim: holder, .. } if holder == claim)
    }
}

/// 2 s, 4 s, … up to 15 minutes, and up to as much again.
fn backoff(failed: u32, jitter: u8) -> SignedDuration {
    let seconds = 2_i64.saturating_pow(failed.saturating_add(1)).min(15 * 60);
    SignedDuration::from_millis(seconds * 1000 + seconds * 1000 * i64::from(jitter) / 255)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn claim(second: i64) -> Claim {
        Claim::new(at(second), "a")
    }

    fn sending(second: i64) -> Delivery {
        Delivery::pending(at(0)).claim(&claim(second), None, at(second)).unwrap()
    }

    fn unknown() -> Delivery {
        sending(0).record_outcome(&claim(0), Outcome::Ambiguous, 0, at(3)).unwrap()
    }

    fn sent(by: i64, second: i64) -> Delivery {
        Delivery::Sent { at: at(second), claim: Some(claim(by)) }
    }

    fn heartbeat(newest: i64) -> Option<SesHeartbeat> {
        Some(SesHeartbeat { newest: Some(at(newest)), outstanding: false })
    }

    const OUTSTANDING: Option<SesHeartbeat> =
        Some(SesHeartbeat { newest: Some(Timestamp::MAX), outstanding: true });
    const SILENT: Option<SesHeartbeat> = Some(SesHeartbeat { newest: None, outstanding: false });

    #[test]
    fn only_one_claim_holds_a_mail() {
        assert_eq!(sending(0).claim(&claim(1), None, at(1)), None);
        assert_eq!(sending(0).record_outcome(&claim(1), Outcome::Accepted, 0, at(1)), None);
        assert_eq!(sending(0).record_outcome(&claim(0), Outcome::Accepted, 0, at(1)), Some(sent(0, 1)));
    }

    #[test]
    fn a_sure_failure_waits_longer_each_time_and_ends_after_four_days() {
        let mut delivery = Delivery::pending(at(0));
        let mut now = at(0);
        let mut tries = 0;
        while let Some(due) = delivery.due_at() {
            assert!(due >= now);
            now = due;
            delivery = delivery.claim(&claim(0), None, now).unwrap();
            delivery = delivery.record_outcome(&claim(0), Outcome::NotSent, 0, now).unwrap();
            tries += 1;
        }
        assert_eq!(delivery, Delivery::Failed { at: now, why: Failure::Expired });
        assert_eq!(delivery.held_since(), Some(now));
        assert!(now >= at(4 * 86_400) && now < at(4 * 86_400 + 900), "{now}");
        assert!(tries > 300, "{tries}");
    }

    #[test]
    fn a_pause_of_the_account_is_no_try_and_wakes_nobody_at_once() {
        let paused = sending(0).record_outcome(&claim(0), Outcome::Paused, 9, at(1)).unwrap();
        assert_eq!(paused.due_at(), Some(add(at(1), RETRY_DELAY)));
        assert!(matches!(&paused, Delivery::Pending { tries, .. } if tries.failed == 0));
        assert!(!paused.is_fresh() && Delivery::pending(at(0)).is_fresh());
        let late = at(9 * 86_400);
        let again = paused.claim(&claim(1), None, late).unwrap();
        let paused = again.record_outcome(&claim(1), Outcome::Paused, 0, late).unwrap();
        assert_eq!(paused.due_at(), Some(add(late, RETRY_DELAY)), "however long it lasts");
    }

    #[test]
    fn ses_may_settle_what_may_have_been_sent() {
        let lapsed = sending(0).lapse(at(60)).unwrap();
        assert!(matches!(&lapsed, Delivery::Unknown { at: since, held: false, .. } if *since == at(60)));
        assert_eq!(sending(0).lapse(at(59)), None);
        assert_eq!(lapsed.confirmed(&claim(1), at(61)), None);
        let held = lapsed.give_up(at(999)).unwrap();
        for delivery in [sending(0), unknown(), lapsed, held] {
            assert_eq!(delivery.confirmed(&claim(0), at(1)), Some(sent(0, 1)));
        }
    }

    #[test]
    fn an_unknown_mail_is_sent_once_more_only_on_evidence_and_only_at_its_check() {
        let check = add(at(3), UNKNOWN_CHECK_DELAY);
        assert_eq!(unknown().due_at(), Some(check));
        for (case, feed, now) in [
            ("the feed was not looked at", None, check),
            ("it is too early", heartbeat(1), at(902)),
            ("the feed is silent", SILENT, check),
            ("only earlier mails were heard of", heartbeat(-5), check),
            ("only this very claim's second was heard of", heartbeat(0), check),
            ("its event may be among the dead letters", OUTSTANDING, check),
        ] {
            assert_eq!(unknown().claim(&claim(903), feed, now), None, "{case}");
        }
        let again = unknown().claim(&claim(903), heartbeat(1), check).unwrap();
        assert!(again.is_held_by(&claim(903)));
        // SES's word for the first try still counts, whatever becomes of the second.
        let pending = again.record_outcome(&claim(903), Outcome::NotSent, 0, at(904)).unwrap();
        let twice = again.record_outcome(&claim(903), Outcome::Ambiguous, 0, at(904)).unwrap();
        for delivery in [&again, &pending, &twice] {
            assert_eq!(delivery.confirmed(&claim(0), at(905)), Some(sent(0, 905)));
        }
        assert!(pending.claim(&claim(999), None, at(999)).is_some(), "it surely did not go out again");
        assert_eq!(twice.claim(&claim(9999), heartbeat(9000), at(9999)), None, "but a second guess is none");
        assert!(matches!(pending.give_up(at(999)), Some(Delivery::Unknown { held: true, .. })));
    }

    #[test]
    fn without_evidence_it_waits_for_a_person() {
        let held = unknown().give_up(at(903)).unwrap();
        assert_eq!((held.due_at(), held.held_since()), (None, Some(at(3))));
        assert!(!held.waits(heartbeat(999), at(9999)) && held.give_up(at(9999)).is_none());
    }

    #[test]
    fn a_claim_of_another_make_is_as_old_as_its_silence() {
        let tries = Attempts { since: at(0), failed: 0, unanswered: None };
        let old = Claim("c1a1".to_owned());
        let unknown = Delivery::Unknown { tries, claim: old, at: at(60), held: false };
        let check = add(at(60), UNKNOWN_CHECK_DELAY);
        assert_eq!(unknown.claim(&claim(960), heartbeat(59), check), None);
        assert!(unknown.claim(&claim(960), heartbeat(61), check).is_some());
    }

    #[test]
    fn what_comes_back_has_failed_if_it_was_ever_with_ses() {
        let bounced = Delivery::Failed { at: at(9), why: Failure::Bounced };
        let of_old_code = Delivery::Sent { at: at(1), claim: None };
        let again = unknown().claim(&claim(999), heartbeat(1), at(999)).unwrap();
        let pending = again.record_outcome(&claim(999), Outcome::NotSent, 0, at(999)).unwrap();
        for delivery in [sending(0), unknown(), sent(0, 1), of_old_code, again, pending] {
            assert_eq!(delivery.returned(&claim(0), Failure::Bounced, at(9)), Some(bounced.clone()));
        }
        for delivery in [Delivery::pending(at(0)), Delivery::Dropped { at: at(1) }, bounced] {
            assert_eq!(delivery.returned(&claim(0), Failure::Bounced, at(9)), None);
        }
        for delivery in [sending(0), unknown(), sent(0, 1)] {
            let other = delivery.returned(&claim(5), Failure::Bounced, at(9));
            assert_eq!(other, None, "it is another mail that came back");
        }
    }
}
