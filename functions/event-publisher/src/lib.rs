//! Changes of organizations become domain events on the bus.
//!
//! The table's stream wakes this function with an organization as it was and as it is; what happened in between is
//! the domain's to say. It reads nothing and writes nothing else, so it can be repeated without end: an event's id
//! comes from the change, and stays the same.

mod batch;
mod config;
mod org_metrics;
mod record;

use std::sync::Arc;

use boot::{ConfigErrors, Context, Handler};
use bus::Publisher;
use serde_json::value::to_raw_value;

use crate::{config::Config, record::BatchIn};

/// Starts the function.
///
/// # Errors
/// Every variable that is bad.
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
