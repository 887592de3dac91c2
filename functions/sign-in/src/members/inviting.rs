//! Invitations: made, mailed again, taken back.

use domain::{
    invitation::{Invitation, InvitationId},
    limit::{INVITATIONS_OF_ORG, INVITATIONS_TO_ADDRESS, INVITATIONS_TO_ANYBODY, RateLimitWindow},
    people::Admin,
};
use jiff::Timestamp;
use store::{Invited, Stored};
use telemetry::LogArea;
use web::Problem;

use crate::{
    App,
    auth::AuthenticatedUser,
    members::{
        ask::InviteIn,
        change::{Changed, TeamChangeError},
        errors,
    },
};

impl App {
    pub async fn invite(
        &self,
        caller: &AuthenticatedUser,
        admin: &Admin,
        asked: InviteIn,
    ) -> Result<Changed, TeamChangeError> {
        let (before, now) = (&caller.found.org, caller.now);
        let (known, stored) = tokio::join!(
            self.store.load_user_of(&asked.address),
            self.store.load_invitations(before.value.id),
        );
        let (known, stored) = (known?.map(|user| user.value), stored?);
        let mut org = before.value.clone();
        let invitation =
            org.invite(admin, asked.address, asked.role, known.as_ref(), &values(&stored), now)?;
        let earlier = stored.iter().find(|stored| stored.value.id() == invitation.id());
        let limits = limits(&invitation, now);
        let written = self.store.commit_invitation((before, &org), earlier, &invitation, &limits).await?;
        queued(written, invitation, now)
    }

    pub async fn resend(
        &self,
        caller: &AuthenticatedUser,
        admin: &Admin,
        id: &str,
    ) -> Result<Changed, TeamChangeError> {
        let (before, now) = (&caller.found.org, caller.now);
        let stored = self.store.load_invitations(before.value.id).await?;
        let earlier = find(&stored, id)?;
        let Some(invitation) = before.value.invite_again(admin, &earlier.value, &values(&stored), now)?
        else {
            return Ok(Changed::Invited(Box::new(earlier.value.clone()), now));
        };
        let (org, limits) = ((before, &before.value), limits(&invitation, now));
        let written = self.store.commit_invitation(org, Some(earlier), &invitation, &limits).await?;
        queued(written, invitation, now)
    }

    pub async fn revoke(&self, caller: &AuthenticatedUser, id: &str) -> Result<Changed, TeamChangeError> {
        let org = &caller.found.org;
        let stored = self.store.load_invitations(org.value.id).await?;
        let before = find(&stored, id)?;
        let mut revoked = before.value.clone();
        revoked.revoke(caller.now);
        self.store.revoke_invitation(org, before, &revoked).await?;
        tracing::info!(area = %LogArea::Access, organization = %org.value.id, "invitation revoked");
        Ok(Changed::Gone)
    }
}

fn queued(written: Invited, invitation: Invitation, now: Timestamp) -> Result<Changed, TeamChangeError> {
    if let Invited::Limited(window) = written {
        return Err(errors::mailed_enough(&window, now).into());
    }
    tracing::info!(area = %LogArea::Access, organization = %invitation.org, sends = invitation.sends, "invited");
    Ok(Changed::Invited(Box::new(invitation), now))
}

/// The invitation of that id among the caller's own. Every other is answered like none.
fn find<'a>(stored: &'a [Stored<Invitation>], id: &str) -> Result<&'a Stored<Invitation>, Problem> {
    let id: InvitationId = id.parse().map_err(|()| Problem::not_found())?;
    let shown = |stored: &&Stored<Invitation>| stored.value.id() == id && stored.value.revoked_at.is_none();
    stored.iter().find(shown).ok_or_else(Problem::not_found)
}

fn values(stored: &[Stored<Invitation>]) -> Vec<Invitation> {
    stored.iter().map(|stored| stored.value.clone()).collect()
}

/// What the mail of an invitation counts for.
fn limits(invitation: &Invitation, now: Timestamp) -> [RateLimitWindow; 3] {
    let (org, address) = (invitation.org.to_string(), invitation.address.as_str());
    [
        INVITATIONS_OF_ORG.window(&org, now),
        INVITATIONS_TO_ADDRESS.window(&format!("{org} {address}"), now),
        INVITATIONS_TO_ANYBODY.window(address, now),
    ]
}
