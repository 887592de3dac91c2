//! A verified event and the ways in which it can end.

use domain::billing::Fact;
use jiff::Timestamp;
use stripe::{Event, VerifiedBody};

/// A verified event that contains a fact.
#[derive(Clone, Copy)]
pub struct ReceivedEvent<'a> {
    pub event: &'a Event,
    pub fact: &'a Fact,
    pub body: VerifiedBody<'a>,
    /// The time at which the event arrived.
    pub now: Timestamp,
}

/// What happened to an event. In each case, the event does not need to be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IngestOutcome {
    /// The event's fact was added to the organization.
    Applied,
    /// The event's customer was linked to the organization.
    Linked,
    /// The event is parked until its customer is linked.
    Parked,
    /// The event names no customer and no known organization. It was quarantined for an operator.
    Unattributed,
    /// The event is malformed. It was quarantined for an operator.
    Quarantined,
    /// The event belongs to Stripe's other mode, or to a connected account. It has no effect.
    WrongMode,
    /// The event is irrelevant, or the organization already has its fact.
    Ignored,
}

impl IngestOutcome {
    /// Returns the value of `outcome` in responses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Linked => "linked",
            Self::Parked => "parked",
            Self::Unattributed => "unattributed",
            Self::Quarantined => "quarantined",
            Self::WrongMode => "wrong_mode",
            Self::Ignored => "ignored",
        }
    }
}
