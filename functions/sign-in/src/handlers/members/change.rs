//! Changes members and invitations, with retries after concurrent writes.

use domain::people::Admin;
use web::{FormRequest, Problem, auth::AuthenticatedUser};

use super::{
    invitations::{invite, resend, revoke},
    membership::{change_role, leave, remove},
    request::{Changed, InviteIn, TeamChangeError, TeamRequest},
};
use crate::App;

/// Makes the requested change. If another request changes the organization at the same time,
/// authenticates, decides, and writes again. So two changes of a team are never based on the same
/// state.
pub async fn change_team(app: &App, request: &TeamRequest, form: &FormRequest) -> Result<Changed, Problem> {
    store::retry(|| async {
        let caller = app.authenticate(&form.headers).await?;
        let changed = try_change(app, &caller, request, form).await;
        changed.map_err(|error| error.into_problem(&form.origin, caller.member.org()))
    })
    .await
}

/// Attempts the change once. Checks the role, then the organization's access, then the input.
async fn try_change(
    app: &App,
    caller: &AuthenticatedUser,
    request: &TeamRequest,
    form: &FormRequest,
) -> Result<Changed, TeamChangeError> {
    if *request == TeamRequest::Leave {
        return leave(app, caller).await;
    }
    let admin = authorize(caller)?;
    let org = &caller.found.org.value;
    let members = match request {
        TeamRequest::Invite | TeamRequest::Resend(_) => {
            let members = app.store.count_members(org, caller.now).await?;
            org.may_invite(members, caller.now)?;
            members
        }
        _ => {
            org.may_change_team(caller.now)?;
            0
        }
    };
    let fields = form.fields()?;
    match request {
        TeamRequest::Invite => invite(app, caller, &admin, InviteIn::parse(fields)?, members).await,
        TeamRequest::Resend(id) => resend(app, caller, &admin, id, members).await,
        TeamRequest::Revoke(id) => revoke(app, caller, id).await,
        TeamRequest::ChangeRole(id) => change_role(app, caller, &admin, id, fields).await,
        TeamRequest::Remove(id) => remove(app, caller, &admin, id).await,
        TeamRequest::Leave => leave(app, caller).await,
    }
}

/// Authorizes the caller as an admin.
///
/// A batch read is not a snapshot, so the membership and the organization's item can be from
/// different times. The write requires only that the item is unchanged. So the item must also list
/// the caller as an admin.
pub fn authorize(caller: &AuthenticatedUser) -> Result<Admin, Problem> {
    let admin = caller.admin()?;
    let is_listed = caller.found.org.value.admin(admin.user()).is_some();
    if is_listed { Ok(admin) } else { Err(Problem::forbidden()) }
}
