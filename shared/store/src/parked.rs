//! Signed events that are parked until their customer is linked.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    billing::{CustomerId, EventId, PARKED_RETENTION, REVIEW_DELAY, ReviewKind},
    id::OrgId,
    time::add,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attributes::{expires, number, text, values},
    client::{Store, Transacted},
    error::{Error, failed},
    index::due_entry,
    keys::{DUE, Key, due_pk, parked_without_metadata_pk, review_pk, shard},
    schema::to_item,
    update::{Only, put, update},
};

/// A signed event that waits until its customer is linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The ID of the event.
    pub event: EventId,
    /// The body as it was signed.
    pub body: String,
}

/// The key of an event that needs review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingEvent(Key);

/// What becomes of a parked event that waited for ten minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParkedVerdict {
    /// An operator reviews it.
    Review {
        /// What the payment lacks. `None` if the event only waits for its customer's link.
        kind: Option<ReviewKind>,
        /// The organizations that the payment may be for.
        organizations: Vec<OrgId>,
    },
    /// It probably belongs to another product in the same Stripe account.
    OtherProduct,
}

impl WaitingEvent {
    pub(crate) const fn new(key: Key) -> Self {
        Self(key)
    }

    pub(crate) const fn key(&self) -> &Key {
        &self.0
    }
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

impl Store {
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
        item.extend(due_entry(&partition, at));
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

    /// Moves a parked event to the review queue, or to the events of other products.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the event was deleted in the meantime, because its customer was
    /// linked, or if another run judged it; [`Error::Unavailable`].
    pub async fn judge_parked(&self, event: &WaitingEvent, verdict: &ParkedVerdict) -> Result<(), Error> {
        let shard = shard(&event.0.pk);
        let partition = match verdict {
            ParkedVerdict::OtherProduct => parked_without_metadata_pk(shard),
            ParkedVerdict::Review { .. } => review_pk(shard),
        };
        let due = text(DUE);
        let mut bound = values([(":list", text(&partition)), (":due", due)]);
        let mut expression = "SET due_pk = :list";
        if let ParkedVerdict::Review { kind: Some(kind), organizations } = verdict {
            expression = "SET due_pk = :list, kind = :kind, organizations = :orgs";
            let orgs = organizations.iter().map(text).collect();
            bound.extend(values([(":kind", text(kind.as_str())), (":orgs", AttributeValue::L(orgs))]));
        }
        self.update(&event.0, expression, "begins_with(due_pk, :due)", bound).await
    }
}
