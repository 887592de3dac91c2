//! Creates, resends, and revokes invitations.
//!
//! An invitation is emailed at most four times. If an invitation is revoked and its address is
//! invited again before the first invitation would have expired, the count continues.

use domain::{
    limits::{INVITATIONS_OF_ORG, INVITATIONS_TO_ADDRESS, INVITATIONS_TO_ADDRESS_BY_ALL, RateLimitWindow},
    people::{Admin, Invitation, InvitationId, Team},
};
use jiff::Timestamp;
use store::{Invited, Stored};
use telemetry::LogArea;
use web::{Problem, auth::AuthenticatedUser};

use super::{
    errors,
    request::{Changed, InviteIn, TeamChangeError},
};
use crate::App;

/// Invites an address, which also completes the task "Invite team member". `members` is the
/// result of [`Store::count_members`](store::Store::count_members).
pub async fn invite(
    app: &App,
    caller: &AuthenticatedUser,
    admin: &Admin,
    form: InviteIn,
    members: usize,
) -> Result<Changed, TeamChangeError> {
    let (before, now) = (&caller.found.org, caller.now);
    let (known, stored) =
        tokio::join!(app.store.load_user_of(&form.address), app.store.load_invitations(before.value.id),);
    let (known, stored) = (known?.map(|user| user.value), stored?);
    let mut org = before.value.clone();
    let invited = values(&stored);
    let team = Team { members, invited: &invited };
    let invitation = org.invite(admin, (form.address, form.role), known.as_ref(), team, now)?;
    let earlier = stored.iter().find(|stored| stored.value.id() == invitation.id());
    let limits = limits(&invitation, now);
    let written =
        app.store.commit_invitation((before, &org), earlier, &invitation, &limits, caller.now).await?;
    queued(written, invitation, now)
}

/// Emails an invitation again, in the name of `admin`.
///
/// If the latest email of the invitation is not sent yet, this writes nothing and succeeds.
/// `members` is the result of [`Store::count_members`](store::Store::count_members).
pub async fn resend(
    app: &App,
    caller: &AuthenticatedUser,
    admin: &Admin,
    id: &str,
    members: usize,
) -> Result<Changed, TeamChangeError> {
    let (before, now) = (&caller.found.org, caller.now);
    let stored = app.store.load_invitations(before.value.id).await?;
    let earlier = find(&stored, id)?;
    let invited = values(&stored);
    let team = Team { members, invited: &invited };
    let Some(invitation) = before.value.resend_invitation(admin, &earlier.value, team, now)? else {
        return Ok(Changed::Invited(Box::new(earlier.value.clone()), now));
    };
    let (org, limits) = ((before, &before.value), limits(&invitation, now));
    let written = app.store.commit_invitation(org, Some(earlier), &invitation, &limits, caller.now).await?;
    queued(written, invitation, now)
}

/// Revokes an invitation, so that its link no longer works.
pub async fn revoke(app: &App, caller: &AuthenticatedUser, id: &str) -> Result<Changed, TeamChangeError> {
    let org = &caller.found.org;
    let before = load_invitation(app, caller, id).await?;
    let mut revoked = before.value.clone();
    revoked.revoke(caller.now);
    app.store.revoke_invitation(org, &before, &revoked, caller.now).await?;
    tracing::info!(area = %LogArea::Access, organization = %org.value.id, "revoked invitation");
    Ok(Changed::Removed)
}

/// Loads an invitation of the caller's organization.
pub async fn load_invitation(
    app: &App,
    caller: &AuthenticatedUser,
    id: &str,
) -> Result<Stored<Invitation>, TeamChangeError> {
    let stored = app.store.load_invitations(caller.member.org()).await?;
    Ok(find(&stored, id)?.clone())
}

/// Returns the invitation, whose email is now pending, or the problem of a rate limit that
/// prevented the write.
fn queued(written: Invited, invitation: Invitation, now: Timestamp) -> Result<Changed, TeamChangeError> {
    if let Invited::Limited(window) = written {
        return Err(errors::rate_limited(&window, now).into());
    }
    tracing::info!(area = %LogArea::Access, organization = %invitation.org, sends = invitation.sends, "queued invitation email");
    Ok(Changed::Invited(Box::new(invitation), now))
}

/// Finds the invitation with the given ID among the invitations of the caller's organization. An ID
/// of no invitation, or of a revoked one, is a 404 problem.
fn find<'a>(stored: &'a [Stored<Invitation>], id: &str) -> Result<&'a Stored<Invitation>, Problem> {
    let id: InvitationId = id.parse().map_err(|()| Problem::not_found())?;
    let is_listed =
        |stored: &&Stored<Invitation>| stored.value.id() == id && stored.value.revoked_at.is_none();
    stored.iter().find(is_listed).ok_or_else(Problem::not_found)
}

fn values(stored: &[Stored<Invitation>]) -> Vec<Invitation> {
    stored.iter().map(|stored| stored.value.clone()).collect()
}

/// Returns the rate limits that the email of an invitation counts toward.
fn limits(invitation: &Invitation, now: Timestamp) -> [RateLimitWindow; 3] {
    let (org, address) = (invitation.org.to_string(), invitation.address.as_str());
    [
        INVITATIONS_OF_ORG.window(&org, now),
        INVITATIONS_TO_ADDRESS.window(&format!("{org} {address}"), now),
        INVITATIONS_TO_ADDRESS_BY_ALL.window(address, now),
    ]
}
