//! Publishes domain events for changes of organizations.
//!
//! The table's stream invokes this function with the old and the new image of an organization's
//! item. The domain derives the events from the two images.
//!
//! Invariant: a repeated invocation publishes the same events with the same ids, because an id
//! depends only on the change. Metrics about a change are derived from the same two images and
//! counted after its events are published. Metrics about an attempt, such as a sent email, come
//! from the function that made it.
//!
//! The function never reads or writes the table.
//!
//! Modules: `record` parses a stream record, `batch` publishes the events of a batch, `org_metrics`
//! counts the metrics of a change, and `config` reads the variables.

mod batch;
mod config;
mod org_metrics;
mod record;

use std::sync::Arc;

use boot::{ConfigErrors, Context, Handler};
use bus::Publisher;
use serde_json::value::to_raw_value;

use crate::{config::Config, record::BatchIn};

/// Starts the function and returns its handler.
///
/// # Errors
/// Lists every invalid variable.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let config = Config::read(&boot.env)?;
    let publisher = Arc::new(Publisher::new(&boot.aws.service("eventbridge"), config.bus));
    let clock = boot.clock;
    Ok(boot::handler(move |event| {
        let (publisher, clock) = (Arc::clone(&publisher), clock.clone());
        async move {
            let batch: BatchIn =
                serde_json::from_str(event.payload.get()).map_err(telemetry::JsonError::from)?;
            Ok(to_raw_value(&batch::publish(&publisher, &batch.records, clock.now()).await)?)
        }
    }))
}
