//! The verification of an address, and the invitations that wait for it.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{
    org::Org,
    people::{Invitation, SessionToken, TeamError, User},
};
use jiff::Timestamp;

use crate::{
    attributes::{number, values},
    client::{Store, Stored},
    error::Error,
    keys::Key,
    org::OrgWrite,
    update::update,
};

/// The invitations of one organization that wait for the address of one user.
#[derive(Clone, Debug)]
pub struct WaitingInvitations {
    org: Stored<Org>,
    /// The invitations, oldest first.
    pub invitations: Vec<Stored<Invitation>>,
    /// The reason why they keep waiting after the verification, or `None` if it releases them.
    pub held: Option<TeamError>,
}

impl Store {
    /// Loads the invitations that wait until the address of `user` is verified, by organization. If the
    /// address is verified, skips organizations in which nothing waits.
    ///
    /// Each organization is read before its invitations, and every new invitation raises the version
    /// of the organization's item. So if another invitation is written later, the conditional write
    /// of the verification fails. An organization that may not invite gets no new invitations, so its
    /// version does not matter.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_waiting_invitations(
        &self,
        user: &User,
        now: Timestamp,
    ) -> Result<Vec<WaitingInvitations>, Error> {
        let mut waiting = Vec::new();
        for id in &user.orgs {
            let Some(org) = self.load_org(*id).await? else { continue };
            let mut invitations = self.load_invitations(*id).await?;
            let open = invitations.iter().filter(|it| it.value.is_open(now)).count();
            invitations.retain(|it| {
                it.value.waits && it.value.revoked_at.is_none() && it.value.invited_by == Some(user.id)
            });
            // While the address is unverified, the organization is part of the transaction even
            // without invitations, so that none is written at the same time.
            let is_held = org.value.run.as_ref().is_some_and(|run| run.is_held);
            if !user.verified || !invitations.is_empty() || is_held {
                let members = self.count_members(&org.value, now).await?;
                let held = org.value.may_release(members + open, now).err();
                waiting.push(WaitingInvitations { org, invitations, held });
            }
        }
        Ok(waiting)
    }

    /// Builds the actions that make the emails of waiting invitations due, and let waiting runs of
    /// provisioning steps begin.
    pub(crate) fn release_actions(
        &self,
        waiting: &[WaitingInvitations],
        now: Timestamp,
    ) -> Result<Vec<TransactWriteItem>, Error> {
        let mut actions = Vec::new();
        for WaitingInvitations { org, held, .. } in waiting {
            let mut after = org.value.clone();
            after.release_run(now);
            if held.is_none() || after != org.value {
                actions.push(self.org_write(org, &after, OrgWrite::at(now))?);
            }
        }
        actions.extend(self.invitation_releases(waiting, now)?);
        Ok(actions)
    }

    /// Builds the actions that make the emails of waiting invitations due. Each of their organizations
    /// must be part of the transaction. Held invitations stay as they are, so that an admin can send
    /// them later.
    pub(crate) fn invitation_releases(
        &self,
        waiting: &[WaitingInvitations],
        now: Timestamp,
    ) -> Result<Vec<TransactWriteItem>, Error> {
        let mut actions = Vec::new();
        for WaitingInvitations { invitations, held, .. } in waiting {
            for before in invitations.iter().filter(|_| held.is_none()) {
                let mut released = before.value.clone();
                released.release(now);
                actions.extend(self.invitation_change(before, &released)?);
            }
        }
        Ok(actions)
    }

    /// Writes a user whose address is verified, makes the emails of waiting invitations due, and lets
    /// waiting runs begin. The first verification ends the sessions of the user, except the one of `token`.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the user, an organization, or an invitation changed, or if the session
    /// ended; [`Error::Unavailable`].
    pub async fn commit_verification(
        &self,
        (before, after): (&Stored<User>, &User),
        waiting: &[WaitingInvitations],
        token: &SessionToken,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut actions = self.release_actions(waiting, now)?;
        actions.extend(self.user_change(before, after)?);
        if before.value.epoch != after.epoch {
            actions.push(update(
                &self.table,
                &Key::session(token.user, token.secret.hash()),
                "SET epoch = :epoch",
                "attribute_exists(pk)",
                values([(":epoch", number(after.epoch))]),
            )?);
        }
        if actions.is_empty() { Ok(()) } else { self.commit(actions).await }
    }
}
