//! Reasons why a membership change is rejected.

use crate::org::Status;

/// Reason why a membership change was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TeamError {
    /// The organization's status does not allow it. A payment restores access.
    #[error("the organization has no access")]
    NoAccess(Status),
    /// The plan has this number of seats, and none of them is free.
    #[error("no free seat")]
    NoSeat(usize),
    /// The invited address belongs to a member.
    #[error("already a member")]
    AlreadyMember,
    /// The address has an open invitation.
    #[error("already invited")]
    AlreadyInvited,
    /// The organization has [`MAX_OPEN_INVITATIONS`](super::MAX_OPEN_INVITATIONS) open invitations.
    #[error("too many open invitations")]
    TooManyOpen,
    /// The invitation was sent [`MAX_SENDS`](super::MAX_SENDS) times.
    #[error("sent too often")]
    SentTooOften,
    /// The invitation has no valid inviter ([`Org::has_valid_inviter`](crate::org::Org::has_valid_inviter)).
    #[error("the inviter is no longer an admin")]
    InviterGone,
    /// The organization has [`MAX_ADMINS`](crate::org::MAX_ADMINS) admins.
    #[error("too many admins")]
    TooManyAdmins,
    /// The last person cannot leave while a subscription of the organization is alive.
    #[error("a subscription is alive")]
    Subscribed,
    /// The change would leave members without an admin.
    #[error("the last admin")]
    LastAdmin,
}
