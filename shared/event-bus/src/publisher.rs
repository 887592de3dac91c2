//! Publishes events with `PutEvents`.

use aws_sdk_eventbridge::{Client, error::ProvideErrorMetadata, types::PutEventsRequestEntry};
use aws_smithy_types::DateTime;
use aws_types::SdkConfig;

use crate::outgoing::{Outgoing, SOURCE};

/// Maximum number of entries per `PutEvents` request (EventBridge API reference).
const MAX_ENTRIES: usize = 10;

/// Publishes domain events to one event bus.
#[derive(Clone, Debug)]
pub struct Publisher {
    client: Client,
    bus: String,
}

/// An event could not be published. All events before it in the given order are on the bus. Events
/// after it may be on the bus too.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {first} was not published: {code}")]
pub struct PublishError {
    /// The index of the first event that is not on the bus.
    pub first: usize,
    /// The error code of EventBridge, or the error of the request.
    pub code: String,
}

impl Publisher {
    /// Creates a publisher for the event bus with a name or an ARN.
    #[must_use]
    pub fn new(config: &SdkConfig, bus: String) -> Self {
        Self { client: Client::new(config), bus }
    }

    /// Publishes events in their order.
    ///
    /// # Errors
    /// [`PublishError`] with the index of the first unpublished event. EventBridge can reject
    /// single entries of a successful request, so this method checks each entry.
    pub async fn publish(&self, events: &[Outgoing]) -> Result<(), PublishError> {
        for (index, chunk) in events.chunks(MAX_ENTRIES).enumerate() {
            let start = index * MAX_ENTRIES;
            let entries = chunk.iter().map(|event| self.entry(event)).collect();
            let output =
                self.client.put_events().set_entries(Some(entries)).send().await.map_err(|error| {
                    let code = error.code().map_or_else(|| error.to_string(), str::to_owned);
                    PublishError { first: start, code }
                })?;
            let rejected = output.entries().iter().position(|entry| entry.event_id().is_none());
            if output.failed_entry_count() > 0 || rejected.is_some() || output.entries().len() < chunk.len() {
                let at = rejected.unwrap_or(0);
                let code =
                    output.entries().get(at).and_then(|entry| entry.error_code()).unwrap_or("no error code");
                return Err(PublishError { first: start + at, code: code.to_owned() });
            }
        }
        Ok(())
    }

    fn entry(&self, event: &Outgoing) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .event_bus_name(&self.bus)
            .source(SOURCE)
            .detail_type(event.detail_type)
            .time(DateTime::from_secs(event.at.as_second()))
            .detail(&event.detail)
            .build()
    }
}
