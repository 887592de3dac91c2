use domain::{
    invitation::Invitation,
    team::{Membership, TeamError},
};
use http::HeaderMap;
use jiff::Timestamp;
use web::{Fields, Problem};

use crate::{
    App,
    auth::AuthenticatedUser,
    members::{
        ask::{Ask, InviteIn},
        errors::to_problem,
    },
    store_problem,
};

/// What came of it.
#[derive(Debug)]
pub enum Changed {
    /// An invitation's mail is owed.
    Invited(Box<Invitation>, Timestamp),
    /// Somebody has this role.
    Appointed(Box<Membership>),
    /// A member or an invitation is gone.
    Gone,
    /// The caller is gone.
    Left,
}

/// Why nothing came of one try.
pub enum TeamChangeError {
    /// The rules are against it.
    Refused(TeamError),
    /// Something else is wrong with what was asked.
    Told(Problem),
    /// The table's word; somebody else may have been faster.
    Table(store::Error),
}

impl From<TeamError> for TeamChangeError {
    fn from(refusal: TeamError) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Problem> for TeamChangeError {
    fn from(problem: Problem) -> Self {
        Self::Told(problem)
    }
}

impl From<store::Error> for TeamChangeError {
    fn from(error: store::Error) -> Self {
        Self::Table(error)
    }
}

impl App {
    /// Does what is asked for, and again from the start where somebody else changed the organization meanwhile: no two
    /// changes of who belongs rest on the same state. `origin` is our own.
    pub async fn change_team(
        &self,
        headers: &HeaderMap,
        origin: &str,
        ask: &Ask,
        fields: &Result<Fields, Problem>,
    ) -> Result<Changed, Problem> {
        for attempt in 0..store::MAX_TRIES {
            let caller = self.authenticate(headers).await?;
            match self.try_change(&caller, ask, fields).await {
                Ok(changed) => return Ok(changed),
                Err(TeamChangeError::Refused(refusal)) => {
                    return Err(to_problem(refusal, origin, caller.member.org()));
                }
                Err(TeamChangeError::Told(problem)) => return Err(problem),
                Err(TeamChangeError::Table(store::Error::Conflict)) => store::pause(attempt).await,
                Err(TeamChangeError::Table(error)) => return Err(store_problem(error)),
            }
        }
        Err(store_problem(store::Error::Conflict))
    }

    /// Judged in this order: role, access, input.
    async fn try_change(
        &self,
        caller: &AuthenticatedUser,
        ask: &Ask,
        fields: &Result<Fields, Problem>,
    ) -> Result<Changed, TeamChangeError> {
        let org = &caller.found.org.value;
        let admin = match ask {
            Ask::Leave => return self.leave(caller).await,
            _ => caller.admin()?,
        };
        // Membership and organization are read in one batch, but not in one moment: who changes others is an admin by
        // the item that the change is conditional on.
        if org.admin(admin.user()).is_none() {
            return Err(Problem::forbidden().into());
        }
        match ask {
            Ask::Invite | Ask::Resend(_) => org.may_invite(&admin, caller.now)?,
            _ => org.may_change_team(caller.now)?,
        }
        let fields = fields.as_ref().map_err(Clone::clone)?;
        match ask {
            Ask::Invite => self.invite(caller, &admin, InviteIn::parse(fields)?).await,
            Ask::Resend(id) => self.resend(caller, &admin, id).await,
            Ask::Revoke(id) => self.revoke(caller, id).await,
            Ask::Appoint(id) => self.change_role(caller, &admin, id, fields).await,
            Ask::Remove(id) => self.remove(caller, &admin, id).await,
            Ask::Leave => self.leave(caller).await,
        }
    }
}
