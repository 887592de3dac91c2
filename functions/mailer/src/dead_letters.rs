//! Checks the dead-letter queue, which can hold SES events that were not processed.

use aws_sdk_sqs::{Client, error::ProvideErrorMetadata, types::QueueAttributeName};

/// Attributes that together count all messages of a queue: visible, in flight, and delayed.
const COUNTS: [QueueAttributeName; 3] = [
    QueueAttributeName::ApproximateNumberOfMessages,
    QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
    QueueAttributeName::ApproximateNumberOfMessagesDelayed,
];

/// Client of the dead-letter queue.
#[derive(Debug)]
pub(crate) struct DeadLetters {
    pub(crate) client: Client,
    /// URL of the queue. `None` if no queue is configured. Without the queue, the function cannot
    /// rule out that an SES event is unprocessed. So it then never resends an email with unknown
    /// delivery.
    pub(crate) url: Option<String>,
}

impl DeadLetters {
    /// Returns whether the queue contains messages.
    ///
    /// Also returns `true` if no queue is configured or the response lacks a count.
    ///
    /// # Errors
    /// Returns the error code of SQS.
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

#[cfg(test)]
mod tests {
    use test_support::aws::{FaultKind, LocalAws};

    use super::*;

    #[tokio::test]
    async fn only_an_empty_queue_holds_no_messages() {
        let aws = LocalAws::at("2026-01-15T09:00:00Z");
        let context = aws.context("mailer");
        let client = Client::new(&context.aws.service("sqs"));
        let url = context.env.get("DEAD_LETTER_QUEUE_URL").map(str::to_owned);
        let empty = DeadLetters { client: client.clone(), url };
        assert_eq!(empty.holds_any().await, Ok(false));
        assert_eq!(DeadLetters { client, url: None }.holds_any().await, Ok(true));
        aws.fail("GetQueueAttributes", FaultKind::AccessDenied);
        empty.holds_any().await.unwrap_err();
    }
}
