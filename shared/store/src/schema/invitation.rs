//! Stored forms of an invitation and of an invitation link.

use domain::{
    people::{Address, INVITATION_RETENTION, Invitation, Name, Role},
    secret::Hash,
};
use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attributes::{Attributes, expires},
    client::Stored,
    error::Corrupt,
    keys::Key,
    schema::{
        delivery::{DeliveryItem, mail_index},
        from_versioned_item, read, to_item, to_versioned_item,
    },
};

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
    /// Number of the email that waits for the inviter's verification. An earlier version of the code
    /// that sends another email keeps this number, so the invitation no longer waits then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    waiting_send: Option<u32>,
}

/// Builds the item of an invitation at a version.
pub(crate) fn encode(invitation: &Invitation, version: u64) -> Result<Attributes, Corrupt> {
    let key = Key::invitation(invitation.org, invitation.id());
    let form = InvitationItem {
        org: invitation.org.to_string(),
        address: invitation.address.as_str().to_owned(),
        role: invitation.role.as_str().to_owned(),
        inviter: invitation.inviter.to_string(),
        invited_by: invitation.invited_by.map(|user| user.to_string()),
        created_at: At(invitation.created_at),
        good_until: At(invitation.expires_at),
        sends: invitation.sends,
        mail: DeliveryItem::from(&invitation.delivery),
        secret_hash: invitation.secret_hash.map(|hash| hash.to_string()),
        revoked_at: invitation.revoked_at.map(At),
        waiting_send: invitation.waits.then_some(invitation.sends),
    };
    let mut item = to_versioned_item(&key, &form, version)?;
    if !invitation.waits {
        item.extend(mail_index(&key, &invitation.delivery));
        item.extend([expires(invitation.expires_at, INVITATION_RETENTION.as_secs())]);
    }
    Ok(item)
}

/// Decodes an invitation with its version.
pub(crate) fn decode(item: Attributes) -> Result<Stored<Invitation>, Corrupt> {
    from_versioned_item(item, |form: InvitationItem| {
        Ok(Invitation {
            org: read("organization of an invitation", &form.org)?,
            address: Address::from_stored(form.address),
            role: Role::parse(&form.role).ok_or_else(|| Corrupt::because("role of an invitation"))?,
            inviter: Name::from_stored(form.inviter),
            invited_by: form.invited_by.map(|user| read("inviter of an invitation", &user)).transpose()?,
            created_at: form.created_at.0,
            expires_at: form.good_until.0,
            waits: form.waiting_send == Some(form.sends),
            sends: form.sends,
            delivery: form.mail.into(),
            secret_hash: form.secret_hash.map(|hash| read("secret of an invitation", &hash)).transpose()?,
            revoked_at: form.revoked_at.map(|at| at.0),
        })
    })
}

/// The stored invitation link: the IDs and the address with which the invitation of the link is
/// loaded.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct InvitationLinkItem {
    pub org: String,
    invitation: String,
    pub address: String,
}

/// Builds the item of an invitation link. `secret_hash` is the hash of the secret in the link.
pub(crate) fn encode_link(secret_hash: Hash, invitation: &Invitation) -> Result<Attributes, Corrupt> {
    let form = InvitationLinkItem {
        org: invitation.org.to_string(),
        invitation: invitation.id().to_string(),
        address: invitation.address.as_str().to_owned(),
    };
    let mut item = to_item(&Key::invitation_link(secret_hash), &form)?;
    item.extend([expires(invitation.expires_at, 3600)]);
    Ok(item)
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

        let mut waiting = Invitation { waits: true, ..invitation.clone() };
        let item = encode(&waiting, 5).unwrap();
        assert!(!item.contains_key("mail_ready") && !item.contains_key("expires_at"), "{item:?}");
        assert_eq!(decode(item.clone()).unwrap().value, waiting);
        let mut resent = item;
        resent.insert("sends".to_owned(), crate::attributes::number(2));
        assert!(!decode(resent).unwrap().value.waits, "an earlier version sent another email");
        waiting.release(now);
        assert!(encode(&waiting, 6).unwrap().contains_key("mail_ready"));

        invitation.revoke(now);
        assert_eq!(decode(encode(&invitation, 5).unwrap()).unwrap().value, invitation);
        let mut earlier = encode(&invitation, 6).unwrap();
        earlier.retain(|name, _| !["invited_by", "revoked_at"].contains(&name.as_str()));
        let earlier = decode(earlier).unwrap().value;
        assert_eq!((earlier.invited_by, earlier.revoked_at), (None, None), "an item of an earlier version");
    }
}
