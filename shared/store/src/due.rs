use aws_sdk_dynamodb::types::AttributeValue;
use domain::id::OrgId;
use futures_util::future::try_join_all;
use jiff::Timestamp;

use crate::{
    asked::AskedId,
    client::Store,
    error::Error,
    item::At,
    key::{BY_DUE, BY_MAIL, Key, SHARDS, due_pk, held_pk, mail_pk, shard},
};

/// The most candidates that one look into an index brings back from each shard.
/// What is left is still due, and found by the next look.
const MOST: i32 = 250;

/// What is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// An organization's trial clock owes something.
    Org(OrgId),
    /// A parked event has waited for so long that somebody should look.
    Parked(WaitingEvent),
}

/// The key of a parked event that waits for long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingEvent(Key);

/// Where mail waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailDue {
    /// In an organization.
    Org(OrgId),
    /// In a request for a sign-in link.
    Asked(AskedId),
}

impl Store {
    /// What is due at `now`, earliest first in each shard. Candidates only: whoever acts on them loads them first.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn due(&self, now: Timestamp) -> Result<Vec<Due>, Error> {
        let keys = self.candidates(BY_DUE, "due_pk", "due_at", due_pk, now).await?;
        Ok(keys.into_iter().filter_map(Due::of_key).collect())
    }

    /// Takes a parked event out of what is due and puts it where a person finds it. One whose customer is linked was
    /// released, and only its dropping failed: it is dropped now. Says whether the event still waits.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it was released meanwhile; [`Error::Unavailable`].
    pub async fn hold(&self, event: &WaitingEvent) -> Result<bool, Error> {
        if self.load_customer_link(&event.0).await?.org.is_some() {
            self.drop_parked(event.0.clone()).await?;
            return Ok(false);
        }
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(event.0.attributes()))
            .update_expression("SET due_pk = :held")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":held", AttributeValue::S(held_pk(shard(&event.0.pk))))
            .send()
            .await
            .map_err(|error| Error::of(&error))?;
        Ok(true)
    }

    /// Where mail waits for a sender at `now`. Candidates only.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn mail_due(&self, now: Timestamp) -> Result<Vec<MailDue>, Error> {
        let keys = self.candidates(BY_MAIL, "mail_pk", "mail_at", mail_pk, now).await?;
        Ok(keys.iter().filter_map(|key| MailDue::of_pk(&key.pk)).collect())
    }

    async fn candidates(
        &self,
        index: &str,
        hash: &str,
        range: &str,
        partition: impl Fn(u8) -> String,
        now: Timestamp,
    ) -> Result<Vec<Key>, Error> {
        let shards = (0..SHARDS).map(|shard| {
            self.client
                .query()
                .table_name(&self.table)
                .index_name(index)
                .key_condition_expression("#hash = :hash AND #range <= :now")
                .expression_attribute_names("#hash", hash)
                .expression_attribute_names("#range", range)
                .expression_attribute_values(":hash", AttributeValue::S(partition(shard)))
                .expression_attribute_values(":now", AttributeValue::S(At(now).text()))
                .limit(MOST)
                .send()
        });
        let answers = try_join_all(shards).await.map_err(|error| Error::of(&error))?;
        let items = answers.into_iter().flat_map(|answer| answer.items.unwrap_or_default());
        Ok(items.filter_map(|item| Key::of(&item)).collect())
    }
}

impl Due {
    fn of_key(key: Key) -> Option<Self> {
        match key.pk.split_once('#')? {
            ("ORG", id) => id.parse().ok().map(Self::Org),
            ("CUSTOMER", _) => Some(Self::Parked(WaitingEvent(key))),
            _ => None,
        }
    }
}

impl MailDue {
    /// Where the item of that partition key keeps mail, if it does: stream records carry keys too.
    #[must_use]
    pub fn of_pk(pk: &str) -> Option<Self> {
        match pk.split_once('#')? {
            ("ORG", id) => id.parse().ok().map(Self::Org),
            ("ASKED", id) => id.parse().ok().map(Self::Asked),
            _ => None,
        }
    }
}
