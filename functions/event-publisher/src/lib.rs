//! The Lambda function `event-publisher`: publishes domain events for changes of organizations.
//!
//! The table's stream invokes this function with an organization's item before and after a change.
//! The domain derives the events from these two images.
//!
//! The metrics about a change also come from these two images. The function counts them after it
//! has published the events of the change. Metrics about an attempt, such as a sent email, come
//! from the function that made the attempt.
//!
//! # Invariant
//!
//! A repeated invocation publishes the same events with the same ids, because an id depends only on
//! the change.
//!
//! # What it never does
//!
//! The function never reads or writes the table.
//!
//! # Where to start
//!
//! - `batch`: publishes the events of a batch of stream records. Start here.
//! - `record`: derives the events and metrics of a stream record.
//! - `org_metrics`: counts the metrics of a change.
//! - `config`: reads the environment variables.

mod batch;
mod config;
mod org_metrics;
mod record;

use std::sync::Arc;

use event_bus::Publisher;
use runtime::{ConfigErrors, Context, Handler};
use serde_json::value::to_raw_value;
use store::StreamBatch;

use crate::config::Config;

/// Starts the function and returns its handler.
///
/// # Errors
/// Lists every invalid variable.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let config = Config::read(&boot.env)?;
    let publisher = Arc::new(Publisher::new(&boot.aws.service("eventbridge"), config.bus));
    let app_url: Arc<str> = config.app_url.into();
    let clock = boot.clock;
    Ok(runtime::handler(move |event| {
        let (publisher, app_url, clock) = (Arc::clone(&publisher), Arc::clone(&app_url), clock.clone());
        async move {
            let batch: StreamBatch<_> =
                serde_json::from_str(event.payload.get()).map_err(telemetry::JsonError::from)?;
            Ok(to_raw_value(&batch::publish(&publisher, &batch.records, &app_url, clock.now()).await)?)
        }
    }))
}
