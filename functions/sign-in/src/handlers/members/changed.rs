//! The result of a change of members or invitations.

use domain::people::{Invitation, Membership, TeamError};
use jiff::Timestamp;
use web::Problem;

/// Outcome of a change.
#[derive(Debug)]
pub enum Changed {
    /// A new or existing invitation whose email is pending, and the time of the request.
    Invited(Box<Invitation>, Timestamp),
    /// The member has the requested role.
    NewRole(Box<Membership>),
    /// A member was removed or an invitation revoked.
    Removed,
    /// The caller is no longer a member.
    Left,
}

/// The reason why one attempt to make the change failed.
pub enum TeamChangeError {
    /// A rule of the domain rejects the change.
    Rejected(TeamError),
    /// The request is invalid or not allowed.
    Problem(Problem),
    /// The store failed, or another request changed the organization at the same time.
    Store(store::Error),
}

impl From<TeamError> for TeamChangeError {
    fn from(error: TeamError) -> Self {
        Self::Rejected(error)
    }
}

impl From<Problem> for TeamChangeError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<store::Error> for TeamChangeError {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}
