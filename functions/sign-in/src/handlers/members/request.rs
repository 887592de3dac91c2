//! Requests to change the team, with their form fields and their results.

use domain::{
    id::OrgId,
    people::{Address, Invitation, Membership, Role, TeamError},
};
use jiff::Timestamp;
use web::{FieldError, Fields, Problem};

use super::errors::to_problem;
use crate::words::members::invite as words_of;

/// A requested change of members or invitations.
///
/// IDs are unparsed text from the path. They are parsed only after the caller is authorized, so an
/// unauthorized caller gets the same response for valid and invalid IDs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TeamRequest {
    /// Invite the address that the fields name.
    Invite,
    /// Email an invitation again.
    Resend(String),
    Revoke(String),
    /// Give a member the role that the fields name.
    ChangeRole(String),
    /// Remove a member, who can be the caller.
    Remove(String),
    /// Remove the caller from the organization.
    Leave,
}

/// Parsed fields of an invitation form.
#[derive(Debug)]
pub struct InviteIn {
    pub address: Address,
    pub role: Role,
}

impl InviteIn {
    /// Parses the form. A missing role means [`Role::Member`].
    pub fn parse(fields: &Fields) -> Result<Self, Problem> {
        let typed = fields.get("email").unwrap_or_default();
        let address = match Address::parse(typed) {
            Ok(address) => Ok(address),
            Err(_) if typed.trim().is_empty() => {
                Err(FieldError::new("email", "required", words_of::EMAIL_REQUIRED))
            }
            Err(error) => Err(FieldError::new("email", error.code(), error.to_string())),
        };
        let role = if fields.get("role").is_none() { Ok(Role::Member) } else { parse_role(fields) };
        match (address, role) {
            (Ok(address), Ok(role)) => Ok(Self { address, role }),
            (address, role) => {
                Err(Problem::invalid([address.err(), role.err()].into_iter().flatten().collect()))
            }
        }
    }
}

/// Parses the field `role`, which is required.
pub fn parse_role(fields: &Fields) -> Result<Role, FieldError> {
    let role = fields.get("role").and_then(Role::parse);
    role.ok_or_else(|| FieldError::new("role", "invalid", words_of::ROLE_INVALID))
}

/// Outcome of a change of members or invitations.
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

impl TeamChangeError {
    /// Converts the reason into a problem. `origin` is Onramp's own origin, and `org` is the caller's
    /// organization.
    pub fn into_problem(self, origin: &str, org: OrgId) -> Problem {
        match self {
            Self::Rejected(error) => to_problem(error, origin, org),
            Self::Problem(problem) => problem,
            Self::Store(error) => error.into(),
        }
    }
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
