//! The review queue: items that no scheduled run will finish.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    billing::{CustomerId, EventId, ReviewKind},
    id::OrgId,
    mail::{Delivery, FAILURE_SHOWN_FOR},
    org::Org,
    people::ActionRecord,
    secret::Hash,
    time::add,
};
use futures_util::future::{try_join, try_join_all};
use jiff::{SignedDuration, Timestamp};

use crate::{
    at::At,
    attributes::{Attributes, values},
    client::Store,
    customer::ParkedItem,
    error::{Corrupt, Error},
    keys::{BY_DUE, BY_MAIL, DUE, Key, PARKED, SHARDS, corrupt_pk, parked_without_metadata_pk, review_pk},
    quarantine::QuarantinedItem,
    schema::{action_record::record_value, from_item, org, read},
    sign_in_request,
};

/// One of the two lists of the review queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReviewList {
    /// The items that need review.
    #[default]
    NeedsReview,
    /// Parked events without the metadata of Onramp, which probably belong to another product in
    /// the same Stripe account.
    ParkedWithoutMetadata,
}

/// One page of a list, oldest item first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewPage {
    /// The items of the page.
    pub items: Vec<ReviewItem>,
    /// The time after which the next page starts: pass it as `after`. `None` on the last page.
    pub next: Option<Timestamp>,
}

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
    /// An organization with notices that failed, or with notices for which it is unknown whether
    /// SES sent them.
    Notices(Box<Org>),
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
pub struct ReviewedEvent(Key);

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
struct Entry {
    at: Timestamp,
    key: Key,
}

/// The partitions of one index that contain entries of a list.
#[derive(Clone, Copy)]
struct IndexPartition {
    index: &'static str,
    hash: &'static str,
    range: &'static str,
    partition: fn(u8) -> String,
    shards: u8,
    /// Maximum age of the entries to show. `None` shows all.
    max_age: Option<SignedDuration>,
}

impl IndexPartition {
    /// Returns the time after which an entry must lie to be shown at `now`, or `None` to show all
    /// entries.
    fn shown_after(self, now: Timestamp) -> Option<Timestamp> {
        self.max_age.map(|max_age| add(now, -max_age))
    }
}

impl ReviewList {
    const fn partitions(self) -> &'static [IndexPartition] {
        const BY_DUE_TIME: IndexPartition = IndexPartition {
            index: BY_DUE,
            hash: "due_pk",
            range: "due_at",
            partition: review_pk,
            shards: SHARDS,
            max_age: None,
        };
        // A failed email stays in its item, and its index entry stays too. Therefore the review
        // queue shows entries of this index only for a limited time.
        const BY_MAIL_TIME: IndexPartition = IndexPartition {
            index: BY_MAIL,
            hash: "mail_pk",
            range: "mail_at",
            max_age: Some(FAILURE_SHOWN_FOR),
            ..BY_DUE_TIME
        };
        const CORRUPT: IndexPartition =
            IndexPartition { partition: corrupt_pk, shards: 1, max_age: None, ..BY_MAIL_TIME };
        match self {
            Self::NeedsReview => &[BY_DUE_TIME, BY_MAIL_TIME, CORRUPT],
            Self::ParkedWithoutMetadata => {
                &[IndexPartition { partition: parked_without_metadata_pk, ..BY_DUE_TIME }]
            }
        }
    }

    /// Returns whether the stored item belongs to the list. The index may be outdated, so this
    /// method checks the item itself.
    fn contains(self, item: &Attributes) -> bool {
        self.partitions().iter().any(|list| {
            let partition = item.get(list.hash).and_then(|partition| partition.as_s().ok());
            partition.is_some_and(|stored| (0..list.shards).any(|shard| *stored == (list.partition)(shard)))
        })
    }
}

impl Store {
    /// Loads a page of a list. The page contains only items that began to wait later than `after`.
    /// With `None`, the page starts with the oldest item.
    ///
    /// Index entries with the same time are on the same page, so a page can have more than `size`
    /// entries. Times are in milliseconds. A corrupt item appears on the page as [`ReviewItemKind::Corrupt`], and all other
    /// items still appear.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn load_review_page(
        &self,
        list: ReviewList,
        after: Option<Timestamp>,
        size: u16,
        now: Timestamp,
    ) -> Result<ReviewPage, Error> {
        let queries = list.partitions().iter().flat_map(|partition| {
            let after = after.max(partition.shown_after(now));
            (0..partition.shards).map(move |shard| self.review_entries(*partition, shard, after, size))
        });
        let mut entries: Vec<Entry> = try_join_all(queries).await?.into_iter().flatten().collect();
        entries.sort_by(|a, b| (a.at, &a.key.pk, &a.key.sk).cmp(&(b.at, &b.key.pk, &b.key.sk)));
        let last = entries.get(usize::from(size).saturating_sub(1)).map(|entry| entry.at);
        let beyond = last.map_or(entries.len(), |last| entries.partition_point(|entry| entry.at <= last));
        let next = last.filter(|_| beyond < entries.len());
        entries.truncate(beyond);

        let keys: Vec<Key> = entries.iter().map(|entry| entry.key.clone()).collect();
        let parked = keys.iter().filter(|key| key.sk.starts_with(PARKED));
        let (items, linked) = try_join(self.get_each(&keys), self.linked_customers(parked)).await?;
        let items = entries.into_iter().zip(items).filter_map(|(entry, item)| {
            // Skips items that left the list after the index was last updated. Also skips parked
            // events of linked customers. These events were recorded when the customer was linked,
            // and only their deletion failed.
            let released = entry.key.sk.starts_with(PARKED) && linked.contains(&entry.key.pk);
            item.filter(|item| !released && list.contains(item)).map(|item| entry.into_review_item(item))
        });
        // Skips organizations without an email to review. An email needs no review if it no longer
        // applies, or if its recipient is no longer an admin.
        let items = items.filter(|item| match &item.kind {
            ReviewItemKind::Notices(org) => org.mails_for_review(now).next().is_some(),
            _ => true,
        });
        Ok(ReviewPage { items: items.collect(), next })
    }

    /// Loads one event of the review queue, or of the list of parked events without metadata. Also
    /// loads an event that left the queue. Returns `None` if the event does not exist, or if the
    /// trial sweep has not judged it yet.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn load_reviewed_event(&self, event: &ReviewedEvent) -> Result<Option<ReviewItem>, Error> {
        let listed = |item: &Attributes| {
            let lists = [ReviewList::NeedsReview, ReviewList::ParkedWithoutMetadata];
            !item.contains_key("due_pk") || lists.iter().any(|list| list.contains(item))
        };
        let item = self.get(&event.0).await?.filter(listed);
        let entry = Entry { at: Timestamp::UNIX_EPOCH, key: event.0.clone() };
        Ok(item.map(|item| entry.into_review_item(item)))
    }

    /// Removes an event from the review queue, and stores who did it and why. The event stays stored
    /// until it expires, so a parked event still applies when its customer is linked. The first
    /// dismissal stays if the event is dismissed again.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the event does not exist, or if the trial sweep has not judged it yet;
    /// [`Error::Unavailable`].
    pub async fn dismiss(&self, event: &ReviewedEvent, record: &ActionRecord) -> Result<(), Error> {
        self.update(
            &event.0,
            "SET dismissed_by = if_not_exists(dismissed_by, :record) REMOVE due_pk, due_at",
            "attribute_exists(pk) AND (attribute_not_exists(due_pk) OR NOT begins_with(due_pk, :due))",
            values([(":record", record_value(record)), (":due", AttributeValue::S(DUE.to_owned()))]),
        )
        .await
    }

    /// Queries the first entries of a shard: one more than `size`, and all that have the same time
    /// as the entry with the number `size`.
    async fn review_entries(
        &self,
        IndexPartition { index, hash, range, partition, .. }: IndexPartition,
        shard: u8,
        after: Option<Timestamp>,
        size: u16,
    ) -> Result<Vec<Entry>, Error> {
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(index)
            .expression_attribute_names("#hash", hash)
            .expression_attribute_values(":hash", AttributeValue::S(partition(shard)))
            // Requests one entry more than the page has, to detect whether there is a next page.
            .limit(i32::from(size) + 1);
        query = match after {
            None => query.key_condition_expression("#hash = :hash"),
            Some(after) => query
                .key_condition_expression("#hash = :hash AND #range > :after")
                .expression_attribute_names("#range", range)
                .expression_attribute_values(":after", AttributeValue::S(At(after).text())),
        };
        let entry = |item: Attributes| {
            let at = item.get(range)?.as_s().ok()?.parse().ok()?;
            Some(Entry { at, key: Key::of(&item)? })
        };
        let mut entries: Vec<Entry> = Vec::new();
        let mut from = None;
        loop {
            let response = query.clone().set_exclusive_start_key(from).send().await;
            let response = response.map_err(|error| Error::of(&error))?;
            entries.extend(response.items.unwrap_or_default().into_iter().filter_map(entry));
            from = response.last_evaluated_key;
            let last = entries.get(usize::from(size).saturating_sub(1)).map(|entry| entry.at);
            let beyond = last.is_some_and(|last| entries.last().is_some_and(|entry| entry.at > last));
            if from.is_none() || beyond {
                return Ok(entries);
            }
        }
    }
}

impl Entry {
    fn into_review_item(self, item: Attributes) -> ReviewItem {
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
            ("ORG", "ORG") => (self.at, ReviewItemKind::Notices(Box::new(org::decode(item)?.value))),
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
