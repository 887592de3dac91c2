//! Calls to SQS for the queue and its dead-letter queue.

use aws_sdk_sqs::{Client, error::ProvideErrorMetadata};
use aws_types::SdkConfig;

/// The queue of events, and its dead-letter queue.
#[derive(Debug)]
pub(crate) struct Queue {
    client: Client,
    url: String,
    dead_letters: String,
}

impl Queue {
    pub(crate) fn new(config: &SdkConfig, url: String, dead_letters: String) -> Self {
        Self { client: Client::new(config), url, dead_letters }
    }

    /// Makes a received message visible again after `seconds`.
    ///
    /// # Errors
    /// The error code of SQS.
    pub(crate) async fn retry_after(&self, receipt: &str, seconds: u64) -> Result<(), String> {
        let seconds = i32::try_from(seconds).unwrap_or(i32::MAX);
        let request = self.client.change_message_visibility().queue_url(&self.url);
        let sent = request.receipt_handle(receipt).visibility_timeout(seconds).send().await;
        sent.map(|_| ()).map_err(|error| code(&error))
    }

    /// Adds a message to the dead-letter queue.
    ///
    /// # Errors
    /// The error code of SQS.
    pub(crate) async fn give_up(&self, body: &str) -> Result<(), String> {
        let request = self.client.send_message().queue_url(&self.dead_letters).message_body(body);
        request.send().await.map(|_| ()).map_err(|error| code(&error))
    }
}

fn code(error: &impl ProvideErrorMetadata) -> String {
    error.code().unwrap_or("no response").to_owned()
}
