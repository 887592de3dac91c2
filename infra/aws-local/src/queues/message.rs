//! A message of a queue, and the errors of SQS.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::template::{ACCOUNT, REGION};

/// A message with the state that SQS keeps for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Message {
    /// Message ID. It changes when the message moves to another queue by a move task.
    pub id: String,
    /// Text of the message.
    pub body: String,
    /// Time of arrival in its first queue.
    pub sent_at: Timestamp,
    /// Time from which a receive returns the message.
    pub visible_at: Timestamp,
    /// Number of receives so far.
    pub receives: u32,
    /// Time of the first receive.
    pub first_received_at: Option<Timestamp>,
    /// Handle of the newest receive.
    pub receipt: Option<String>,
    /// Queue from which the redrive policy moved the message. A message that a caller sent to the
    /// queue has none.
    pub source: Option<String>,
}

impl Message {
    /// Creates a message that becomes visible after `delay`.
    pub(super) fn new(body: String, now: Timestamp, delay: SignedDuration) -> Self {
        Self {
            id: sim::random::uuid(),
            body,
            sent_at: now,
            visible_at: now.checked_add(delay).unwrap_or(now),
            receives: 0,
            first_received_at: None,
            receipt: None,
            source: None,
        }
    }

    /// Marks the message as received until the visibility timeout ends.
    pub(super) fn receive(&mut self, now: Timestamp, visibility: SignedDuration) {
        self.receives += 1;
        self.first_received_at.get_or_insert(now);
        self.receipt = Some(sim::random::uuid());
        self.visible_at = now.checked_add(visibility).unwrap_or(Timestamp::MAX);
    }

    /// Returns the attributes of a received message (Amazon SQS API reference, "ReceiveMessage").
    pub fn attributes(&self) -> Value {
        let milliseconds = |at: Timestamp| at.as_millisecond().to_string();
        json!({
            "ApproximateReceiveCount": self.receives.to_string(),
            "SentTimestamp": milliseconds(self.sent_at),
            "SenderId": ACCOUNT,
            "ApproximateFirstReceiveTimestamp": milliseconds(self.first_received_at.unwrap_or(self.sent_at)),
        })
    }

    /// Returns the record that Lambda's event source mapping passes to a function.
    pub fn record(&self, queue: &str) -> Value {
        json!({
            "messageId": self.id,
            "receiptHandle": self.receipt,
            "body": self.body,
            "attributes": self.attributes(),
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"),
            "awsRegion": REGION,
        })
    }
}

/// Why SQS rejects a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueError {
    /// No queue has this name.
    DoesNotExist,
    /// The receipt handle belongs to no message, or the message was already visible again.
    NotInFlight,
    /// A parameter is missing or invalid.
    InvalidParameter,
}

impl QueueError {
    /// Returns the error type of the JSON protocol.
    pub fn code(self) -> &'static str {
        match self {
            Self::DoesNotExist => "com.amazonaws.sqs#QueueDoesNotExist",
            Self::NotInFlight => "com.amazonaws.sqs#MessageNotInflight",
            Self::InvalidParameter => "com.amazonaws.sqs#InvalidParameterValueException",
        }
    }
}
