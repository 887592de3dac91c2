//! The id of an invitation, and the state that the admins see.

use std::{fmt, str::FromStr};

use super::Address;
use crate::{id::OrgId, secret::Hash};

/// Id of an invitation, derived from the organization and the invited address. So an address has at
/// most one invitation per organization. The id is not secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InvitationId(Hash);

impl InvitationId {
    /// Returns the id for an organization and an invited address.
    #[must_use]
    pub fn of(org: OrgId, address: &Address) -> Self {
        Self(Hash::of(&[b"invitation", org.uuid().as_bytes(), address.as_str().as_bytes()]))
    }
}

impl fmt::Display for InvitationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for InvitationId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.parse().map(Self)
    }
}

/// State of an invitation, shown to the admins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationStatus {
    /// The invitation waits until the inviter's address is verified.
    Waiting,
    /// The email of the invitation is not sent yet.
    Sending,
    /// It is unknown whether the email was sent.
    Uncertain,
    /// The email was sent, and the invitation can be accepted.
    Pending,
    /// The email could not be sent.
    Failed,
    /// The invitation was revoked, or not accepted in time.
    Expired,
}

impl InvitationStatus {
    /// Returns the value in JSON responses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Uncertain => "unknown",
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }
}
