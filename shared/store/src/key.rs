//! Keys. Their builders take ids and hashes, never texts from outside, so no key can be injected.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    address::Address,
    billing::{CustomerId, EventId},
    brake::Share,
    id::{OrgId, UserId},
    invitation::InvitationId,
    limit::RateLimitWindow,
    secret::Hash,
};

use crate::{client::Attributes, item::At, sign_in_request::SignInRequestId};

/// Over how many partitions each sparse index is spread.
pub(crate) const SHARDS: u8 = 8;

pub(crate) const BY_DUE: &str = "by-due";
pub(crate) const BY_MAIL: &str = "by-mail";

/// How the sort keys begin that are asked for together.
pub(crate) const MEMBER: &str = "MEMBER#";
pub(crate) const INVITE: &str = "INVITE#";
pub(crate) const SESSION: &str = "SESSION#";
pub(crate) const PARKED: &str = "PARKED#";

/// The primary key of an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub pk: String,
    pub sk: String,
}

impl Key {
    fn new(pk: String, sk: impl Into<String>) -> Self {
        Self { pk, sk: sk.into() }
    }

    /// A key under which nothing is ever stored.
    pub fn nothing() -> Self {
        Self::new("NOTHING".to_owned(), "NOTHING")
    }

    pub fn org(org: OrgId) -> Self {
        Self::new(format!("ORG#{org}"), "ORG")
    }

    pub fn member(org: OrgId, user: UserId) -> Self {
        Self::new(format!("ORG#{org}"), format!("{MEMBER}{user}"))
    }

    pub fn invitation(org: OrgId, invitation: InvitationId) -> Self {
        Self::new(format!("ORG#{org}"), format!("{INVITE}{invitation}"))
    }

    pub fn user(user: UserId) -> Self {
        Self::new(format!("USER#{user}"), "USER")
    }

    pub fn session(user: UserId, secret: Hash) -> Self {
        Self::new(format!("USER#{user}"), format!("{SESSION}{secret}"))
    }

    pub fn address(address: &Address) -> Self {
        Self::new(format!("EMAIL#{}", address.hash()), "USER")
    }

    pub fn link(secret: Hash) -> Self {
        Self::new(format!("LINK#{secret}"), "LINK")
    }

    /// Beside [`Key::link`], so that neither kind of link is ever taken for the other.
    pub fn unsubscription(secret: Hash) -> Self {
        Self::new(format!("LINK#{secret}"), "UNSUBSCRIBE")
    }

    /// What lets somebody who belongs nowhere found an organization.
    pub fn org_creation_grant(secret: Hash) -> Self {
        Self::new(format!("LINK#{secret}"), "FOUNDING")
    }

    /// An invitation's link: under a sort key of its own, so that it is never taken for one that signs in.
    pub fn invitation_link(secret: Hash) -> Self {
        Self::new(format!("LINK#{secret}"), "INVITATION")
    }

    /// What is left of an emailed link that was used. Under a sort key of its own, so that no version of the code takes it
    /// for a link that still works.
    pub fn used_link(secret: Hash) -> Self {
        Self::new(format!("LINK#{secret}"), "USED")
    }

    pub fn sign_in_request(id: SignInRequestId) -> Self {
        Self::new(format!("ASKED#{id}"), "ASKED")
    }

    pub fn customer(customer: &CustomerId) -> Self {
        Self::new(format!("CUSTOMER#{customer}"), "LINK")
    }

    /// The link of the customer that an event is parked under.
    pub fn link_beside(parked: &Self) -> Self {
        Self::new(parked.pk.clone(), "LINK")
    }

    pub fn parked(customer: &CustomerId, event: &EventId) -> Self {
        Self::new(format!("CUSTOMER#{customer}"), format!("{PARKED}{event}"))
    }

    pub fn quarantined(id: &str) -> Self {
        Self::new(format!("STRIPE#{id}"), "QUARANTINED")
    }

    pub fn sign_up(token: Hash) -> Self {
        Self::new(format!("SIGNUP#{token}"), "SIGNUP")
    }

    pub fn limit(window: &RateLimitWindow) -> Self {
        Self::new(format!("LIMIT#{}#{}", window.limit.name, window.subject), "TIMES")
    }

    /// What is known of SES's feed.
    pub fn heartbeat() -> Self {
        Self::new("FEED".to_owned(), "SEND")
    }

    /// What is known of the first mails that went out.
    pub fn first_mails() -> Self {
        Self::new("FEED".to_owned(), "FIRST")
    }

    /// The counter of a share of an hour's budget.
    pub fn share(share: Share) -> Self {
        Self::new(format!("BRAKE#{}", share.shard), At(share.hour).text())
    }

    /// Whether the mail brake holds, beside the counters of one shard.
    pub fn gate(shard: u8) -> Self {
        Self::new(format!("BRAKE#{shard}"), "GATE")
    }

    pub fn attributes(&self) -> Attributes {
        HashMap::from([
            ("pk".to_owned(), AttributeValue::S(self.pk.clone())),
            ("sk".to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }

    /// The key of an item or of an index's entry.
    pub fn of(item: &Attributes) -> Option<Self> {
        let text = |name| item.get(name)?.as_s().ok().cloned();
        Some(Self { pk: text("pk")?, sk: text("sk")? })
    }

    pub fn is_of(&self, item: &Attributes) -> bool {
        Self::of(item).as_ref() == Some(self)
    }
}

/// The shard that an organization's due times lie in.
pub(crate) fn shard(pk: &str) -> u8 {
    Hash::of(&[pk.as_bytes()]).first() % SHARDS
}

/// The partition of the index by due time.
pub(crate) fn due_pk(shard: u8) -> String {
    format!("DUE#{shard}")
}

/// The partition of either index for what waits for a person: no run looks there.
pub(crate) fn review_pk(shard: u8) -> String {
    format!("HELD#{shard}")
}

/// The partition of the same index for events of customers that may be another product's: nobody has to look there.
pub(crate) fn parked_without_metadata_pk(shard: u8) -> String {
    format!("FOREIGN#{shard}")
}

/// The one partition of the index by mail time for items that cannot be read, whatever they hold. They wait for a
/// person there, and to be readable again. They are few. `infra/restore.py` also puts items there whose place it cannot
/// compute: the next run of the mailer's schedule moves them.
pub(crate) fn corrupt_pk(_: u8) -> String {
    "UNREADABLE".to_owned()
}

/// The partition of the index by mail time.
pub(crate) fn mail_pk(shard: u8) -> String {
    format!("MAIL#{shard}")
}
