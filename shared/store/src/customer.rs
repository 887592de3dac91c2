//! Stripe customers: their link to an organization, and events that are parked until the link.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    billing::{CustomerId, EventId, PARKED_RETENTION, REVIEW_DELAY, SubscriptionId},
    id::OrgId,
    org::Org,
    people::ActionRecord,
    time::add,
};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use telemetry::LogArea;

use crate::{
    at::At,
    attributes::{Attributes, expires, number, values},
    client::{Store, Stored, Transacted},
    error::{Corrupt, Error, failed},
    keys::{Key, PARKED, due_pk, parked_without_metadata_pk, shard},
    schema::{action_record::record_value, from_item, org::decode, read, to_item},
    update::{Only, change, delete, put, update},
};

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
    /// organization to which its subscription or its customer belongs. `None` if there is neither.
    pub org: Option<Stored<Org>>,
    /// Whether the event names `org`.
    pub names_org: bool,
    /// The organization to which the event's subscription belonged before, if the event names
    /// another one.
    pub former: Option<Stored<Org>>,
    /// The organization that a moved subscription names. `None` if the subscription belongs to the
    /// organization of its customer.
    pub moved_to: Option<OrgId>,
}

/// The parts of an event by which its organization is found.
#[derive(Clone, Copy, Debug, Default)]
pub struct EventSubject<'a> {
    /// The customer of the event.
    pub customer: Option<&'a CustomerId>,
    /// The subscription of the event.
    pub subscription: Option<&'a SubscriptionId>,
    /// The organization that the event names.
    pub named: Option<OrgId>,
}

/// A signed event that waits until its customer is linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The ID of the event.
    pub event: EventId,
    /// The body as it was signed.
    pub body: String,
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
    /// What the payment lacks, if the trial sweep found it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The organizations that the payment may be for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub organizations: Vec<String>,
}

fn decode_link(item: Option<Attributes>) -> Result<CustomerLink, Corrupt> {
    let Some(item) = item else { return Ok(CustomerLink::default()) };
    let item: CustomerItem = from_item(item)?;
    let org = item.org.as_deref().map(|org| read("organization of a customer", org)).transpose()?;
    Ok(CustomerLink { org, version: item.version })
}

fn decode_moved(item: Option<Attributes>) -> Result<Option<OrgId>, Corrupt> {
    #[derive(Deserialize)]
    struct MovedItem {
        org: String,
    }
    let Some(item) = item else { return Ok(None) };
    let item: MovedItem = from_item(item)?;
    read("organization of a subscription", &item.org).map(Some)
}

impl Store {
    /// Loads what an event is about, in one batch read: the link of its customer, the organization
    /// that it names, and the organization to which its subscription was moved.
    ///
    /// A second read loads the organization to which the subscription or the customer belongs, if
    /// this is not the named organization.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_event_context(&self, subject: EventSubject<'_>) -> Result<EventContext, Error> {
        let EventSubject { customer, subscription, named } = subject;
        let keys = [customer.map(Key::customer), named.map(Key::org), subscription.map(Key::subscription)];
        let wanted: Vec<Key> = keys.iter().flatten().cloned().collect();
        let mut items = match wanted.as_slice() {
            [] => Vec::new(),
            [key] => vec![self.get(key).await?],
            keys => self.get_each(keys).await?,
        }
        .into_iter();
        let [link, org, moved] = keys.map(|key| key.and_then(|_| items.next().flatten()));
        let (link, named_org) = (decode_link(link)?, org.map(decode).transpose()?);
        let moved_to = decode_moved(moved)?;
        let home = moved_to.or(link.org);
        let (org, former, names_org) = match (named_org, home) {
            (Some(named), Some(home)) if home != named.value.id && subscription.is_some() => {
                (Some(named), self.load_org(home).await?, true)
            }
            (Some(named), _) => (Some(named), None, true),
            (None, Some(home)) => (self.load_org(home).await?, None, false),
            (None, None) => (None, None, false),
        };
        Ok(EventContext { link, org, names_org, former, moved_to })
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
    /// After ten minutes, the trial sweep judges an event that may concern Onramp
    /// (`may_concern_us`). Other events probably belong to another product that uses the same Stripe
    /// account, so they need no review.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the customer was linked in the meantime; [`Error::Unavailable`].
    pub async fn park(
        &self,
        customer: &CustomerId,
        parked: &Parked,
        may_concern_us: bool,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let table = &self.table;
        let key = Key::parked(customer, &parked.event);
        let form = ParkedItem {
            event: parked.event.to_string(),
            body: parked.body.clone(),
            parked_at: At(now),
            kind: None,
            organizations: Vec::new(),
        };
        let mut item = to_item(&key, &form)?;
        item.extend([expires(now, PARKED_RETENTION.as_secs())]);
        let shard = shard(&key.pk);
        let (partition, at) = if may_concern_us {
            (due_pk(shard), add(now, REVIEW_DELAY))
        } else {
            (parked_without_metadata_pk(shard), now)
        };
        item.insert("due_pk".to_owned(), AttributeValue::S(partition));
        item.insert("due_at".to_owned(), AttributeValue::S(At(at).text()));
        let counted = update(
            table,
            &Key::customer(customer),
            "ADD version :one",
            "attribute_not_exists(org)",
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
    /// event stays stored until the trial sweep deletes it ([`Store::load_waiting_event`]) or until it
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
        self.link_customer_for(None, customer, link, before, after, released).await
    }

    /// Links a customer as [`Store::link_customer`] does. If an operator linked it, the link keeps
    /// the record of this action.
    ///
    /// If the customer is already linked to `after`, the link stays as it is, and the transaction
    /// only releases the events.
    ///
    /// # Errors
    /// As [`Store::link_customer`].
    pub async fn link_customer_for(
        &self,
        operator: Option<&ActionRecord>,
        customer: &CustomerId,
        link: &CustomerLink,
        before: &Stored<Org>,
        after: &Org,
        released: &[Parked],
    ) -> Result<(), Error> {
        let mut keys: Vec<Key> = released.iter().map(|parked| Key::parked(customer, &parked.event)).collect();
        let rest = keys.split_off(keys.len().min(MAX_DELETED_WITH_LINK));
        self.commit_link(operator, customer, link, before, after, &keys).await?;
        let deletions = stream::iter(&rest).map(|key| self.delete(key));
        let errors = deletions.buffer_unordered(PARALLEL_DELETIONS).filter_map(async |result| result.err());
        if let Some(error) = std::pin::pin!(errors).next().await {
            tracing::warn!(area = %LogArea::Webhook, %error, "failed to delete released event");
        }
        Ok(())
    }

    async fn commit_link(
        &self,
        operator: Option<&ActionRecord>,
        customer: &CustomerId,
        link: &CustomerLink,
        before: &Stored<Org>,
        after: &Org,
        released: &[Key],
    ) -> Result<(), Error> {
        let table = &self.table;
        let key = Key::customer(customer);
        let condition = match link.org {
            Some(_) => "org = :org AND version = :before",
            None if link.version == 0 => "attribute_not_exists(pk)",
            None => "attribute_not_exists(org) AND version = :before",
        };
        let mut bound =
            values([(":org", AttributeValue::S(after.id.to_string())), (":after", number(link.version + 1))]);
        if link.version > 0 {
            bound.insert(":before".to_owned(), number(link.version));
        }
        let expression = match (operator, link.org) {
            (None, _) => "SET org = :org, version = :after",
            (Some(_), None) => "SET org = :org, version = :after, linked_by = :record",
            (Some(_), Some(_)) => "SET org = :org, version = :after, released_by = :record",
        };
        bound.extend(operator.map(|record| (":record".to_owned(), record_value(record))));
        let mut actions = vec![update(table, &key, expression, condition, bound)?];
        if let Some(difference) = Self::org_change(before, after, before.version + 1)? {
            let only = Only::Version(before.version);
            actions.push(change(table, &Key::org(after.id), difference, only)?);
        }
        for key in released {
            actions.push(delete(table, key, None)?);
        }
        self.commit(actions).await
    }
}
