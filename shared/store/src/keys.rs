//! Keys of items and partitions of the indexes.
//!
//! The functions that build keys take IDs, hashes, and validated types. So user input cannot change
//! the structure of a key.

use domain::{
    billing::{CustomerId, EventId, SubscriptionId},
    id::{ExternalId, OrgId, UserId},
    limits::RateLimitWindow,
    mail::brake::Share,
    people::{Address, InvitationId},
    secret::Hash,
};
use jiff::{Timestamp, civil::ISOWeekDate};

use crate::{
    at::At,
    attributes::{Attributes, text, values},
    sign_in_request_id::SignInRequestId,
};

/// Number of partitions of each sparse index.
pub(crate) const SHARDS: u8 = 8;

/// Prefixes of sort keys. One query reads all items of a partition whose sort keys have the same
/// prefix.
pub(crate) const MEMBER: &str = "MEMBER#";
pub(crate) const INVITE: &str = "INVITE#";
pub(crate) const SESSION: &str = "SESSION#";
pub(crate) const PARKED: &str = "PARKED#";

/// Sort keys of the items of one quarantined event.
pub(crate) const QUARANTINED: &str = "QUARANTINED";
pub(crate) const ALARM: &str = "ALARM";

/// Prefix of the partitions of `by-due` for items that a scheduled run processes.
pub(crate) const DUE: &str = "DUE#";

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

    /// A key under which no item exists. A read of this key only opens the connection.
    pub fn unused() -> Self {
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

    /// The key of the organization with an id of the host app.
    pub fn external_org(id: &ExternalId) -> Self {
        Self::external("org", id)
    }

    /// The key of the user with an id of the host app.
    pub fn external_user(id: &ExternalId) -> Self {
        Self::external("user", id)
    }

    fn external(kind: &str, id: &ExternalId) -> Self {
        Self::new(format!("EXT#{kind}#{}", Hash::of(&[id.as_str().as_bytes()])), "EXTERNAL")
    }

    pub fn link(secret: Hash) -> Self {
        Self::new(format!("LINK#{secret}"), "LINK")
    }

    /// The key of an unsubscribe link. It has its own sort key, so such a link never works as a
    /// sign-in link.
    pub fn unsubscription(secret: Hash) -> Self {
        Self::new(format!("LINK#{secret}"), "UNSUBSCRIBE")
    }

    /// The key of a link that verifies an address. It has its own sort key, so such a link never works
    /// as a sign-in link.
    pub fn verify_link(secret: Hash) -> Self {
        Self::new(format!("LINK#{secret}"), "VERIFY")
    }

    /// The key of a portal link. It has its own sort key, so such a link never works as a sign-in link.
    pub fn portal_link(secret: Hash) -> Self {
        Self::new(format!("LINK#{secret}"), "PORTAL")
    }

    /// The key of an organization grant. It has its own sort key, so a grant never works as a
    /// sign-in link.
    pub fn org_creation_grant(secret: Hash) -> Self {
        Self::new(format!("LINK#{secret}"), "FOUNDING")
    }

    /// The key of an invitation link. It has its own sort key, so such a link never works as a
    /// sign-in link.
    pub fn invitation_link(secret: Hash) -> Self {
        Self::new(format!("LINK#{secret}"), "INVITATION")
    }

    /// The key of the record of a used link. It has its own sort key, so no version of the code
    /// confuses the record with a link that still works.
    pub fn used_link(secret: Hash) -> Self {
        Self::new(format!("LINK#{secret}"), "USED")
    }

    pub fn sign_in_request(id: SignInRequestId) -> Self {
        Self::new(format!("ASKED#{id}"), "ASKED")
    }

    pub fn customer(customer: &CustomerId) -> Self {
        Self::new(format!("CUSTOMER#{customer}"), "LINK")
    }

    /// The key of the customer link that belongs to the customer of a parked event.
    pub fn customer_of(parked: &Self) -> Self {
        Self::new(parked.pk.clone(), "LINK")
    }

    pub fn parked(customer: &CustomerId, event: &EventId) -> Self {
        Self::new(format!("CUSTOMER#{customer}"), format!("{PARKED}{event}"))
    }

    pub fn quarantined(id: &str) -> Self {
        Self::new(format!("STRIPE#{id}"), QUARANTINED)
    }

    /// The key of the quarantined event to which an alarm belongs.
    pub fn quarantined_of(alarm: &Self) -> Self {
        Self::new(alarm.pk.clone(), QUARANTINED)
    }

    /// The key of the time at which a quarantined event raises its alarm.
    pub fn alarm(id: &str) -> Self {
        Self::new(format!("STRIPE#{id}"), ALARM)
    }

    /// The key of the organization that a subscription names, if its customer is linked to another.
    pub fn subscription(subscription: &SubscriptionId) -> Self {
        Self::new(format!("SUBSCRIPTION#{subscription}"), "SUBSCRIPTION")
    }

    /// The key of a price at Stripe.
    pub fn price(id: &str) -> Self {
        Self::new(format!("PRICE#{id}"), "PRICE")
    }

    pub fn sign_up(token: Hash) -> Self {
        Self::new(format!("SIGNUP#{token}"), "SIGNUP")
    }

    /// The key of the record that a mailbox had a trial.
    pub fn trial_record(address: &Address) -> Self {
        Self::new(format!("TRIAL#{}", address.mailbox_hash()), "TRIAL")
    }

    pub fn limit(window: &RateLimitWindow) -> Self {
        Self::new(format!("LIMIT#{}#{}", window.limit.name, window.subject), "TIMES")
    }

    /// The key of the SES heartbeat, which contains the newest claim whose `Send` event arrived.
    pub fn heartbeat() -> Self {
        Self::new("FEED".to_owned(), "SEND")
    }

    /// The key of the mail brake's record of welcome emails and their bounces.
    pub fn first_mails() -> Self {
        Self::new("FEED".to_owned(), "FIRST")
    }

    /// The key of the counter for one share of the mail brake's hourly budget.
    pub fn share(share: Share) -> Self {
        Self::new(format!("BRAKE#{}", share.shard), At(share.hour).to_string())
    }

    /// The key of a shard's gate, which states whether welcome emails wait because too many of them
    /// bounced.
    pub fn gate(shard: u8) -> Self {
        Self::new(format!("BRAKE#{shard}"), "GATE")
    }

    /// The key of the record of a webhook whose first attempt was at `at`.
    pub fn webhook_delivery(at: Timestamp, event: &str) -> Self {
        let pk = Self::webhook_delivery_pk(at, shard(event));
        Self::new(pk, format!("{}#{event}", At(at)))
    }

    /// The partition of the records of one UTC day and shard.
    pub fn webhook_delivery_pk(day: Timestamp, shard: u8) -> String {
        format!("DELIVERY#{}#{shard}", day_of(day))
    }

    pub fn attributes(&self) -> Attributes {
        values([("pk", text(&self.pk)), ("sk", text(&self.sk))])
    }

    /// Returns the key of an item or of an index entry.
    pub fn of(item: &Attributes) -> Option<Self> {
        let text = |name| item.get(name)?.as_s().ok().cloned();
        Some(Self { pk: text("pk")?, sk: text("sk")? })
    }

    pub fn matches(&self, item: &Attributes) -> bool {
        Self::of(item).as_ref() == Some(self)
    }
}

/// Returns the UTC day of a time, as keys contain it.
pub(crate) fn day_of(at: Timestamp) -> String {
    At(at).to_string().chars().take("2026-01-15".len()).collect()
}

/// Returns the shard of a partition key, or of another ID.
pub(crate) fn shard(pk: &str) -> u8 {
    Hash::of(&[pk.as_bytes()]).first() % SHARDS
}

/// The partition of `by-due` for items that a scheduled run processes.
pub(crate) fn due_pk(shard: u8) -> String {
    // The checks of the template find the kinds of partitions in the literals of this file.
    format!("DUE#{shard}")
}

/// The partition of `by-work` for organizations whose customer the reconciler reads at Stripe.
pub(crate) fn read_pk(shard: u8) -> String {
    format!("ASK#{shard}")
}

/// The partition of `by-work` for organizations whose run the provisioner continues.
pub(crate) fn step_pk(shard: u8) -> String {
    format!("STEP#{shard}")
}

/// The partition for items that need review. Both indexes have such a partition for each shard. No
/// scheduled run queries these partitions.
pub(crate) fn review_pk(shard: u8) -> String {
    format!("HELD#{shard}")
}

/// The partition of `by-due` for parked events without the metadata of Onramp. These events may
/// belong to another product, so they need no review.
pub(crate) fn parked_without_metadata_pk(shard: u8) -> String {
    format!("FOREIGN#{shard}")
}

/// The partition of `by-mail` for corrupt items, which need review. They are few, so one partition
/// is enough.
///
/// `infra/ops/restore.py` also puts items into this partition, because it cannot compute when an
/// item is due. The next scheduled run of the mailer restores the index attributes of these items.
pub(crate) fn corrupt_pk(_: u8) -> String {
    "UNREADABLE".to_owned()
}

/// The partition of `by-cohort` for the organizations that signed up in one week (ISO 8601, UTC).
pub(crate) fn cohort_pk(week: ISOWeekDate, shard: u8) -> String {
    format!("COHORT#{}-W{:02}#{shard}", week.year(), week.week())
}

/// The partition of `by-mail` for items with an email that the mailer must handle.
pub(crate) fn mail_pk(shard: u8) -> String {
    format!("MAIL#{shard}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_partitions_have_the_due_prefix() {
        assert!((0..SHARDS).all(|shard| due_pk(shard).starts_with(DUE)));
    }
}
