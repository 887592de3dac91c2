//! Who tries to send a mail, and what SES's feed tells of those who tried.

use jiff::Timestamp;

/// Who claimed a mail, and when: a fresh text for each claim, so that a lost reply is recognised as one's own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim(pub String);

impl Claim {
    /// A claim made at `now`; `random` is a text of letters and digits that nobody else has.
    #[must_use]
    pub fn new(now: Timestamp, random: &str) -> Self {
        Self(format!("{}-{random}", now.as_millisecond().max(0)))
    }

    /// When it was made, to the millisecond; `None` for a text that [`Claim::new`] did not make.
    #[must_use]
    pub fn made_at(&self) -> Option<Timestamp> {
        let (millis, _) = self.0.split_once('-')?;
        Timestamp::from_millisecond(millis.parse().ok()?).ok()
    }
}

/// What is known of SES's feed of `Send` events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SesHeartbeat {
    /// When the newest claim was made whose `Send` event came.
    pub newest: Option<Timestamp>,
    /// Whether an event may have come that could not be handled, and waits in the dead-letter queue.
    pub outstanding: bool,
}

impl SesHeartbeat {
    /// Whether the absence of this claim's event is evidence: an event of a later claim came, and none is outstanding
    /// that could be this claim's.
    pub(super) fn passed(self, claim: &Claim, unknown_since: Timestamp) -> bool {
        !self.outstanding
            && self.newest.is_some_and(|newest| newest > claim.made_at().unwrap_or(unknown_since))
    }
}
