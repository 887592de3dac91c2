//! What no run will ever finish by itself, and a person has to look at.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    delivery::{Delivery, FAILURE_SHOWN_FOR},
    id::OrgId,
    org::Org,
    trial::add,
};
use futures_util::future::{try_join, try_join_all};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::{
    client::{Attributes, Store},
    customer::ParkedItem,
    error::{Corrupt, Error},
    item::{self, At, from_item, read},
    key::{BY_DUE, BY_MAIL, Key, PARKED, SHARDS, corrupt_pk, parked_without_metadata_pk, review_pk},
    sign_in_request,
};

/// What can be listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReviewList {
    /// What a person has to look at.
    #[default]
    NeedsReview,
    /// Parked events that do not carry our metadata: most likely another product's of the same Stripe account.
    ParkedWithoutMetadata,
}

/// One page of what waits for a person, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewPage {
    /// What waits.
    pub items: Vec<ReviewItem>,
    /// Where the next page begins: after what waits since this moment. None on the last page.
    pub next: Option<Timestamp>,
}

/// Something that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewItem {
    /// Since when.
    pub since: Timestamp,
    /// What it is.
    pub kind: ReviewItemKind,
}

/// What can wait for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReviewItemKind {
    /// A signed event of ours, whose customer belongs to no organization yet.
    Parked {
        /// The Stripe customer.
        customer: String,
        /// The event's id.
        event: String,
        /// The body as it was signed.
        body: String,
    },
    /// A signed event that could not be read, or that names nobody.
    Quarantined {
        /// The event's id, or the hash of its body.
        id: String,
        /// Why.
        reason: String,
        /// The body as it was signed.
        body: String,
    },
    /// A signed event that did not fit what is known.
    Conflict {
        /// The event's id.
        id: String,
        /// What does not fit.
        reason: String,
        /// The body as it was signed.
        body: String,
        /// The organizations it is about, the one that it counted for first.
        organizations: Vec<OrgId>,
    },
    /// An organization with mails that failed, or of which it is not known whether they went out.
    Notices(Box<Org>),
    /// The mail of a request for a sign-in link.
    SignIn(Delivery),
    /// The mail of an invitation.
    Invitation(OrgId),
    /// An item that cannot be read.
    Corrupt {
        /// Its keys, which hold ids and hashes only.
        key: String,
        /// What is wrong with it.
        why: String,
    },
}

/// An entry of an index, with the time it lies under there.
struct Entry {
    at: Timestamp,
    key: Key,
}

#[derive(Deserialize)]
struct QuarantinedItem {
    reason: String,
    quarantined_at: At,
    /// There where the event is readable and shows a conflict.
    #[serde(default)]
    organizations: Option<Vec<String>>,
}

/// Where in an index a list lies.
#[derive(Clone, Copy)]
struct IndexPartition {
    index: &'static str,
    hash: &'static str,
    range: &'static str,
    partition: fn(u8) -> String,
    shards: u8,
    /// How long what lies there is shown, if not for as long as it lies there.
    shown: Option<SignedDuration>,
}

impl IndexPartition {
    /// After which moment at `now` what lies there is shown.
    fn since(self, now: Timestamp) -> Option<Timestamp> {
        self.shown.map(|shown| add(now, -shown))
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
            shown: None,
        };
        // A mail stays in its organization for ever; that it did not arrive is news for a while.
        const BY_MAIL_TIME: IndexPartition = IndexPartition {
            index: BY_MAIL,
            hash: "mail_pk",
            range: "mail_at",
            shown: Some(FAILURE_SHOWN_FOR),
            ..BY_DUE_TIME
        };
        const UNREADABLE: IndexPartition =
            IndexPartition { partition: corrupt_pk, shards: 1, shown: None, ..BY_MAIL_TIME };
        match self {
            Self::NeedsReview => &[BY_DUE_TIME, BY_MAIL_TIME, UNREADABLE],
            Self::ParkedWithoutMetadata => {
                &[IndexPartition { partition: parked_without_metadata_pk, ..BY_DUE_TIME }]
            }
        }
    }

    /// Whether an item lies there now: the index may be behind.
    fn holds(self, item: &Attributes) -> bool {
        self.partitions().iter().any(|place| {
            let partition = item.get(place.hash).and_then(|partition| partition.as_s().ok());
            partition.is_some_and(|lies| (0..place.shards).any(|shard| *lies == (place.partition)(shard)))
        })
    }
}

impl Store {
    /// At least `most` things of a list that wait since after `after`, if there are that many. What waits since the
    /// same moment is on the same page. An item that cannot be read stands as what it is, and hides no other.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn load_review_page(
        &self,
        list: ReviewList,
        after: Option<Timestamp>,
        most: u16,
        now: Timestamp,
    ) -> Result<ReviewPage, Error> {
        let looks = list.partitions().iter().flat_map(|place| {
            let after = after.max(place.since(now));
            (0..place.shards).map(move |shard| self.review_entries(*place, shard, after, most))
        });
        let mut entries: Vec<Entry> = try_join_all(looks).await?.into_iter().flatten().collect();
        entries.sort_by(|a, b| (a.at, &a.key.pk, &a.key.sk).cmp(&(b.at, &b.key.pk, &b.key.sk)));
        let last = entries.get(usize::from(most).saturating_sub(1)).map(|entry| entry.at);
        let beyond = last.map_or(entries.len(), |last| entries.partition_point(|entry| entry.at <= last));
        let next = last.filter(|_| beyond < entries.len());
        entries.truncate(beyond);

        let keys: Vec<Key> = entries.iter().map(|entry| entry.key.clone()).collect();
        let parked = keys.iter().filter(|key| key.sk.starts_with(PARKED));
        let (items, linked) = try_join(self.get_each(&keys), self.linked_customers(parked)).await?;
        let held = entries.into_iter().zip(items).filter_map(|(entry, item)| {
            // What was settled since the index was written waits no more, nor does an event whose customer is linked: it
            // counts, and was only not deleted.
            let settled = entry.key.sk.starts_with(PARKED) && linked.contains(&entry.key.pk);
            item.filter(|item| !settled && list.holds(item)).map(|item| entry.into_review_item(item))
        });
        // A mail whose reason or recipient is gone is nobody's trouble any more.
        let held = held.filter(|held| match &held.kind {
            ReviewItemKind::Notices(org) => org.mails_for_review(now).next().is_some(),
            _ => true,
        });
        Ok(ReviewPage { items: held.collect(), next })
    }

    async fn review_entries(
        &self,
        IndexPartition { index, hash, range, partition, .. }: IndexPartition,
        shard: u8,
        after: Option<Timestamp>,
        most: u16,
    ) -> Result<Vec<Entry>, Error> {
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(index)
            .expression_attribute_names("#hash", hash)
            .expression_attribute_values(":hash", AttributeValue::S(partition(shard)))
            // One more than is shown tells whether there is a page after this one.
            .limit(i32::from(most) + 1);
        query = match after {
            None => query.key_condition_expression("#hash = :hash"),
            Some(after) => query
                .key_condition_expression("#hash = :hash AND #range > :after")
                .expression_attribute_names("#range", range)
                .expression_attribute_values(":after", AttributeValue::S(At(after).text())),
        };
        let answer = query.send().await.map_err(|error| Error::of(&error))?;
        let entry = |item: Attributes| {
            let at = item.get(range)?.as_s().ok()?.parse().ok()?;
            Some(Entry { at, key: Key::of(&item)? })
        };
        Ok(answer.items.unwrap_or_default().into_iter().filter_map(entry).collect())
    }
}

impl Entry {
    fn into_review_item(self, item: Attributes) -> ReviewItem {
        self.read(item).unwrap_or_else(|Corrupt(why)| ReviewItem {
            since: self.at,
            kind: ReviewItemKind::Corrupt { key: format!("{} {}", self.key.pk, self.key.sk), why },
        })
    }

    fn read(&self, item: Attributes) -> Result<ReviewItem, Corrupt> {
        let kind = |text: &str| text.split_once('#').map_or(text.to_owned(), |(kind, _)| kind.to_owned());
        let id = |text: &str| text.split_once('#').map_or(String::new(), |(_, id)| id.to_owned());
        let (pk, sk) = (&self.key.pk, &self.key.sk);
        let (since, thing) = match (kind(pk).as_str(), kind(sk).as_str()) {
            ("CUSTOMER", "PARKED") => {
                let ParkedItem { event, body, parked_at } = from_item(item)?;
                (parked_at.0, ReviewItemKind::Parked { customer: id(pk), event, body })
            }
            ("STRIPE", "QUARANTINED") => {
                let body = item.get("body").and_then(|body| body.as_b().ok());
                let body =
                    body.map_or(String::new(), |body| String::from_utf8_lossy(body.as_ref()).into_owned());
                let QuarantinedItem { reason, quarantined_at, organizations } = from_item(item)?;
                let thing = match organizations {
                    None => ReviewItemKind::Quarantined { id: id(pk), reason, body },
                    Some(orgs) => {
                        let orgs = orgs.iter().map(|org| read("organization of a conflict", org));
                        let organizations = orgs.collect::<Result<_, _>>()?;
                        ReviewItemKind::Conflict { id: id(pk), reason, body, organizations }
                    }
                };
                (quarantined_at.0, thing)
            }
            ("ORG", "ORG") => (self.at, ReviewItemKind::Notices(Box::new(item::decode(item)?.value))),
            ("ORG", "INVITE") => (self.at, ReviewItemKind::Invitation(read("organization", &id(pk))?)),
            ("ASKED", _) => (self.at, ReviewItemKind::SignIn(sign_in_request::decode(item)?.value.delivery)),
            _ => return Err(Corrupt::because("nobody knows what this is")),
        };
        Ok(ReviewItem { since, kind: thing })
    }
}
