//! Invitations, with the state of their emails.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{
    id::OrgId,
    limits::RateLimitWindow,
    org::Org,
    people::{Invitation, InvitationId},
};

use crate::{
    client::{Store, Stored, Transacted},
    error::Error,
    keys::{INVITE, Key},
    limit::reached,
    schema::{
        invitation::{decode, encode, encode_link},
        org,
    },
    update::{Change, Only, change, put},
};

/// The result of [`Store::commit_invitation`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invited {
    /// The invitation was written.
    Done,
    /// A limit is reached, so nothing was written.
    Limited(RateLimitWindow),
}

impl Store {
    /// Loads the open and revoked invitations of an organization, oldest first.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_invitations(&self, org: OrgId) -> Result<Vec<Stored<Invitation>>, Error> {
        let items = self.query(Key::org(org).pk, INVITE).await?;
        let mut invitations: Vec<_> = items.into_iter().map(decode).collect::<Result<_, _>>()?;
        invitations.sort_by_key(|it| (it.value.created_at, it.value.id()));
        Ok(invitations)
    }

    /// Loads an invitation with its organization. Returns `None` if either does not exist.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_invitation(
        &self,
        org: OrgId,
        id: InvitationId,
    ) -> Result<Option<(Stored<Invitation>, Stored<Org>)>, Error> {
        let [invitation, org] = self.get_all(&[Key::invitation(org, id), Key::org(org)]).await?;
        let (Some(invitation), Some(org)) = (invitation, org) else { return Ok(None) };
        Ok(Some((decode(invitation)?, org::decode(org)?)))
    }

    /// Writes an invitation with a pending email, the change of its organization, and the attempt
    /// that the rate limits count. `earlier` is the existing invitation of the address, which
    /// `invitation` replaces; it is `None` if the address has no invitation.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the organization or the earlier invitation changed;
    /// [`Error::Unavailable`].
    pub async fn commit_invitation(
        &self,
        org: (&Stored<Org>, &Org),
        earlier: Option<&Stored<Invitation>>,
        invitation: &Invitation,
        limits: &[RateLimitWindow],
    ) -> Result<Invited, Error> {
        let mut actions = limits.iter().map(|window| self.count(window)).collect::<Result<Vec<_>, _>>()?;
        actions.push(self.org_write(org.0, org.1)?);
        match earlier {
            Some(earlier) => actions.extend(self.invitation_change(earlier, invitation)?),
            None => actions.push(put(&self.table, encode(invitation, 1)?, Some(Only::New))?),
        }
        let Transacted::Cancelled(reasons) = self.transact(actions).await? else { return Ok(Invited::Done) };
        // If one limit is reached, the attempt does not count for any limit. Otherwise an admin
        // could reach the limit of an address with rejected attempts. Admins of other organizations
        // could then not invite that address.
        reached(limits, &reasons).map(Invited::Limited).ok_or(Error::Conflict)
    }

    /// Builds the action that writes a changed invitation, or `None` if nothing changed.
    fn invitation_change(
        &self,
        before: &Stored<Invitation>,
        after: &Invitation,
    ) -> Result<Option<TransactWriteItem>, Error> {
        if *after == before.value {
            return Ok(None);
        }
        let old = encode(&before.value, before.version)?;
        let new = encode(after, before.version + 1)?;
        let (key, only) = (Key::invitation(after.org, after.id()), Only::Version(before.version));
        let difference = Change::with_index(&before.item, &old, &new);
        difference.map(|it| change(&self.table, &key, it, only)).transpose()
    }

    /// Writes a revoked invitation.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the invitation or the organization changed; [`Error::Unavailable`].
    pub async fn revoke_invitation(
        &self,
        org: &Stored<Org>,
        before: &Stored<Invitation>,
        revoked: &Invitation,
    ) -> Result<(), Error> {
        let mut actions = vec![self.org_write(org, &org.value)?];
        actions.extend(self.invitation_change(before, revoked)?);
        self.commit(actions).await
    }

    /// Writes the new state of an invitation's email and, if the email contains a new link, the
    /// link. If `after` equals `before`, writes nothing.
    ///
    /// # Errors
    /// [`Error::Conflict`] if another write changed the invitation; [`Error::Unavailable`].
    pub async fn commit_invitation_mail(
        &self,
        before: &Stored<Invitation>,
        after: &Invitation,
    ) -> Result<(), Error> {
        let Some(change) = self.invitation_change(before, after)? else { return Ok(()) };
        let mut actions = vec![change];
        if let Some(secret) = after.secret_hash.filter(|_| after.secret_hash != before.value.secret_hash) {
            actions.push(put(&self.table, encode_link(secret, after)?, Some(Only::New))?);
        }
        self.commit(actions).await
    }
}
