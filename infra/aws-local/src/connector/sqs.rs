//! SQS: the number of messages in the dead-letter queue.

use serde_json::{Value, json};

use super::reply::Reply;
use crate::{
    dead_letters::DeadLetters,
    iam::Need,
    template::{ACCOUNT, REGION},
};

pub(super) struct SqsCall {
    pub(super) operation: String,
    queue: String,
}

impl SqsCall {
    pub(super) fn new(operation: &str, body: &[u8]) -> Self {
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        let url = request.get("QueueUrl").and_then(Value::as_str).unwrap_or_default();
        let queue = url.rsplit('/').next().unwrap_or_default().to_owned();
        Self { operation: operation.to_owned(), queue }
    }

    pub(super) fn needs(&self) -> Vec<Need> {
        let arn = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{}", self.queue);
        vec![Need::new(format!("sqs:{}", self.operation), arn)]
    }

    /// Performs the call on the dead-letter queue, the template's only queue.
    pub(super) fn perform(&self, dead_letters: &DeadLetters) -> Reply {
        match self.operation.as_str() {
            "GetQueueAttributes" => Reply::ok(&json!({ "Attributes": {
                "ApproximateNumberOfMessages": dead_letters.in_queue().to_string(),
                "ApproximateNumberOfMessagesNotVisible": "0",
                "ApproximateNumberOfMessagesDelayed": "0",
            } })),
            operation => Reply::json(400, "com.amazonaws.sqs#UnsupportedOperation", operation),
        }
    }
}
