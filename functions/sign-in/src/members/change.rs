//! Changes members and invitations, with retries after concurrent writes.

use domain::people::{Invitation, Membership, TeamError};
use http::HeaderMap;
use jiff::Timestamp;
use web::{Fields, Problem};

use crate::{
    App,
    auth::AuthenticatedUser,
    members::{
        errors::to_problem,
        request::{InviteIn, TeamRequest},
    },
};

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

impl App {
    /// Makes the requested change. If another request changes the organization at the same time,
    /// authenticates, decides, and writes again. So two changes of a team are never based on the
    /// same state.
    ///
    /// `origin` is Onramp's own origin.
    pub async fn change_team(
        &self,
        headers: &HeaderMap,
        origin: &str,
        request: &TeamRequest,
        fields: &Result<Fields, Problem>,
    ) -> Result<Changed, Problem> {
        store::retry(|| async {
            let caller = self.authenticate(headers).await?;
            match self.try_change(&caller, request, fields).await {
                Ok(changed) => Ok(Ok(changed)),
                Err(TeamChangeError::Rejected(error)) => Err(to_problem(error, origin, caller.member.org())),
                Err(TeamChangeError::Problem(problem)) => Err(problem),
                Err(TeamChangeError::Store(error)) => Ok(Err(error)),
            }
        })
        .await
    }

    /// Attempts the change once. Checks the role, then the organization's access, then the input.
    async fn try_change(
        &self,
        caller: &AuthenticatedUser,
        request: &TeamRequest,
        fields: &Result<Fields, Problem>,
    ) -> Result<Changed, TeamChangeError> {
        let org = &caller.found.org.value;
        let admin = match request {
            TeamRequest::Leave => return self.leave(caller).await,
            _ => caller.admin()?,
        };
        // A batch read is not a snapshot, so the membership and the organization's item can be from
        // different times. The write requires only that the item is unchanged. So the item must
        // also list the caller as an admin.
        if org.admin(admin.user()).is_none() {
            return Err(Problem::forbidden().into());
        }
        let members = match request {
            TeamRequest::Invite | TeamRequest::Resend(_) => {
                let members = self.count_members(org, caller.now).await?;
                org.may_invite(&admin, members, caller.now)?;
                members
            }
            _ => {
                org.may_change_team(caller.now)?;
                0
            }
        };
        let fields = fields.as_ref().map_err(Clone::clone)?;
        match request {
            TeamRequest::Invite => self.invite(caller, &admin, InviteIn::parse(fields)?, members).await,
            TeamRequest::Resend(id) => self.resend(caller, &admin, id, members).await,
            TeamRequest::Revoke(id) => self.revoke(caller, id).await,
            TeamRequest::ChangeRole(id) => self.change_role(caller, &admin, id, fields).await,
            TeamRequest::Remove(id) => self.remove(caller, &admin, id).await,
            TeamRequest::Leave => self.leave(caller).await,
        }
    }
}
