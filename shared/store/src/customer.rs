//! Stripe customers: their link to an organization, and events that are parked or quarantined.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    billing::{CustomerId, EventId},
    id::OrgId,
    org::Org,
};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use telemetry::LogArea;

use crate::{
    client::{Attributes, Store, Stored, Transacted},
    error::{Corrupt, Error, failed},
    item::{At, decode, from_item, read, to_item},
    key::{Key, PARKED, due_pk, parked_without_metadata_pk, review_pk, shard},
    session::{expires, values},
    update::{Only, change, delete, number, put, update},
};

/// How long a parked or quarantined event is kept, in seconds. Stripe can resend an event for 30
/// days.
const PARKED_RETENTION_SECONDS: i64 = 35 * 24 * 3600;
/// Time after which a parked event with the metadata of Onramp needs review, in seconds.
const REVIEW_DELAY_SECONDS: i64 = 600;
/// Maximum number of parked events that are deleted in the transaction that writes a customer link.
/// A transaction has at most 100 actions (DynamoDB API reference, "TransactWriteItems"). Two of
/// them write the link and the organization.
const MAX_DELETED_WITH_LINK: usize = 98;
/// Number of parked events that are deleted in parallel after the transaction, if there are more
/// than [`MAX_DELETED_WITH_LINK`].
const PARALLEL_DELETIONS: usize = 16;

/// The organization of a Stripe customer.
///
/// Each parked event raises the version of the link. The write that links the customer succeeds
/// only if the version is still the one that was read. If an event was parked after the read, the
/// write fails, and the caller loads the parked events again. So no parked event is missed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CustomerLink {
    /// The organization, or `None` while the customer is not linked.
    pub org: Option<OrgId>,
    version: u64,
}

/// The stored data that is needed to apply an event of Stripe.
#[derive(Clone, Debug)]
pub struct EventContext {
    /// The link of the event's customer.
    pub link: CustomerLink,
    /// The organization that the event names. If the event names no existing organization, the
    /// organization that is linked to its customer. `None` if there is neither.
    pub org: Option<Stored<Org>>,
}

/// A signed event that waits until its customer is linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The ID of the event.
    pub event: EventId,
    /// The body as it was signed.
    pub body: String,
}

/// A signed event that needs review.
#[derive(Clone, Copy, Debug)]
pub struct QuarantinedEvent<'a> {
    /// The event's ID, or the hash of its body if it has no ID.
    pub id: &'a str,
    /// The reason for the quarantine.
    pub reason: &'a str,
    /// The body as it was signed.
    pub body: &'a [u8],
    /// If the event shows a conflict: the affected organizations. The event was recorded for the
    /// first organization of the list. `None` without a conflict.
    pub conflict: Option<&'a [OrgId]>,
}

#[derive(Debug, Serialize, Deserialize)]
struct CustomerItem {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    org: Option<String>,
    version: u64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ParkedItem {
    pub event: String,
    pub body: String,
    pub parked_at: At,
}

fn decode_link(item: Option<Attributes>) -> Result<CustomerLink, Corrupt> {
    let Some(item) = item else { return Ok(CustomerLink::default()) };
    let item: CustomerItem = from_item(item)?;
    let org = item.org.as_deref().map(|org| read("organization of a customer", org)).transpose()?;
    Ok(CustomerLink { org, version: item.version })
}

impl Store {
    /// Loads the link of an event's `customer` and the organization `named` in the event, in one
    /// batch read.
    ///
    /// If the event names no organization, or an organization that does not exist, a second read
    /// loads the organization that is linked to the customer.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_event_context(
        &self,
        customer: Option<&CustomerId>,
        named: Option<OrgId>,
    ) -> Result<EventContext, Error> {
        let (stored_link, org) = match (customer, named) {
            (Some(customer), Some(named)) => {
                let [stored_link, org] = self.get_all(&[Key::customer(customer), Key::org(named)]).await?;
                (stored_link, org.map(decode).transpose()?)
            }
            (Some(customer), None) => (self.get(&Key::customer(customer)).await?, None),
            (None, Some(named)) => (None, self.load_org(named).await?),
            (None, None) => (None, None),
        };
        let link = decode_link(stored_link)?;
        let org = match (org, link.org) {
            (None, Some(linked)) => self.load_org(linked).await?,
            (org, _) => org,
        };
        Ok(EventContext { link, org })
    }

    /// Determines which customers of these parked events are linked, and returns the partition keys
    /// of these customers.
    pub(crate) async fn linked_customers(
        &self,
        parked: impl Iterator<Item = &Key>,
    ) -> Result<BTreeSet<String>, Error> {
        let keys: BTreeMap<_, _> = parked.map(|key| (&key.pk, Key::customer_of(key))).collect();
        let keys: Vec<_> = keys.into_values().collect();
        let items = self.get_each(&keys).await?;
        let mut linked = BTreeSet::new();
        for (key, item) in keys.into_iter().zip(items) {
            // If the link is corrupt, the customer counts as not linked. So the parked events of
            // this customer stay visible in the review queue.
            if decode_link(item).is_ok_and(|link| link.org.is_some()) {
                linked.insert(key.pk);
            }
        }
        Ok(linked)
    }

    /// Loads the customer link of a parked event.
    pub(crate) async fn load_customer_link(&self, parked: &Key) -> Result<CustomerLink, Error> {
        Ok(decode_link(self.get(&Key::customer_of(parked)).await?)?)
    }

    /// Parks a signed event until its customer is linked. Returns `false`, and writes nothing, if
    /// the event is already parked.
    ///
    /// An event with the metadata of Onramp (`has_metadata`) needs review after ten minutes. An
    /// event without this metadata never needs review, because it may belong to another product
    /// that uses the same Stripe account.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the customer was linked in the meantime; [`Error::Unavailable`].
    pub async fn park(
        &self,
        customer: &CustomerId,
        parked: &Parked,
        has_metadata: bool,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let table = &self.table;
        let key = Key::parked(customer, &parked.event);
        let form =
            ParkedItem { event: parked.event.to_string(), body: parked.body.clone(), parked_at: At(now) };
        let mut item = to_item(&key, &form)?;
        item.extend([expires(now, PARKED_RETENTION_SECONDS)]);
        let shard = shard(&key.pk);
        let (partition, at) = if has_metadata {
            (due_pk(shard), domain::trial::add(now, jiff::SignedDuration::from_secs(REVIEW_DELAY_SECONDS)))
        } else {
            (parked_without_metadata_pk(shard), now)
        };
        item.insert("due_pk".to_owned(), AttributeValue::S(partition));
        item.insert("due_at".to_owned(), AttributeValue::S(At(at).text()));
        let counted = update(
            table,
            &Key::customer(customer),
            "ADD version :one",
            Some("attribute_not_exists(org)"),
            HashMap::new(),
            values([(":one", number(1))]),
        )?;
        match self.transact(vec![counted, put(table, item, Some(Only::New))?]).await? {
            Transacted::Done => Ok(true),
            Transacted::Cancelled(reasons) if failed(&reasons, 0) => Err(Error::Conflict),
            Transacted::Cancelled(_) => Ok(false),
        }
    }

    /// Loads the events that wait until a customer is linked.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_parked(
        &self,
        customer: &CustomerId,
        link: &CustomerLink,
    ) -> Result<Vec<Parked>, Error> {
        // Each parked event raises the version, so a customer at version 0 has no parked events.
        if link.version == 0 {
            return Ok(Vec::new());
        }
        let items = self.query(Key::customer(customer).pk, PARKED).await?;
        let parked = items.into_iter().map(|item| {
            let ParkedItem { event, body, .. } = from_item(item)?;
            Ok(Parked { event: EventId::parse(&event).map_err(Corrupt::because)?, body })
        });
        parked.collect()
    }

    /// Links a customer to an organization in one transaction. The transaction also writes `after`,
    /// which is the organization with the facts of the parked events. `released` lists these
    /// events, and the transaction deletes them.
    ///
    /// Events that do not fit into the transaction are deleted after it. If a deletion fails, the
    /// event stays stored until the trial sweep deletes it ([`Store::mark_for_review`]) or until it
    /// expires. The review queue does not show the event, because its customer is linked.
    ///
    /// # Errors
    /// [`Error::Conflict`] if an event was parked, the customer was linked, or the organization
    /// changed in the meantime: load and try again. [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn link_customer(
        &self,
        customer: &CustomerId,
        link: &CustomerLink,
        before: &Stored<Org>,
        after: &Org,
        released: &[Parked],
    ) -> Result<(), Error> {
        let mut keys: Vec<Key> = released.iter().map(|parked| Key::parked(customer, &parked.event)).collect();
        let rest = keys.split_off(keys.len().min(MAX_DELETED_WITH_LINK));
        self.commit_link(customer, link, before, after, &keys).await?;
        let deletions = stream::iter(rest).map(|key| self.delete_parked(key));
        let errors = deletions.buffer_unordered(PARALLEL_DELETIONS).filter_map(async |result| result.err());
        if let Some(error) = std::pin::pin!(errors).next().await {
            tracing::warn!(area = %LogArea::Webhook, %error, "failed to delete released event");
        }
        Ok(())
    }

    pub(crate) async fn delete_parked(&self, key: Key) -> Result<(), Error> {
        let deleted =
            self.client.delete_item().table_name(&self.table).set_key(Some(key.attributes())).send().await;
        deleted.map(|_| ()).map_err(|error| Error::of(&error))
    }

    async fn commit_link(
        &self,
        customer: &CustomerId,
        link: &CustomerLink,
        before: &Stored<Org>,
        after: &Org,
        released: &[Key],
    ) -> Result<(), Error> {
        let table = &self.table;
        let key = Key::customer(customer);
        let condition = if link.version == 0 {
            "attribute_not_exists(pk)"
        } else {
            "attribute_not_exists(org) AND version = :before"
        };
        let mut bound =
            values([(":org", AttributeValue::S(after.id.to_string())), (":after", number(link.version + 1))]);
        if link.version > 0 {
            bound.insert(":before".to_owned(), number(link.version));
        }
        let expression = "SET org = :org, version = :after";
        let mut actions = vec![update(table, &key, expression, Some(condition), HashMap::new(), bound)?];
        if let Some(difference) = Self::org_change(before, after, before.version + 1)? {
            let only = Only::Version(before.version);
            actions.push(change(table, &Key::org(after.id), difference, only)?);
        }
        for key in released {
            actions.push(delete(table, key, None)?);
        }
        match self.transact(actions).await? {
            Transacted::Done => Ok(()),
            Transacted::Cancelled(_) => Err(Error::Conflict),
        }
    }

    /// Stores a signed event for review. Returns `false`, and writes nothing, if the event is
    /// already stored.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn quarantine(&self, event: &QuarantinedEvent<'_>, now: Timestamp) -> Result<bool, Error> {
        let QuarantinedEvent { id, reason, body, conflict } = event;
        let mut item = Key::quarantined(id).attributes();
        item.insert("reason".to_owned(), AttributeValue::S((*reason).to_owned()));
        item.insert("body".to_owned(), AttributeValue::B(body.to_vec().into()));
        if let Some(organizations) = conflict {
            let each = organizations.iter().map(|org| AttributeValue::S(org.to_string()));
            item.insert("organizations".to_owned(), AttributeValue::L(each.collect()));
        }
        item.insert("quarantined_at".to_owned(), AttributeValue::S(At(now).text()));
        item.insert("due_pk".to_owned(), AttributeValue::S(review_pk(shard(&Key::quarantined(id).pk))));
        item.insert("due_at".to_owned(), AttributeValue::S(At(now).text()));
        item.extend([expires(now, PARKED_RETENTION_SECONDS)]);
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)");
        match put.send().await.map_err(|error| Error::of(&error)) {
            Ok(_) => Ok(true),
            Err(Error::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
