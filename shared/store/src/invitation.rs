//! Invitations, with the state of their emails.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{
    id::OrgId,
    limits::RateLimitWindow,
    org::Org,
    people::{Address, INVITATION_RETENTION, Invitation, InvitationId, Name, Role},
    secret::Hash,
};
use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attributes::{Attributes, expires, number},
    client::{Store, Stored, Transacted},
    error::{Corrupt, Error},
    invitation_details,
    keys::{INVITE, Key, shard},
    limit::reached,
    schema::{DeliveryItem, MailIndexEntry, from_item, read, to_item},
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

#[derive(Debug, Serialize, Deserialize)]
struct InvitationItem {
    org: String,
    address: String,
    role: String,
    inviter: String,
    /// Missing in items that an earlier version of the code wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invited_by: Option<String>,
    created_at: At,
    good_until: At,
    sends: u32,
    mail: DeliveryItem,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret_hash: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revoked_at: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mail_pk: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mail_at: Option<At>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mail_ready: Option<At>,
}

pub(crate) fn encode(invitation: &Invitation, version: u64) -> Result<Attributes, Corrupt> {
    let key = Key::invitation(invitation.org, invitation.id());
    let delivery = &invitation.delivery;
    let index_entry = MailIndexEntry::of(shard(&key.pk), delivery.due_at(), delivery.review_since());
    let form = InvitationItem {
        org: invitation.org.to_string(),
        address: invitation.address.as_str().to_owned(),
        role: invitation.role.as_str().to_owned(),
        inviter: invitation.inviter.to_string(),
        invited_by: invitation.invited_by.map(|user| user.to_string()),
        created_at: At(invitation.created_at),
        good_until: At(invitation.expires_at),
        sends: invitation.sends,
        mail: DeliveryItem::from(delivery),
        secret_hash: invitation.secret_hash.map(|hash| hash.to_string()),
        revoked_at: invitation.revoked_at.map(At),
        mail_ready: index_entry.at.filter(|_| delivery.is_fresh()),
        mail_pk: index_entry.pk,
        mail_at: index_entry.at,
    };
    let mut item = to_item(&key, &form)?;
    item.insert("version".to_owned(), number(version));
    item.extend([expires(invitation.expires_at, INVITATION_RETENTION.as_secs())]);
    Ok(item)
}

pub(crate) fn decode(item: Attributes) -> Result<Stored<Invitation>, Corrupt> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u64,
        #[serde(flatten)]
        invitation: InvitationItem,
    }
    let Versioned { version, invitation: form } = from_item(item.clone())?;
    let value = Invitation {
        org: read("organization of an invitation", &form.org)?,
        address: Address::from_stored(form.address),
        role: Role::parse(&form.role).ok_or_else(|| Corrupt::because("role of an invitation"))?,
        inviter: Name::from_stored(form.inviter),
        invited_by: form.invited_by.map(|user| read("inviter of an invitation", &user)).transpose()?,
        created_at: form.created_at.0,
        expires_at: form.good_until.0,
        sends: form.sends,
        delivery: form.mail.into(),
        secret_hash: form
            .secret_hash
            .map(|hash| hash.parse().map_err(|()| Corrupt::because("secret of an invitation")))
            .transpose()?,
        revoked_at: form.revoked_at.map(|at| at.0),
    };
    Ok(Stored { value, version, item })
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
        Ok(Some((decode(invitation)?, crate::schema::decode(org)?)))
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
        match self.transact(actions).await? {
            Transacted::Done => Ok(()),
            Transacted::Cancelled(_) => Err(Error::Conflict),
        }
    }

    /// Writes the new state of an invitation's email. `link` is the hash of the secret in the link
    /// that the email contains; `None` writes no link.
    ///
    /// # Errors
    /// [`Error::Conflict`] if another write changed the invitation; [`Error::Unavailable`].
    pub async fn commit_invitation_mail(
        &self,
        before: &Stored<Invitation>,
        after: &Invitation,
        link: Option<Hash>,
    ) -> Result<(), Error> {
        let Some(change) = self.invitation_change(before, after)? else { return Ok(()) };
        let mut actions = vec![change];
        if let Some(secret) = link {
            actions.push(put(&self.table, invitation_details::encode(secret, after)?, Some(Only::New))?);
        }
        match self.transact(actions).await? {
            Transacted::Done => Ok(()),
            Transacted::Cancelled(_) => Err(Error::Conflict),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::mail::{Claim, Outcome};

    use super::*;

    #[test]
    fn invitation_round_trips_and_is_indexed_while_pending() {
        let now = "2026-01-15T09:00:00Z".parse().unwrap();
        let org = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let address = Address::parse("mo@example.com").unwrap();
        let jo = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
        let inviter = (jo, Name::parse("Jo Doe").unwrap());
        let mut invitation = Invitation::new(org, address, Role::Admin, inviter, now);
        let item = encode(&invitation, 3).unwrap();
        assert!(item.contains_key("mail_ready") && item.contains_key("mail_pk"));
        let stored = decode(item).unwrap();
        assert_eq!((&stored.value, stored.version), (&invitation, 3));

        let claim = Claim("a".to_owned());
        assert!(invitation.claim(&claim, Hash::of(&[b"secret"]), None, now));
        invitation.delivery = invitation.delivery.record_outcome(&claim, Outcome::Accepted, 0, now).unwrap();
        let item = encode(&invitation, 4).unwrap();
        assert!(!item.contains_key("mail_ready") && !item.contains_key("mail_pk"), "no email is pending");
        assert_eq!(decode(item).unwrap().value, invitation);

        invitation.revoke(now);
        assert_eq!(decode(encode(&invitation, 5).unwrap()).unwrap().value, invitation);
        let mut earlier = encode(&invitation, 6).unwrap();
        earlier.retain(|name, _| !["invited_by", "revoked_at"].contains(&name.as_str()));
        let earlier = decode(earlier).unwrap().value;
        assert_eq!((earlier.invited_by, earlier.revoked_at), (None, None), "an item of an earlier version");
    }
}
