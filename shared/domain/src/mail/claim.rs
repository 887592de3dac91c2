//! Claims on emails, and the evidence of SES's `Send` events for them.

use jiff::Timestamp;

/// Id of an attempt to send emails. Each write that claims emails uses a new id, and all emails of
/// that write share it. If the response to the write is lost, the sender therefore recognizes its
/// own write in the table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim(pub String);

impl Claim {
    /// Returns a claim made at `now`. `random` is a unique text of letters and digits.
    #[must_use]
    pub fn new(now: Timestamp, random: &str) -> Self {
        Self(format!("{}-{random}", now.as_millisecond().max(0)))
    }

    /// Returns when the claim was made, to the millisecond. Returns `None` for a text that
    /// [`Claim::new`] did not create.
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
    /// Whether a `Send` event that was not processed may be in the dead-letter queue.
    pub outstanding: bool,
}

impl SesHeartbeat {
    /// Returns whether the missing `Send` event of `claim` is evidence that its email was not sent.
    /// This requires that the `Send` event of a later claim arrived, and that no `Send` event is
    /// outstanding. If `claim` contains no time, `unknown_since` is used instead.
    pub(super) fn passed(self, claim: &Claim, unknown_since: Timestamp) -> bool {
        !self.outstanding
            && self.newest.is_some_and(|newest| newest > claim.made_at().unwrap_or(unknown_since))
    }
}
