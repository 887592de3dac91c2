//! The queue of events that could not be handled: whether one of SES's may be among them.

use aws_sdk_sqs::{Client, error::ProvideErrorMetadata, types::QueueAttributeName};

/// The counts that together cover every message of a queue: waiting, taken by a person who sends it again, delayed.
const COUNTS: [QueueAttributeName; 3] = [
    QueueAttributeName::ApproximateNumberOfMessages,
    QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
    QueueAttributeName::ApproximateNumberOfMessagesDelayed,
];

/// The dead-letter queue.
#[derive(Debug)]
pub(crate) struct DeadLetters {
    pub(crate) client: Client,
    /// Without it, an event may always be outstanding: no email whose fate is unknown is sent again.
    pub(crate) url: Option<String>,
}

impl DeadLetters {
    /// Returns whether the queue holds anything. A count that is missing is not zero.
    ///
    /// # Errors
    /// The code of SQS's error.
    pub(crate) async fn holds_any(&self) -> Result<bool, String> {
        let Some(url) = &self.url else { return Ok(true) };
        let request =
            self.client.get_queue_attributes().queue_url(url).set_attribute_names(Some(COUNTS.into()));
        let response =
            request.send().await.map_err(|error| error.code().unwrap_or("no response").to_owned())?;
        let counts = response.attributes.unwrap_or_default();
        Ok(COUNTS.iter().any(|name| counts.get(name).is_none_or(|count| count != "0")))
    }
}
