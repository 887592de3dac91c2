//! Receives events from Stripe's EventBridge destination.
//!
//! The events are the same as over HTTP. They carry no signature, because the partner event bus
//! guarantees their source. Source: Stripe's documentation, "Send events to Amazon EventBridge".

use event_bus::BusEvent;
use runtime::InvocationResult;
use serde_json::{json, value::to_raw_value};
use stripe::VerifiedBody;
use telemetry::LogArea;

use crate::App;

/// Ingests the event. After an error, Lambda tries again, and then moves the event to the
/// dead-letter queue.
pub async fn ingest(app: &App, event: &BusEvent<'_>) -> InvocationResult {
    if !is_from_stripe(&event.source) {
        tracing::warn!(area = %LogArea::Webhook, "ignored event: unexpected EventBridge source");
        return Ok(to_raw_value(&json!({ "outcome": "ignored" }))?);
    }
    let body = VerifiedBody::from_trusted_source(event.detail.get().as_bytes());
    let outcome = app.ingest(body).await?;
    Ok(to_raw_value(&json!({ "outcome": outcome.as_str() }))?)
}

/// Returns whether Stripe sent the event. The EventBridge rule already excludes other sources, so
/// this is a second check.
fn is_from_stripe(source: &str) -> bool {
    source.starts_with("aws.partner/stripe.com")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_stripe_source_is_accepted() {
        for (source, accepted) in [("aws.partner/stripe.com/ed_1", true), ("aws.partner/evil.com", false)] {
            assert_eq!(is_from_stripe(source), accepted, "{source}");
        }
    }
}
