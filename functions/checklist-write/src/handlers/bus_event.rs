//! Host events that arrive over the bus.

use event_bus::BusEvent;
use runtime::InvocationResult;
use serde_json::value::RawValue;

use crate::{
    App,
    handlers::completion::{commit_completions, count_ignored},
};

/// Completes the task that an event completes.
///
/// # Errors
/// [`store::Error`] if the table does not respond. Lambda retries, and then moves the event to the
/// dead-letter queue.
pub async fn bus_event(app: &App, event: &BusEvent<'_>) -> InvocationResult {
    match event_bus::parse_host_event(event, &app.config.host_source) {
        Ok(event) => {
            commit_completions(app, event.organization, &[event]).await?;
        }
        Err(why) => count_ignored(app, &why.to_string()),
    }
    Ok(RawValue::NULL.to_owned())
}
