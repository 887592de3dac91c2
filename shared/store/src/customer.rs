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

use crate::{
    client::{Attributes, Store, Stored, Transacted},
    error::{Corrupt, Error, failed},
    item::{At, decode, from_item, read, to_item},
    key::{Key, PARKED, due_pk, parked_without_metadata_pk, review_pk, shard},
    session::{expires, values},
    update::{Only, change, delete, number, put, update},
};
use telemetry::LogArea;

/// How long an event waits for its customer's organization, in seconds: as long as Stripe could send it again, and more.
const PARKED_RETENTION_SECONDS: i64 = 35 * 24 * 3600;
/// When a waiting event that carries our own metadata is worth a look, in seconds.
const WORTH_A_LOOK: i64 = 600;
/// How many released events are deleted in the transaction of the link. It has at most 100 actions (DynamoDB API
/// reference, "TransactWriteItems"), and two are those of the link and the organization.
const DROPPED_WITH_LINK: usize = 98;
/// How many further ones are deleted at once.
const DROPPED_AT_ONCE: usize = 16;

/// Where a Stripe customer belongs. Every parking raises the version and linking is conditional on it, so that neither
/// misses the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CustomerLink {
    /// The organization, once linked.
    pub org: Option<OrgId>,
    version: u64,
}

/// What an event is judged with.
#[derive(Clone, Debug)]
pub struct EventContext {
    /// Where its customer belongs.
    pub link: CustomerLink,
    /// The organization that it concerns: the one it names, else the customer's.
    pub org: Option<Stored<Org>>,
}

/// A signed event that waits for its customer's organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// Its id.
    pub event: EventId,
    /// The body as it was signed.
    pub body: String,
}

/// A signed event that is kept for a person.
#[derive(Clone, Copy, Debug)]
pub struct QuarantinedEvent<'a> {
    /// Its id, or the hash of its body.
    pub id: &'a str,
    /// Why it is kept.
    pub reason: &'a str,
    /// The body as it was signed.
    pub body: &'a [u8],
    /// Of one that shows a conflict: the organizations it is about, the one that it counted for first.
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

fn link(item: Option<Attributes>) -> Result<CustomerLink, Corrupt> {
    let Some(item) = item else { return Ok(CustomerLink::default()) };
    let item: CustomerItem = from_item(item)?;
    let org = item.org.as_deref().map(|org| read("organization of a customer", org)).transpose()?;
    Ok(CustomerLink { org, version: item.version })
}

impl Store {
    /// Where an event belongs: the link of its customer and the organization that it names, in one batch. An event that
    /// names none, or one that is not ours, belongs to its customer's organization, at the price of a second read.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_event_context(
        &self,
        customer: Option<&CustomerId>,
        named: Option<OrgId>,
    ) -> Result<EventContext, Error> {
        let (found, org) = match (customer, named) {
            (Some(customer), Some(named)) => {
                let [found, org] = self.get_all(&[Key::customer(customer), Key::org(named)]).await?;
                (found, org.map(decode).transpose()?)
            }
            (Some(customer), None) => (self.get(&Key::customer(customer)).await?, None),
            (None, Some(named)) => (None, self.load_org(named).await?),
            (None, None) => (None, None),
        };
        let link = link(found)?;
        let org = match (org, link.org) {
            (None, Some(linked)) => self.load_org(linked).await?,
            (org, _) => org,
        };
        Ok(EventContext { link, org })
    }

    /// Which of the customers whose events were parked under these keys are linked by now, by partition key.
    pub(crate) async fn linked_customers(
        &self,
        parked: impl Iterator<Item = &Key>,
    ) -> Result<BTreeSet<String>, Error> {
        let keys: BTreeMap<_, _> = parked.map(|key| (&key.pk, Key::customer_of(key))).collect();
        let keys: Vec<_> = keys.into_values().collect();
        let items = self.get_each(&keys).await?;
        let mut linked = BTreeSet::new();
        for (key, item) in keys.into_iter().zip(items) {
            // One that cannot be read hides nothing.
            if link(item).is_ok_and(|link| link.org.is_some()) {
                linked.insert(key.pk);
            }
        }
        Ok(linked)
    }

    /// The link of the customer that an item is filed under.
    pub(crate) async fn load_customer_link(&self, filed: &Key) -> Result<CustomerLink, Error> {
        Ok(link(self.get(&Key::customer_of(filed)).await?)?)
    }

    /// Keeps a signed event until its customer is linked. `ours`: it carries our metadata, so somebody should look
    /// when it waits for long; any other is only listed, since a Stripe account may serve other products. Says whether it was not kept before: a repetition writes nothing.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the customer was linked meanwhile; [`Error::Unavailable`].
    pub async fn park(
        &self,
        customer: &CustomerId,
        parked: &Parked,
        ours: bool,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let table = &self.table;
        let key = Key::parked(customer, &parked.event);
        let form =
            ParkedItem { event: parked.event.to_string(), body: parked.body.clone(), parked_at: At(now) };
        let mut item = to_item(&key, &form)?;
        item.extend([expires(now, PARKED_RETENTION_SECONDS)]);
        let shard = shard(&key.pk);
        let (place, at) = if ours {
            (due_pk(shard), domain::trial::add(now, jiff::SignedDuration::from_secs(WORTH_A_LOOK)))
        } else {
            (parked_without_metadata_pk(shard), now)
        };
        item.insert("due_pk".to_owned(), AttributeValue::S(place));
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

    /// The events that wait for a customer's organization.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_parked(
        &self,
        customer: &CustomerId,
        link: &CustomerLink,
    ) -> Result<Vec<Parked>, Error> {
        // Every parking raises the version, and the link is conditional on it: at 0 nothing can wait.
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

    /// Links a customer to an organization, which becomes `after` with the events that waited for the link, and deletes
    /// those events, `released`: all of it is written, or nothing is. Events that do not fit into the transaction are
    /// deleted after it. One that stays is in no list, since its customer is linked, and expires.
    ///
    /// # Errors
    /// [`Error::Conflict`] when an event was parked, the customer linked or the organization written meanwhile: load
    /// and try again. [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn link_customer(
        &self,
        customer: &CustomerId,
        link: &CustomerLink,
        before: &Stored<Org>,
        after: &Org,
        released: &[Parked],
    ) -> Result<(), Error> {
        let mut keys: Vec<Key> = released.iter().map(|parked| Key::parked(customer, &parked.event)).collect();
        let rest = keys.split_off(keys.len().min(DROPPED_WITH_LINK));
        self.commit_link(customer, link, before, after, &keys).await?;
        let drops = stream::iter(rest).map(|key| self.drop_parked(key));
        let kept = drops.buffer_unordered(DROPPED_AT_ONCE).filter_map(async |dropped| dropped.err());
        if let Some(error) = std::pin::pin!(kept).next().await {
            tracing::warn!(area = %LogArea::Webhook, %error, "a released event was not dropped");
        }
        Ok(())
    }

    pub(crate) async fn drop_parked(&self, key: Key) -> Result<(), Error> {
        let dropped =
            self.client.delete_item().table_name(&self.table).set_key(Some(key.attributes())).send().await;
        dropped.map(|_| ()).map_err(|error| Error::of(&error))
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

    /// Keeps a signed event for a person to look at. Says whether it was not kept before: a repetition writes nothing.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn quarantine(&self, filed: &QuarantinedEvent<'_>, now: Timestamp) -> Result<bool, Error> {
        let QuarantinedEvent { id, reason, body, conflict } = filed;
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
