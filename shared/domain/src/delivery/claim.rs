//! Claims on mails, and the evidence of SES's `Send` events for them.

use jiff::Timestamp;

/// Id of one attempt to send a mail. Each attempt has a new one, so a sender recognizes its own
/// write after a lost response.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim(pub String);

impl Claim {
    /// Returns a claim made at `now`. `random` is a unique text of letters and digits.
    #[must_use]
    pub fn new(now: Timestamp, random: &str) -> Self {
        Self(format!("{}-{random}", now.as_millisecond().max(0)))
    }

    /// Returns when the claim was made, in milliseconds; `None` for a text that [`Claim::new`] did
    /// not create.
    #[must_use]
    pub fn made_at(&self) -> Option<Timestamp> {
        let (millis, _) = self.0.split_once('-')?;
        Timestamp::from_millisecond(millis.parse().ok()?).ok()
    }
}

/// Evidence that SES's `Send` events arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SesHeartbeat {
    /// Creation time of the newest claim whose `Send` event arrived.
    pub newest: Option<Timestamp>,
    /// Whether an unprocessed event may be in the dead-letter queue.
    pub outstanding: bool,
}

impl SesHeartbeat {
    /// Returns whether the missing event of `claim` is evidence. That requires an event of a later
    /// claim, and no outstanding event.
    pub(super) fn passed(self, claim: &Claim, unknown_since: Timestamp) -> bool {
        !self.outstanding
            && self.newest.is_some_and(|newest| newest > claim.made_at().unwrap_or(unknown_since))
    }
}
