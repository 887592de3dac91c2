//! Messages of the queue, and the webhooks that they become.

use event_bus::BusEvent;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Maximum length of an event's ID. It is a header value and a part of a key.
const MAX_ID_LENGTH: usize = 256;

/// The event of an SQS event source mapping (AWS Lambda guide, "Using Lambda with Amazon SQS").
#[derive(Debug, Deserialize)]
pub(crate) struct BatchIn {
    #[serde(rename = "Records")]
    pub(crate) records: Vec<RecordIn>,
}

/// A message as Lambda received it from the queue.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordIn {
    pub(crate) message_id: String,
    pub(crate) receipt_handle: String,
    /// The event as EventBridge delivered it.
    pub(crate) body: String,
    attributes: AttributesIn,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AttributesIn {
    approximate_receive_count: String,
    approximate_first_receive_timestamp: String,
}

impl RecordIn {
    /// Returns the number of receives, which is the number of this attempt, from 1.
    pub(crate) fn attempt(&self) -> u32 {
        self.attributes.approximate_receive_count.parse().unwrap_or(1)
    }

    /// Returns the time of the first attempt. If SQS sends none, `now` is the first attempt.
    pub(crate) fn first_at(&self, now: Timestamp) -> Timestamp {
        let milliseconds = self.attributes.approximate_first_receive_timestamp.parse();
        milliseconds.ok().and_then(|at| Timestamp::from_millisecond(at).ok()).unwrap_or(now)
    }
}

/// A domain event as a webhook.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Webhook {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) organization: Option<String>,
    /// The body. It depends only on the message, so every attempt has the same bytes.
    pub(crate) body: Vec<u8>,
}

/// The fields of an event's detail that this function reads.
#[derive(Debug, Deserialize)]
struct DetailIn {
    id: String,
    #[serde(default)]
    organization_id: Option<String>,
    #[serde(default)]
    occurred_at: Option<String>,
}

/// The body of a webhook (Standard Webhooks specification 1.0, "Payload structure").
#[derive(Debug, Serialize)]
struct WebhookOut<'a> {
    r#type: &'a str,
    timestamp: &'a str,
    data: &'a RawValue,
}

impl Webhook {
    /// Builds the webhook of a message. Returns `None` if the message is not a domain event.
    pub(crate) fn parse(message: &str) -> Option<Self> {
        let event = BusEvent::parse(message)?;
        let detail: DetailIn = serde_json::from_str(event.detail.get()).ok()?;
        let is_header = detail.id.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_header || !(1..=MAX_ID_LENGTH).contains(&detail.id.len()) {
            return None;
        }
        let timestamp = detail.occurred_at.as_deref().unwrap_or(&event.time);
        let body = WebhookOut { r#type: &event.detail_type, timestamp, data: event.detail };
        let body = serde_json::to_vec(&body).ok()?;
        Some(Self { id: detail.id, kind: event.detail_type, organization: detail.organization_id, body })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(detail: &str) -> String {
        format!(
            r#"{{"source":"onramp","detail-type":"trial.expired","time":"2026-01-15T09:00:01Z","detail":{detail}}}"#
        )
    }

    #[test]
    fn body_has_type_and_time_and_the_detail_as_it_is() {
        let detail = r#"{ "id":"org_1/2/0", "organization_id":"org_1","occurred_at":"2026-01-15T09:00:00Z","b":1,"a":1.10 }"#;
        let webhook = Webhook::parse(&event(detail)).unwrap();
        let expected =
            format!(r#"{{"type":"trial.expired","timestamp":"2026-01-15T09:00:00Z","data":{detail}}}"#);
        assert_eq!(String::from_utf8(webhook.body.clone()).unwrap(), expected);
        assert_eq!((webhook.id.as_str(), webhook.organization.as_deref()), ("org_1/2/0", Some("org_1")));
        assert_eq!(Webhook::parse(&event(detail)), Some(webhook));
    }

    #[test]
    fn message_that_is_no_domain_event_is_no_webhook() {
        let long = format!(r#"{{"id":"{}"}}"#, "x".repeat(257));
        for message in [
            "".to_owned(),
            "{}".to_owned(),
            event("[]"),
            event("{}"),
            event(r#"{"id":7}"#),
            event(r#"{"id":""}"#),
            event(r#"{"id":"a b"}"#),
            event(r#"{"id":"a\r\nb"}"#),
            event(&long),
        ] {
            assert_eq!(Webhook::parse(&message), None, "{message}");
        }
    }
}
