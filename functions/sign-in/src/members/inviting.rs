//! Invitations: made, mailed again, taken back.

use domain::{
    invitation::{Invitation, InvitationId},
    limit::{INVITATIONS_OF_ORG, INVITATIONS_TO_ADDRESS, Window},
    people::Admin,
};
use jiff::Timestamp;
use store::{Invited, Stored};
use web::Problem;

use crate::{
    App,
    door::Caller,
    members::{
        ask::InviteIn,
        change::{Changed, Halt},
    },
};

impl App {
    pub async fn invite(&self, caller: &Caller, admin: &Admin, asked: InviteIn) -> Result<Changed, Halt> {
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
        owed(written, invitation, now)
    }

    pub async fn resend(&self, caller: &Caller, admin: &Admin, id: &str) -> Result<Changed, Halt> {
        let (before, now) = (&caller.found.org, caller.now);
        let stored = self.store.load_invitations(before.value.id).await?;
        let earlier = find(&stored, id)?;
        let invitation = before.value.invite_again(admin, &earlier.value, &values(&stored), now)?;
        let (org, limits) = ((before, &before.value), limits(&invitation, now));
        let written = self.store.commit_invitation(org, Some(earlier), &invitation, &limits).await?;
        owed(written, invitation, now)
    }

    pub async fn revoke(&self, caller: &Caller, id: &str) -> Result<Changed, Halt> {
        let org = &caller.found.org;
        let stored = self.store.load_invitations(org.value.id).await?;
        self.store.revoke_invitation(org, find(&stored, id)?).await?;
        tracing::info!(area = "access", organization = %org.value.id, "invitation revoked");
        Ok(Changed::Gone)
    }
}

fn owed(written: Invited, invitation: Invitation, now: Timestamp) -> Result<Changed, Halt> {
    if let Invited::Limited(window) = written {
        return Err(Problem::too_many(window.retry_after(now)).because(window.limit.what).into());
    }
    tracing::info!(area = "access", organization = %invitation.org, sends = invitation.sends, "invited");
    Ok(Changed::Invited(Box::new(invitation), now))
}

/// The invitation of that id among the caller's own. Every other is answered like none.
fn find<'a>(stored: &'a [Stored<Invitation>], id: &str) -> Result<&'a Stored<Invitation>, Problem> {
    let id: InvitationId = id.parse().map_err(|()| Problem::not_found())?;
    stored.iter().find(|stored| stored.value.id() == id).ok_or_else(Problem::not_found)
}

fn values(stored: &[Stored<Invitation>]) -> Vec<Invitation> {
    stored.iter().map(|stored| stored.value.clone()).collect()
}

/// What the mail of an invitation counts for.
fn limits(invitation: &Invitation, now: Timestamp) -> [Window; 2] {
    [
        INVITATIONS_OF_ORG.window(&invitation.org.to_string(), now),
        INVITATIONS_TO_ADDRESS.window(invitation.address.as_str(), now),
    ]
}
