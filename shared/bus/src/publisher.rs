use aws_sdk_eventbridge::{Client, error::ProvideErrorMetadata, types::PutEventsRequestEntry};
use aws_smithy_types::DateTime;
use aws_types::SdkConfig;

use crate::outgoing::{Outgoing, SOURCE};

/// The most entries of one `PutEvents` (EventBridge API reference).
const MAX_ENTRIES: usize = 10;

/// Puts domain events on a bus.
#[derive(Clone, Debug)]
pub struct Publisher {
    client: Client,
    bus: String,
}

/// Publishing stopped at an event. Those before it are on the bus; those after it may be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {first} was not published: {code}")]
pub struct Unpublished {
    /// The index of the first event that is not on the bus.
    pub first: usize,
    /// The bus's code for why, or what became of the request.
    pub code: String,
}

impl Publisher {
    /// A publisher for the bus of that name.
    #[must_use]
    pub fn new(config: &SdkConfig, bus: String) -> Self {
        Self { client: Client::new(config), bus }
    }

    /// Publishes events in their order.
    ///
    /// # Errors
    /// [`Unpublished`], with where to go on. A request that succeeds can still have refused some of its entries:
    /// each is looked at.
    pub async fn publish(&self, events: &[Outgoing]) -> Result<(), Unpublished> {
        for (index, chunk) in events.chunks(MAX_ENTRIES).enumerate() {
            let start = index * MAX_ENTRIES;
            let entries = chunk.iter().map(|event| self.entry(event)).collect();
            let answer =
                self.client.put_events().set_entries(Some(entries)).send().await.map_err(|error| {
                    let code = error.code().map_or_else(|| error.to_string(), str::to_owned);
                    Unpublished { first: start, code }
                })?;
            let refused = answer.entries().iter().position(|entry| entry.event_id().is_none());
            if answer.failed_entry_count() > 0 || refused.is_some() || answer.entries().len() < chunk.len() {
                let at = refused.unwrap_or(0);
                let code = answer
                    .entries()
                    .get(at)
                    .and_then(|entry| entry.error_code())
                    .unwrap_or("no reason given");
                return Err(Unpublished { first: start + at, code: code.to_owned() });
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
