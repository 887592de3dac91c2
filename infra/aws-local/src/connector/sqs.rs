//! SQS: calls of functions and of developer tools.

use serde_json::{Value, json};

use super::{Cloud, reply::Reply};
use crate::{
    iam::Need,
    queues::QueueError,
    template::{ACCOUNT, REGION, name_of},
};

pub(super) struct SqsCall {
    pub(super) operation: String,
    request: Value,
}

impl SqsCall {
    pub(super) fn new(operation: &str, body: &[u8]) -> Self {
        Self { operation: operation.to_owned(), request: serde_json::from_slice(body).unwrap_or_default() }
    }

    pub(super) fn needs(&self) -> Vec<Need> {
        let arn = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{}", self.queue());
        vec![Need::new(format!("sqs:{}", self.operation), arn)]
    }

    pub(super) fn perform(&self, cloud: &Cloud) -> Reply {
        match self.respond(cloud) {
            Ok(Some(body)) => Reply::ok(&body),
            Ok(None) => Reply::json(400, "com.amazonaws.sqs#UnsupportedOperation", &self.operation),
            Err(error) => Reply::json(400, error.code(), "The request is invalid."),
        }
    }

    /// Performs the call. Returns `None` for an unsupported operation.
    fn respond(&self, cloud: &Cloud) -> Result<Option<Value>, QueueError> {
        let (queues, queue, receipt) = (&cloud.queues, self.queue(), self.text("ReceiptHandle"));
        Ok(Some(match self.operation.as_str() {
            "GetQueueAttributes" => {
                // The list of dead letters replaces a queue without messages of its own.
                let (visible, invisible) =
                    queues.counts(queue).unwrap_or_else(|_| (cloud.dead_letters.in_queue(), 0));
                json!({ "Attributes": {
                    "ApproximateNumberOfMessages": visible.to_string(),
                    "ApproximateNumberOfMessagesNotVisible": invisible.to_string(),
                    "ApproximateNumberOfMessagesDelayed": "0",
                } })
            }
            "SendMessage" => {
                let delay = self.number("DelaySeconds").unwrap_or(0);
                json!({ "MessageId": queues.send(queue, self.text("MessageBody"), delay)? })
            }
            "ReceiveMessage" => {
                let max = self.number("MaxNumberOfMessages").unwrap_or(1);
                let max = usize::try_from(max).map_err(|_| QueueError::InvalidParameter)?;
                let received = queues.receive(queue, max)?.into_iter().map(|message| {
                    json!({ "MessageId": message.id, "ReceiptHandle": message.receipt, "Body": message.body,
                        "Attributes": message.attributes() })
                });
                json!({ "Messages": received.collect::<Vec<_>>() })
            }
            "DeleteMessage" => {
                queues.delete(queue, receipt)?;
                json!({})
            }
            "ChangeMessageVisibility" => {
                let seconds = self.number("VisibilityTimeout").ok_or(QueueError::InvalidParameter)?;
                queues.change_visibility(queue, receipt, seconds)?;
                json!({})
            }
            "StartMessageMoveTask" => {
                let destination = Some(name_of(self.text("DestinationArn"))).filter(|name| !name.is_empty());
                queues.move_messages(name_of(self.text("SourceArn")), destination)?;
                json!({ "TaskHandle": sim::random::uuid() })
            }
            _ => return Ok(None),
        }))
    }

    fn queue(&self) -> &str {
        name_of(self.text("QueueUrl"))
    }

    fn text(&self, name: &str) -> &str {
        self.request.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.request.get(name).and_then(Value::as_i64)
    }
}

/// Performs a call of a developer's tool. Returns the HTTP status and the body.
pub(super) fn call(cloud: &Cloud, operation: &str, body: &[u8]) -> (u16, String) {
    SqsCall::new(operation, body).perform(cloud).into_parts()
}
