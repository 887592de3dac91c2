//! Delivery states of one email to one recipient.
//!
//! `Pending → Sending → Sent | Failed | Unknown | Dropped`
//!
//! SES's `SendEmail` has no idempotency token. If no response arrives, it is unknown whether the
//! email was sent. The email becomes [`Delivery::Unknown`] and waits [`UNKNOWN_CHECK_DELAY`] for
//! SES's `Send` event.
//!
//! The missing event is evidence that the email was not sent, under two conditions
//! ([`SesHeartbeat`]). The `Send` event of a later claim must have arrived, and no `Send` event may
//! be in the dead-letter queue. With this evidence, the mailer sends the email again, but only
//! once. Without it, the email stays unknown and needs review.

use jiff::{SignedDuration, Timestamp};

use super::{Claim, Failure, Outcome, SesHeartbeat};
use crate::time::add;

/// Duration of a claim. It is longer than the mailer's timeout for one request to SES.
pub const CLAIM_LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How long an email is retried while each attempt definitely failed.
pub const RETRY_PERIOD: SignedDuration = SignedDuration::from_hours(4 * 24);
/// How long a failed or unknown email is shown for review.
pub const FAILURE_SHOWN_FOR: SignedDuration = SignedDuration::from_hours(35 * 24);
/// How long an unknown email waits for its `Send` event. After that, the mailer checks for evidence
/// that the email was not sent.
pub const UNKNOWN_CHECK_DELAY: SignedDuration = SignedDuration::from_mins(15);
/// Delay of an email that the mailer did not attempt, because SES paused the account or the run of
/// the mailer ended. It is slightly shorter than the interval of the mailer's schedule.
pub const RETRY_DELAY: SignedDuration = SignedDuration::from_mins(4);

/// Earlier attempts to send an email.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// When the email was enqueued.
    pub since: Timestamp,
    /// Number of attempts that definitely failed.
    pub failed: u32,
    /// Claim of the first attempt, if it is unknown whether that attempt sent the email. It is set
    /// when the email is claimed for a second time.
    pub without_response: Option<Claim>,
}

/// Delivery state of one email to one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The email is sent at `not_before` or later.
    Pending {
        /// Attempts before the next one.
        attempts: Attempts,
        /// Earliest time of the next attempt.
        not_before: Timestamp,
    },
    /// A sender has claimed the email until the lease ends.
    Sending {
        /// Attempts before this one.
        attempts: Attempts,
        /// Claim of the current sender.
        claim: Claim,
        /// End of the lease.
        until: Timestamp,
    },
    /// SES accepted the email.
    Sent {
        /// Time at which SES accepted it.
        at: Timestamp,
        /// Claim of the attempt. It is `None` if an earlier version of the code sent the email.
        claim: Option<Claim>,
    },
    /// The email did not arrive and will not be sent again.
    Failed {
        /// Time at which the failure was recorded.
        at: Timestamp,
        /// Reason of the failure.
        why: Failure,
    },
    /// It is unknown whether SES sent the email.
    Unknown {
        /// Attempts before this one.
        attempts: Attempts,
        /// Claim of the attempt. SES's `Send` event contains it.
        claim: Claim,
        /// Time at which it became unknown.
        at: Timestamp,
        /// Whether the email needs review, because the check found no evidence.
        needs_review: bool,
    },
    /// The notice became outdated before the email was sent.
    Dropped {
        /// Time at which it was dropped.
        at: Timestamp,
    },
}

impl Delivery {
    /// Returns an email that is due at `now`.
    #[must_use]
    pub const fn pending(now: Timestamp) -> Self {
        Self::Pending {
            attempts: Attempts { since: now, failed: 0, without_response: None },
            not_before: now,
        }
    }

    /// Returns whether the email is due at `now`: a pending email for an attempt, or an unknown
    /// email for the check for evidence. The check needs `heartbeat`, so an unknown email is not
    /// due without it.
    #[must_use]
    pub fn waits(&self, heartbeat: Option<SesHeartbeat>, now: Timestamp) -> bool {
        match self {
            Self::Pending { not_before, .. } => *not_before <= now,
            Self::Unknown { at, needs_review: false, .. } => {
                heartbeat.is_some() && add(*at, UNKNOWN_CHECK_DELAY) <= now
            }
            _ => false,
        }
    }

    /// Claims the email for an attempt.
    ///
    /// A pending email can be claimed when it is due. An unknown email can be claimed a second time
    /// if it is due and `heartbeat` shows that the first attempt did not send it. Returns `None` if
    /// the email cannot be claimed.
    #[must_use]
    pub fn claim(&self, claim: &Claim, heartbeat: Option<SesHeartbeat>, now: Timestamp) -> Option<Self> {
        if !self.waits(heartbeat, now) {
            return None;
        }
        let attempts = match self {
            Self::Pending { attempts, .. } => attempts.clone(),
            Self::Unknown { attempts, claim: lost, at, .. }
                if attempts.without_response.is_none()
                    && heartbeat.is_some_and(|heartbeat| heartbeat.passed(lost, *at)) =>
            {
                Attempts { without_response: Some(lost.clone()), ..attempts.clone() }
            }
            _ => return None,
        };
        Some(Self::Sending { attempts, claim: claim.clone(), until: add(now, CLAIM_LEASE) })
    }

    /// Gives up an email, so that no sender attempts it again.
    ///
    /// The email becomes dropped, or unknown with a need for review if an earlier attempt may have
    /// sent it. Returns `None` if the email is already finished.
    #[must_use]
    pub fn give_up(&self, now: Timestamp) -> Option<Self> {
        match self {
            Self::Pending { attempts, .. } | Self::Sending { attempts, .. } => {
                Some(match &attempts.without_response {
                    None => Self::Dropped { at: now },
                    Some(lost) => Self::Unknown {
                        attempts: attempts.clone(),
                        claim: lost.clone(),
                        at: now,
                        needs_review: true,
                    },
                })
            }
            Self::Unknown { attempts, claim, at, needs_review: false } => Some(Self::Unknown {
                attempts: attempts.clone(),
                claim: claim.clone(),
                at: *at,
                needs_review: true,
            }),
            _ => None,
        }
    }

    /// Returns the next state for a sender with `claim`; `None` if nothing changes.
    ///
    /// A due email is claimed if it is wanted and [`Self::claim`] allows it. Otherwise it is given
    /// up. An email whose claim has expired becomes unknown.
    #[must_use]
    pub fn advance(
        &self,
        claim: &Claim,
        heartbeat: Option<SesHeartbeat>,
        wanted: bool,
        now: Timestamp,
    ) -> Option<Self> {
        self.lapse(now).or_else(|| {
            let claimed = self.claim(claim, heartbeat, now).filter(|_| wanted);
            claimed.or_else(|| self.waits(heartbeat, now).then(|| self.give_up(now)).flatten())
        })
    }

    /// Records the outcome of the attempt with `claim`. Returns `None` if `claim` does not hold the
    /// email. `jitter` (0 to 255) adds 0 to 100 % to the delay before the next attempt.
    #[must_use]
    pub fn record_outcome(
        &self,
        claim: &Claim,
        outcome: Outcome,
        jitter: u8,
        now: Timestamp,
    ) -> Option<Self> {
        let Self::Sending { attempts, .. } = self else { return None };
        if !self.is_held_by(claim) {
            return None;
        }
        let again = |failed: u32, wait: SignedDuration| Self::Pending {
            attempts: Attempts { failed, ..attempts.clone() },
            not_before: add(now, wait),
        };
        Some(match outcome {
            Outcome::Accepted => Self::Sent { at: now, claim: Some(claim.clone()) },
            Outcome::Refused => Self::Failed { at: now, why: Failure::Refused },
            Outcome::BadAddress => Self::Failed { at: now, why: Failure::Bounced },
            Outcome::Ambiguous => Self::Unknown {
                attempts: attempts.clone(),
                claim: claim.clone(),
                at: now,
                needs_review: false,
            },
            Outcome::NotSent | Outcome::Throttled if now >= add(attempts.since, RETRY_PERIOD) => {
                Self::Failed { at: now, why: Failure::Expired }
            }
            Outcome::NotSent | Outcome::Throttled => {
                again(attempts.failed.saturating_add(1), backoff(attempts.failed, jitter))
            }
            Outcome::Paused => again(attempts.failed, RETRY_DELAY),
        })
    }

    /// Returns the unknown state if the lease expired before an outcome was recorded; `None`
    /// otherwise.
    #[must_use]
    pub fn lapse(&self, now: Timestamp) -> Option<Self> {
        match self {
            Self::Sending { attempts, claim, until } if *until <= now => Some(Self::Unknown {
                attempts: attempts.clone(),
                claim: claim.clone(),
                at: now,
                needs_review: false,
            }),
            _ => None,
        }
    }

    /// Records SES's `Send` event, which shows that SES accepted the email in the attempt with
    /// `claim`. That attempt can be the first or the second one. Returns `None` if the event
    /// changes nothing.
    #[must_use]
    pub fn confirmed(&self, claim: &Claim, now: Timestamp) -> Option<Self> {
        let open = !matches!(self, Self::Sent { .. });
        (open && self.is_of(claim)).then(|| Self::Sent { at: now, claim: Some(claim.clone()) })
    }

    /// Records that SES accepted the email in the attempt with `claim`, but that the email did not
    /// arrive. Returns `None` if `claim` belongs to another email.
    #[must_use]
    pub fn returned(&self, claim: &Claim, why: Failure, now: Timestamp) -> Option<Self> {
        self.is_of(claim).then_some(Self::Failed { at: now, why })
    }

    /// Returns whether the attempt with `claim` sent this email or may have sent it. A sent email
    /// without a stored claim matches every claim.
    fn is_of(&self, claim: &Claim) -> bool {
        match self {
            Self::Pending { attempts, .. } => attempts.without_response.as_ref() == Some(claim),
            Self::Sending { attempts, claim: holder, .. } | Self::Unknown { attempts, claim: holder, .. } => {
                holder == claim || attempts.without_response.as_ref() == Some(claim)
            }
            Self::Sent { claim: sent, .. } => sent.as_ref().is_none_or(|sent| sent == claim),
            Self::Failed { .. } | Self::Dropped { .. } => false,
        }
    }

    /// Returns when the mailer must handle the email. Returns `None` if the email is finished.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        match self {
            Self::Pending { not_before, .. } => Some(*not_before),
            Self::Sending { until, .. } => Some(*until),
            Self::Unknown { at, needs_review: false, .. } => Some(add(*at, UNKNOWN_CHECK_DELAY)),
            Self::Sent { .. } | Self::Failed { .. } | Self::Unknown { .. } | Self::Dropped { .. } => None,
        }
    }

    /// Returns when the email was enqueued, while it is pending.
    #[must_use]
    pub const fn pending_since(&self) -> Option<Timestamp> {
        match self {
            Self::Pending { attempts, .. } => Some(attempts.since),
            _ => None,
        }
    }

    /// Returns when the email was finished; `None` while it is not finished. No sender handles a
    /// finished email. For an unknown email that needs review, this is the time at which it became
    /// unknown.
    pub(crate) const fn finished_since(&self) -> Option<Timestamp> {
        match self {
            Self::Sent { at, .. }
            | Self::Failed { at, .. }
            | Self::Unknown { at, needs_review: true, .. }
            | Self::Dropped { at } => Some(*at),
            Self::Pending { .. } | Self::Sending { .. } | Self::Unknown { .. } => None,
        }
    }

    /// Returns the time at which the email failed or became unknown; `None` if it needs no review.
    #[must_use]
    pub const fn review_since(&self) -> Option<Timestamp> {
        match self {
            Self::Failed { at, .. } | Self::Unknown { at, needs_review: true, .. } => Some(*at),
            _ => None,
        }
    }

    /// Returns whether the email waits for its first attempt.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        matches!(self, Self::Pending { attempts, not_before } if attempts.failed == 0 && *not_before == attempts.since)
    }

    /// Returns whether `claim` is sending the email.
    #[must_use]
    pub fn is_held_by(&self, claim: &Claim) -> bool {
        matches!(self, Self::Sending { claim: holder, .. } if holder == claim)
    }
}

/// Returns the delay after a failed attempt that follows `failed` earlier failures: 2 s, 4 s, and
/// so on, up to 15 minutes. `jitter` (0 to 255) adds 0 to 100 % of this delay.
fn backoff(failed: u32, jitter: u8) -> SignedDuration {
    let seconds = 2_i64.saturating_pow(failed.saturating_add(1)).min(15 * 60);
    SignedDuration::from_millis(seconds * 1000 + seconds * 1000 * i64::from(jitter) / 255)
}
