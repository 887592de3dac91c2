//! The links of Stripe customers to organizations.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::{
    billing::{CustomerId, EventId},
    id::OrgId,
    org::Org,
    people::ActionRecord,
};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use telemetry::LogArea;

use crate::{
    attributes::{Attributes, number, text, values},
    client::{Store, Stored},
    error::{Corrupt, Error},
    keys::{Key, PARKED},
    org::{OrgChange, OrgWrite},
    parked::{Parked, ParkedItem, WaitingEvent},
    schema::{action_record::record_value, from_item, read},
    update::{Only, change, delete, update},
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

#[derive(Debug, Serialize, Deserialize)]
struct CustomerItem {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    org: Option<String>,
    version: u64,
}

/// Decodes the link of a customer. A customer without an item is not linked.
pub(crate) fn decode_link(item: Option<Attributes>) -> Result<CustomerLink, Corrupt> {
    let Some(item) = item else { return Ok(CustomerLink::default()) };
    let item: CustomerItem = from_item(item)?;
    let org = item.org.as_deref().map(|org| read("organization of a customer", org)).transpose()?;
    Ok(CustomerLink { org, version: item.version })
}

impl Store {
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

    /// Loads the organization that a customer is linked to.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_org_of_customer(&self, customer: &CustomerId) -> Result<Option<Stored<Org>>, Error> {
        match self.load_customer_link(customer).await?.org {
            Some(org) => self.load_org(org).await,
            None => Ok(None),
        }
    }

    /// Loads the link of a customer.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_customer_link(&self, customer: &CustomerId) -> Result<CustomerLink, Error> {
        self.load_link_of(&Key::customer(customer)).await
    }

    /// Loads the customer link of a parked event.
    pub(crate) async fn load_link_of(&self, parked: &Key) -> Result<CustomerLink, Error> {
        Ok(decode_link(self.get(&Key::customer_of(parked)).await?)?)
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

    /// Loads the body of a parked event that waited for ten minutes. Returns `None` if the event does
    /// not need review, because its customer is linked or it was deleted.
    ///
    /// If the customer of the event is linked, the event was recorded when the link was written,
    /// and only its deletion failed. This method then deletes the event.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_waiting_event(&self, event: &WaitingEvent) -> Result<Option<String>, Error> {
        if self.load_link_of(event.key()).await?.org.is_some() {
            self.delete(event.key()).await?;
            return Ok(None);
        }
        let Some(item) = self.get(event.key()).await? else { return Ok(None) };
        Ok(Some(from_item::<ParkedItem>(item)?.body))
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
        now: Timestamp,
    ) -> Result<(), Error> {
        self.link_customer_for(None, customer, link, OrgChange { before, after }, released, now).await
    }

    /// Links a customer as [`Store::link_customer`] does. If an operator linked it, the link keeps
    /// the record of this action.
    ///
    /// If the customer is already linked to the organization, the link stays as it is, and the transaction
    /// only releases the events.
    ///
    /// # Errors
    /// As [`Store::link_customer`].
    pub async fn link_customer_for(
        &self,
        operator: Option<&ActionRecord>,
        customer: &CustomerId,
        link: &CustomerLink,
        org: OrgChange<'_>,
        released: &[Parked],
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut keys: Vec<Key> = released.iter().map(|parked| Key::parked(customer, &parked.event)).collect();
        let rest = keys.split_off(keys.len().min(MAX_DELETED_WITH_LINK));
        self.commit_link(operator, customer, link, org, &keys, now).await?;
        self.delete_released(rest).await;
        Ok(())
    }

    /// Deletes released events that did not fit into the transaction of their link.
    pub(crate) async fn delete_released(&self, rest: Vec<Key>) {
        let deletions = stream::iter(rest).map(|key| async move { self.delete(&key).await });
        let errors = deletions.buffer_unordered(PARALLEL_DELETIONS).filter_map(async |result| result.err());
        if let Some(error) = std::pin::pin!(errors).next().await {
            tracing::warn!(area = %LogArea::Webhook, %error, "failed to delete released event");
        }
    }

    async fn commit_link(
        &self,
        operator: Option<&ActionRecord>,
        customer: &CustomerId,
        link: &CustomerLink,
        OrgChange { before, after }: OrgChange<'_>,
        released: &[Key],
        now: Timestamp,
    ) -> Result<(), Error> {
        let table = &self.table;
        let mut actions = vec![self.link_action(operator, customer, link, after.id)?];
        if let Some(difference) = Self::org_change(before, after, OrgWrite::at(now))? {
            let only = Only::Version(before.version);
            actions.push(change(table, &Key::org(after.id), difference, only)?);
        }
        for key in released {
            actions.push(delete(table, key, None)?);
        }
        self.commit(actions).await
    }

    /// Builds the action that links a customer. It fails if the link changed after it was read.
    pub(crate) fn link_action(
        &self,
        operator: Option<&ActionRecord>,
        customer: &CustomerId,
        link: &CustomerLink,
        org: OrgId,
    ) -> Result<TransactWriteItem, Error> {
        let condition = match link.org {
            Some(_) => "org = :org AND version = :before",
            None if link.version == 0 => "attribute_not_exists(pk)",
            None => "attribute_not_exists(org) AND version = :before",
        };
        let mut bound = values([(":org", text(&org)), (":after", number(link.version + 1))]);
        if link.version > 0 {
            bound.insert(":before".to_owned(), number(link.version));
        }
        let expression = match (operator, link.org) {
            (None, _) => "SET org = :org, version = :after",
            (Some(_), None) => "SET org = :org, version = :after, linked_by = :record",
            (Some(_), Some(_)) => "SET org = :org, version = :after, released_by = :record",
        };
        bound.extend(operator.map(|record| (":record".to_owned(), record_value(record))));
        update(&self.table, &Key::customer(customer), expression, condition, bound)
    }
}
