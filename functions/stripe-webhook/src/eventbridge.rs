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

/// Returns the Stripe event in an EventBridge envelope, or `None` if the payload is no EventBridge
/// envelope.
///
/// For an envelope from a source other than Stripe, returns an empty body, which is never a valid
/// event. The EventBridge rule already excludes other sources, so this is a second check.
pub fn stripe_event(payload: &str) -> Option<Vec<u8>> {
    let event = BusEvent::parse(payload)?;
    let from_stripe = event.source.starts_with("aws.partner/stripe.com");
    Some(if from_stripe { event.detail.get().as_bytes().to_vec() } else { Vec::new() })
}

/// Ingests the event. After an error, Lambda tries again, and then moves the event to the
/// dead-letter queue.
pub async fn ingest(app: &App, body: &[u8]) -> InvocationResult {
    if body.is_empty() {
        tracing::warn!(area = %LogArea::Webhook, "ignored event: unexpected EventBridge source");
        return Ok(to_raw_value(&json!({ "outcome": "ignored" }))?);
    }
    let outcome = app.ingest(VerifiedBody::from_trusted_source(body)).await?;
    Ok(to_raw_value(&json!({ "outcome": outcome.as_str() }))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_stripe_source_is_accepted() {
        let envelope = |source| {
            json!({ "source": source, "detail-type": "invoice.paid", "time": "2026-01-15T09:00:00Z",
                "detail": { "id": "evt_1" } })
            .to_string()
        };
        let stripe = stripe_event(&envelope("aws.partner/stripe.com/ed_1"));
        assert_eq!(stripe.as_deref(), Some(br#"{"id":"evt_1"}"#.as_slice()));
        assert_eq!(stripe_event(&envelope("aws.partner/evil.com")), Some(Vec::new()));
        assert_eq!(stripe_event(r#"{"version":"2.0","routeKey":"$default"}"#), None);
    }
}
