//! Records of webhooks to the host's endpoint, for operators. A record has no body.
//!
//! The partitions of one UTC day have the same names on every host, so a list walks the days
//! backward. The records of a day are spread over [`SHARDS`] partitions.

use std::fmt;

use aws_sdk_dynamodb::operation::query::QueryInput;
use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attributes::{Attributes, expires, text},
    client::Store,
    error::{Corrupt, Error},
    keys::{Key, SHARDS, day_of},
    operation::Query,
    schema::{from_item, to_item},
};

/// How long a record is kept.
const RETENTION: SignedDuration = SignedDuration::from_hours(7 * 24);

/// State of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookState {
    /// The endpoint accepted the webhook.
    Delivered,
    /// The last attempt failed, and another one follows.
    Retrying,
    /// The webhook is in the dead-letter queue.
    GivenUp,
}

/// A webhook with its last attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookDelivery {
    /// Time of the first attempt.
    pub at: Timestamp,
    /// ID of the event.
    pub event: String,
    /// Type of the event.
    pub kind: String,
    /// ID of the organization, if the event names one.
    pub organization: Option<String>,
    /// State after the last attempt.
    pub state: WebhookState,
    /// HTTP status of the last attempt. `None` if it got no response.
    pub status: Option<u16>,
    /// Number of attempts so far.
    pub attempts: u32,
    /// Duration of the last attempt in milliseconds.
    pub ms: u64,
}

/// A page of the list, the newest delivery first.
#[derive(Clone, Debug, Default)]
pub struct WebhookDeliveryPage {
    /// Deliveries of the page.
    pub deliveries: Vec<WebhookDelivery>,
    /// Cursor of the next page. `None` on the last page.
    pub next: Option<WebhookDeliveryCursor>,
}

/// Position in the list: the deliveries after it are older.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookDeliveryCursor {
    at: Timestamp,
    sk: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct WebhookDeliveryItem {
    at: At,
    event: String,
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
    state: WebhookState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    attempts: u32,
    ms: u64,
}

impl WebhookDeliveryCursor {
    /// Parses the text of a cursor. Returns `None` if it is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (at, event) = text.split_once('~')?;
        Some(Self { at: at.parse().ok()?, sk: format!("{at}#{event}") })
    }
}

impl fmt::Display for WebhookDeliveryCursor {
    /// Formats the sort key without its separator, which would start the fragment of a URL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sk.replacen('#', "~", 1))
    }
}

impl Store {
    /// Stores the last attempt of a webhook, in place of the attempt before.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn commit_webhook_delivery(&self, delivery: &WebhookDelivery) -> Result<(), Error> {
        let form = WebhookDeliveryItem {
            at: At(delivery.at),
            event: delivery.event.clone(),
            kind: delivery.kind.clone(),
            organization: delivery.organization.clone(),
            state: delivery.state,
            status: delivery.status,
            attempts: delivery.attempts,
            ms: delivery.ms,
        };
        let mut item = to_item(&Key::webhook_delivery(delivery.at, &delivery.event), &form)?;
        item.extend([expires(delivery.at, RETENTION.as_secs())]);
        self.put(item).await
    }

    /// Loads the deliveries after a cursor, the newest first.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn load_webhook_deliveries(
        &self,
        after: Option<&WebhookDeliveryCursor>,
        size: usize,
        now: Timestamp,
    ) -> Result<WebhookDeliveryPage, Error> {
        let oldest = now.checked_sub(RETENTION).unwrap_or(now);
        let mut day = after.map_or(now, |cursor| cursor.at.min(now));
        let mut deliveries = Vec::new();
        while deliveries.len() <= size && day_of(day) >= day_of(oldest) {
            let queries = (0..SHARDS).map(|shard| self.deliveries_of(day, shard, after, size));
            let mut found: Vec<Attributes> = try_join_all(queries).await?.into_iter().flatten().collect();
            found.sort_by_key(|item| std::cmp::Reverse(Key::of(item).map(|key| key.sk)));
            deliveries.extend(found);
            day = day.checked_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN);
        }
        let has_more = deliveries.len() > size;
        deliveries.truncate(size);
        let last = deliveries.last().and_then(Key::of).filter(|_| has_more);
        let next = last.and_then(|key| WebhookDeliveryCursor::parse(&key.sk.replacen('#', "~", 1)));
        let deliveries = deliveries.into_iter().map(decode).collect::<Result<_, _>>()?;
        Ok(WebhookDeliveryPage { deliveries, next })
    }

    /// Loads the newest deliveries of one partition, at most one more than a page has.
    async fn deliveries_of(
        &self,
        day: Timestamp,
        shard: u8,
        after: Option<&WebhookDeliveryCursor>,
        size: usize,
    ) -> Result<Vec<Attributes>, Error> {
        let query = QueryInput::builder().table_name(&self.table).consistent_read(true);
        let query = match after {
            None => query.key_condition_expression("pk = :pk"),
            Some(cursor) => query
                .key_condition_expression("pk = :pk AND sk < :after")
                .expression_attribute_values(":after", text(&cursor.sk)),
        };
        let limit = i32::try_from(size).unwrap_or(i32::MAX).saturating_add(1);
        let input = query
            .expression_attribute_values(":pk", text(&Key::webhook_delivery_pk(day, shard)))
            .scan_index_forward(false)
            .limit(limit)
            .build();
        let response = self.call::<Query>(input).await.map_err(|error| Error::of(&error))?;
        Ok(response.items.unwrap_or_default())
    }
}

fn decode(item: Attributes) -> Result<WebhookDelivery, Corrupt> {
    let item: WebhookDeliveryItem = from_item(item)?;
    Ok(WebhookDelivery {
        at: item.at.0,
        event: item.event,
        kind: item.kind,
        organization: item.organization,
        state: item.state,
        status: item.status,
        attempts: item.attempts,
        ms: item.ms,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursor_is_a_sort_key() {
        let key = Key::webhook_delivery("2026-01-15T23:59:59.999Z".parse().unwrap(), "org_1/2/0");
        assert_eq!(key.sk, "2026-01-15T23:59:59.999Z#org_1/2/0");
        assert_eq!(key.pk, format!("DELIVERY#2026-01-15#{}", crate::keys::shard("org_1/2/0")));
        let cursor = WebhookDeliveryCursor::parse("2026-01-15T23:59:59.999Z~org_1/2/0").unwrap();
        assert_eq!((cursor.sk.as_str(), day_of(cursor.at).as_str()), (key.sk.as_str(), "2026-01-15"));
        assert_eq!(cursor.to_string(), "2026-01-15T23:59:59.999Z~org_1/2/0");
        for text in ["", "2026-01-15T23:59:59.999Z", "yesterday~org_1/2/0"] {
            assert_eq!(WebhookDeliveryCursor::parse(text), None, "{text}");
        }
    }
}
