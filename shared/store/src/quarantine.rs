//! Signed events that need review by an operator.

use aws_sdk_dynamodb::{operation::put_item::PutItemInput, types::AttributeValue};
use domain::{
    billing::{PARKED_RETENTION, REVIEW_DELAY, ReviewKind},
    id::OrgId,
    time::add,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attributes::{Attributes, expires},
    client::{Store, Transacted},
    error::{Corrupt, Error},
    index::due_entry,
    keys::{Key, due_pk, review_pk, shard},
    operation::PutItem,
    parked::WaitingEvent,
    schema::{from_item, read, to_item},
    update::{Only, put},
};

/// A signed event that needs review.
#[derive(Clone, Copy, Debug)]
pub struct QuarantinedEvent<'a> {
    /// The event's ID, or the hash of its body if it has no ID.
    pub id: &'a str,
    /// The reason for the quarantine.
    pub reason: &'a str,
    /// The body as it was signed.
    pub body: &'a [u8],
    /// What the payment lacks. `None` for a malformed event and for a conflict.
    pub kind: Option<ReviewKind>,
    /// The affected organizations. The event was recorded for the first organization of the list.
    /// `None` if the event was not recorded.
    pub organizations: Option<&'a [OrgId]>,
}

/// The stored form of a quarantined event, without its body.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct QuarantinedItem {
    pub reason: String,
    pub quarantined_at: At,
    /// Missing for a malformed event and for a conflict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Missing if the event was not recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organizations: Option<Vec<String>>,
}

impl QuarantinedItem {
    /// Returns the kind. A kind that only a later version of the code knows counts as none.
    pub fn kind(&self) -> Option<ReviewKind> {
        self.kind.as_deref().and_then(ReviewKind::parse)
    }

    pub fn organizations(&self) -> Result<Option<Vec<OrgId>>, Corrupt> {
        let Some(organizations) = &self.organizations else { return Ok(None) };
        let orgs = organizations.iter().map(|org| read("organization of a quarantined event", org));
        orgs.collect::<Result<_, _>>().map(Some)
    }
}

impl Store {
    /// Stores a signed event for review. Returns `false`, and writes nothing, if the event is
    /// already stored.
    ///
    /// If the event's kind raises the alarm, a second item makes the trial sweep raise it after ten
    /// minutes ([`Store::judge_alarm`]). One transaction writes both items, so a repeated event never
    /// raises a second alarm.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn quarantine(&self, event: &QuarantinedEvent<'_>, now: Timestamp) -> Result<bool, Error> {
        let QuarantinedEvent { id, reason, body, kind, organizations } = event;
        let key = Key::quarantined(id);
        let form = QuarantinedItem {
            reason: (*reason).to_owned(),
            quarantined_at: At(now),
            kind: kind.map(|kind| kind.as_str().to_owned()),
            organizations: organizations.map(|orgs| orgs.iter().map(ToString::to_string).collect()),
        };
        let mut item = to_item(&key, &form)?;
        let body = AttributeValue::B(body.to_vec().into());
        item.extend([("body".to_owned(), body), expires(now, PARKED_RETENTION.as_secs())]);
        item.extend(due_entry(&review_pk(shard(&key.pk)), now));
        if !kind.is_some_and(ReviewKind::alarms) {
            return self.put_new(item).await;
        }
        let key = Key::alarm(id);
        let mut alarm = key.attributes();
        alarm.extend(due_entry(&due_pk(shard(&key.pk)), add(now, REVIEW_DELAY)));
        alarm.extend([expires(now, PARKED_RETENTION.as_secs())]);
        let table = &self.table;
        match self.transact(vec![put(table, item, Some(Only::New))?, put(table, alarm, None)?]).await? {
            Transacted::Done => Ok(true),
            Transacted::Cancelled(_) => Ok(false),
        }
    }

    /// Writes an item unless an item with its key exists. Returns whether it was written.
    async fn put_new(&self, item: Attributes) -> Result<bool, Error> {
        let input = PutItemInput::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .build();
        match self.call::<PutItem>(input).await.map_err(|error| Error::of(&error)) {
            Ok(_) => Ok(true),
            Err(Error::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Decides whether a quarantined event still needs review, ten minutes after it was stored.
    /// Returns the kind if the alarm must be raised. After that, call [`Store::close_alarm`].
    ///
    /// An event whose reason no longer applies leaves the review queue. An event that an operator
    /// dismissed raises no alarm. An item that cannot be judged stays in the queue.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn judge_alarm(
        &self,
        alarm: &WaitingEvent,
        now: Timestamp,
    ) -> Result<Option<ReviewKind>, Error> {
        let key = Key::quarantined_of(alarm.key());
        let item = self.get(&key).await?.filter(|item| item.contains_key("due_pk"));
        let Some(item) = item else { return Ok(None) };
        let item: QuarantinedItem = from_item(item)?;
        let kind = self.still_applies(&item, now).await?;
        if kind.is_none() {
            self.leave_queue(&key).await?;
        }
        Ok(kind)
    }

    /// Deletes the item of an alarm, so that it is not raised again. The quarantined event stays in
    /// the review queue.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn close_alarm(&self, alarm: &WaitingEvent) -> Result<(), Error> {
        self.delete(alarm.key()).await
    }

    /// Returns the kind of a quarantined event if its reason still applies. A kind that only a later
    /// version of the code knows is an error, because this version cannot judge it.
    async fn still_applies(
        &self,
        item: &QuarantinedItem,
        now: Timestamp,
    ) -> Result<Option<ReviewKind>, Error> {
        let kind = item.kind().ok_or_else(|| Corrupt::because("kind of a quarantined event"))?;
        let Some(recorded_for) = item.organizations()?.and_then(|orgs| orgs.first().copied()) else {
            return Ok(Some(kind));
        };
        let org = self.load_org(recorded_for).await?;
        Ok(org.is_some_and(|org| kind.applies(&org.value, now)).then_some(kind))
    }

    /// Removes an item from the review queue. The item stays stored until it expires.
    async fn leave_queue(&self, key: &Key) -> Result<(), Error> {
        match self.update(key, "REMOVE due_pk, due_at", "attribute_exists(pk)", Attributes::new()).await {
            Err(Error::Conflict) => Ok(()),
            left => left,
        }
    }
}
