//! Changes roles, removes members, and lets members leave.

use domain::{
    id::UserId,
    org::Org,
    people::{Admin, Membership, User},
};
use store::Stored;
use telemetry::LogArea;
use web::{Fields, Problem, auth::AuthenticatedUser};

use super::request::{Changed, TeamChangeError, parse_role};
use crate::App;

/// Gives a member the role that the form field names. If the member already has that role,
/// writes nothing.
pub async fn change_role(
    app: &App,
    caller: &AuthenticatedUser,
    admin: &Admin,
    id: &str,
    fields: &Fields,
) -> Result<Changed, TeamChangeError> {
    let (member, user) = load_member(app, caller, parse_id(id)?).await?;
    let role = parse_role(fields).map_err(|error| Problem::invalid(vec![error]))?;
    let before = &caller.found.org;
    let mut org = before.value.clone();
    let changed = org.change_role(admin, &member, role, caller.now)?;
    if changed != member {
        app.store.commit_role(before, &org, (&member, &changed), &user.value, caller.now).await?;
        let (organization, user, role) = (org.id, member.user, role.as_str());
        tracing::info!(area = %LogArea::Access, %organization, %user, role, "changed role");
    }
    Ok(Changed::NewRole(Box::new(changed)))
}

/// Removes a member, who can be the caller.
pub async fn remove(
    app: &App,
    caller: &AuthenticatedUser,
    admin: &Admin,
    id: &str,
) -> Result<Changed, TeamChangeError> {
    let Removal { org, member, user } = decide_removal(app, caller, admin, id).await?;
    commit_removal(app, caller, &org, &member, &user).await?;
    Ok(if member.user == caller.member.user() { Changed::Left } else { Changed::Removed })
}

/// A removal that the domain allows.
pub struct Removal {
    /// The organization after the removal.
    org: Org,
    pub member: Membership,
    user: Stored<User>,
}

/// Decides the removal of a member.
pub async fn decide_removal(
    app: &App,
    caller: &AuthenticatedUser,
    admin: &Admin,
    id: &str,
) -> Result<Removal, TeamChangeError> {
    let (member, user) = load_member(app, caller, parse_id(id)?).await?;
    let mut org = caller.found.org.value.clone();
    org.remove(admin, &member, caller.now)?;
    Ok(Removal { org, member, user })
}

/// Removes the caller. The only admin can leave only if there are no other members.
pub async fn leave(app: &App, caller: &AuthenticatedUser) -> Result<Changed, TeamChangeError> {
    let (org, _) = decide_leave(app, caller).await?;
    let (member, user) = load_member(app, caller, caller.member.user()).await?;
    commit_removal(app, caller, &org, &member, &user).await?;
    Ok(Changed::Left)
}

/// Decides that the caller leaves. Returns the organization afterward, and whether it is empty.
pub async fn decide_leave(app: &App, caller: &AuthenticatedUser) -> Result<(Org, bool), TeamChangeError> {
    // The members are read after the organization, and every join changes the version of the
    // organization's item. So if a member joined between the two reads or later, the
    // conditional write fails.
    let members = app.store.load_members(caller.member.org()).await?;
    let mut org = caller.found.org.value.clone();
    org.leave(&caller.member, &members, caller.now)?;
    Ok((org, members.iter().all(|member| member.user == caller.member.user())))
}

async fn commit_removal(
    app: &App,
    caller: &AuthenticatedUser,
    org: &Org,
    member: &Membership,
    user: &Stored<User>,
) -> Result<(), TeamChangeError> {
    let mut after = user.value.clone();
    after.leave(org.id);
    app.store.commit_removal(&caller.found.org, org, member, (user, &after), caller.now).await?;
    tracing::info!(area = %LogArea::Access, organization = %org.id, user = %member.user, "removed member");
    Ok(())
}

/// Loads a member of the caller's organization. The response for any other user is 404.
async fn load_member(
    app: &App,
    caller: &AuthenticatedUser,
    user: UserId,
) -> Result<(Membership, Stored<User>), TeamChangeError> {
    let found = app.store.load_member(caller.member.org(), user).await?;
    Ok(found.ok_or_else(Problem::not_found)?)
}

fn parse_id(text: &str) -> Result<UserId, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}
