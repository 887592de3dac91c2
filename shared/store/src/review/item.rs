//! Items of the review queue.

use domain::{
    billing::{CustomerId, EventId, ReviewKind},
    id::OrgId,
    mail::Delivery,
    org::Org,
    secret::Hash,
};
use jiff::Timestamp;

use crate::{
    attributes::Attributes,
    error::Corrupt,
    keys::Key,
    parked::ParkedItem,
    quarantine::QuarantinedItem,
    schema::{from_item, org, read},
    sign_in_request,
};

/// An item that needs review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewItem {
    /// The id of the item, which never changes. It contains only ASCII letters, digits, `_`, `-`,
    /// and `.`.
    pub id: String,
    /// The time since which the item waits.
    pub since: Timestamp,
    /// The kind of item, with its data.
    pub kind: ReviewItemKind,
}

/// The kinds of items that can need review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReviewItemKind {
    /// A parked event: its customer has no organization yet.
    Parked {
        /// The Stripe customer of the event.
        customer: String,
        /// The id of the event.
        event: String,
        /// The body as it was signed.
        body: String,
        /// What the payment lacks. `None` if the event only waits for its customer's link.
        lacks: Option<ReviewKind>,
        /// The organizations that the payment may be for.
        organizations: Vec<OrgId>,
    },
    /// A quarantined event about money without effect.
    Money {
        /// The id of the event.
        id: String,
        /// What the payment lacks.
        lacks: ReviewKind,
        /// A description for the operator.
        reason: String,
        /// The body as it was signed.
        body: String,
        /// The affected organizations. The event was recorded for the first organization of the
        /// list. Empty if the event was not recorded.
        organizations: Vec<OrgId>,
    },
    /// A quarantined event without a conflict: it could not be parsed, or it names neither a
    /// customer nor an organization.
    Quarantined {
        /// The event's id, or the hash of its body.
        id: String,
        /// The reason for the quarantine.
        reason: String,
        /// The body as it was signed.
        body: String,
    },
    /// A quarantined event that contradicts the stored state.
    Conflict {
        /// The id of the event.
        id: String,
        /// A description of the conflict.
        reason: String,
        /// The body as it was signed.
        body: String,
        /// The affected organizations. The event was recorded for the first organization of the
        /// list.
        organizations: Vec<OrgId>,
    },
    /// An organization whose run of the host app's steps failed, or with notices that failed or for which
    /// it is unknown whether SES sent them.
    Organization(Box<Org>),
    /// The email of a sign-in request.
    SignIn(Delivery),
    /// The email of an invitation to this organization.
    Invitation(OrgId),
    /// An item that cannot be decoded.
    Corrupt {
        /// The primary key, which contains only ids and hashes.
        key: String,
        /// A description of the invalid value.
        why: String,
    },
}

/// A parked or quarantined event of the review queue, by the id of its item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewedEvent(pub(super) Key);

impl ReviewedEvent {
    /// Parses the id of a [`ReviewItem`]. Returns `None` unless it is the id of an event:
    /// `{customer}.{event}` for a parked event, and `{event}` for a quarantined one.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        // No id of Stripe contains a period.
        let key = match id.split_once('.') {
            Some((customer, event)) => {
                Key::parked(&CustomerId::parse(customer).ok()?, &EventId::parse(event).ok()?)
            }
            None => Key::quarantined(EventId::parse(id).ok()?.as_str()),
        };
        Some(Self(key))
    }
}

/// An entry of an index.
pub(super) struct Entry {
    pub at: Timestamp,
    pub key: Key,
}

impl Entry {
    pub fn into_review_item(self, item: Attributes) -> ReviewItem {
        self.read(item).unwrap_or_else(|Corrupt(why)| ReviewItem {
            id: self.id(),
            since: self.at,
            kind: ReviewItemKind::Corrupt { key: format!("{} {}", self.key.pk, self.key.sk), why },
        })
    }

    fn read(&self, item: Attributes) -> Result<ReviewItem, Corrupt> {
        let prefix =
            |text: &str| text.split_once('#').map_or(text.to_owned(), |(prefix, _)| prefix.to_owned());
        let id = |text: &str| text.split_once('#').map_or(String::new(), |(_, id)| id.to_owned());
        let (pk, sk) = (&self.key.pk, &self.key.sk);
        let (since, kind) = match (prefix(pk).as_str(), prefix(sk).as_str()) {
            ("CUSTOMER", "PARKED") => {
                let ParkedItem { event, body, parked_at, kind, organizations } = from_item(item)?;
                let lacks = kind.as_deref().and_then(ReviewKind::parse);
                let orgs = organizations.iter().map(|org| read("organization of a parked event", org));
                let organizations = orgs.collect::<Result<_, _>>()?;
                (parked_at.0, ReviewItemKind::Parked { customer: id(pk), event, body, lacks, organizations })
            }
            ("STRIPE", "QUARANTINED") => {
                let body = item.get("body").and_then(|body| body.as_b().ok());
                let body =
                    body.map_or(String::new(), |body| String::from_utf8_lossy(body.as_ref()).into_owned());
                let item: QuarantinedItem = from_item(item)?;
                let (id, organizations, lacks) = (id(pk), item.organizations()?, item.kind());
                let QuarantinedItem { reason, quarantined_at, .. } = item;
                let kind = match (lacks, organizations) {
                    (Some(lacks), organizations) => ReviewItemKind::Money {
                        id,
                        lacks,
                        reason,
                        body,
                        organizations: organizations.unwrap_or_default(),
                    },
                    (None, None) => ReviewItemKind::Quarantined { id, reason, body },
                    (None, Some(organizations)) => {
                        ReviewItemKind::Conflict { id, reason, body, organizations }
                    }
                };
                (quarantined_at.0, kind)
            }
            ("ORG", "ORG") => (self.at, ReviewItemKind::Organization(Box::new(org::decode(item)?.value))),
            ("ORG", "INVITE") => (self.at, ReviewItemKind::Invitation(read("organization", &id(pk))?)),
            ("ASKED", _) => (self.at, ReviewItemKind::SignIn(sign_in_request::decode(item)?.value.delivery)),
            _ => return Err(Corrupt::because("unknown kind of item")),
        };
        Ok(ReviewItem { id: self.id(), since, kind })
    }

    /// Returns the id of the item. For a kind of item without a public id, this is the hash of the
    /// key.
    fn id(&self) -> String {
        let Key { pk, sk } = &self.key;
        match (pk.split_once('#'), sk.split_once('#').unwrap_or((sk, ""))) {
            (Some(("CUSTOMER", customer)), ("PARKED", event)) => format!("{customer}.{event}"),
            (Some(("STRIPE", id)), _) | (Some(("ORG", id)), ("ORG", _)) => id.to_owned(),
            (Some(("ORG", _)), ("INVITE", id)) => id.to_owned(),
            _ => Hash::of(&[pk.as_bytes(), sk.as_bytes()]).to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(pk: &str, sk: &str) -> String {
        let key = Key { pk: pk.to_owned(), sk: sk.to_owned() };
        Entry { at: Timestamp::UNIX_EPOCH, key }.id()
    }

    #[test]
    fn id_of_an_event_leads_back_to_its_item() {
        for (pk, sk, expected) in
            [("CUSTOMER#cus_1", "PARKED#evt_1", "cus_1.evt_1"), ("STRIPE#evt_1", "QUARANTINED", "evt_1")]
        {
            let id = id(pk, sk);
            assert_eq!(id, expected);
            let key = Key { pk: pk.to_owned(), sk: sk.to_owned() };
            assert_eq!(ReviewedEvent::parse(&id), Some(ReviewedEvent(key)), "{id}");
        }
        for id in ["", ".", "cus_1.", ".evt_1", "cus_1.evt_1.x", "evt#1", "evt 1", "ORG#1", "é"] {
            assert_eq!(ReviewedEvent::parse(id), None, "{id}");
        }
    }

    #[test]
    fn id_of_every_other_item_is_safe_in_a_url() {
        let org = "org_0198c0de-0000-7000-8000-000000000001";
        let invitation = "a".repeat(64);
        assert_eq!(id(&format!("ORG#{org}"), "ORG"), org);
        assert_eq!(id(&format!("ORG#{org}"), &format!("INVITE#{invitation}")), invitation);
        for (pk, sk) in [("ASKED#0198", "ASKED"), ("ELSE", "A B"), ("CUSTOMER#cus_1", "LINK")] {
            assert!(id(pk, sk).bytes().all(|byte| byte.is_ascii_alphanumeric()), "{pk} {sk}");
        }
    }
}
