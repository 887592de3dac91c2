//! Stripe's EventBridge destination: the same events, vouched for by the partner bus they come from.
//! Source: Stripe's documentation, "Send events to Amazon EventBridge".

use boot::InvocationResult;
use serde::Deserialize;
use serde_json::{json, value::RawValue, value::to_raw_value};
use stripe::VerifiedBody;
use telemetry::LogArea;

use crate::App;

#[derive(Deserialize)]
struct EnvelopeIn<'a> {
    source: String,
    #[serde(rename = "detail-type")]
    _detail_type: String,
    #[serde(borrow)]
    detail: &'a RawValue,
}

/// The Stripe event in an EventBridge envelope, if this is one. An envelope of any other source yields an empty body,
/// which no event is: the rule lets none through, and this is the second lock.
pub fn stripe_event(payload: &str) -> Option<Vec<u8>> {
    // Most events come over HTTP: those are not read twice.
    if !payload.contains(r#""detail-type""#) {
        return None;
    }
    let envelope: EnvelopeIn<'_> = serde_json::from_str(payload).ok()?;
    let ours = envelope.source.starts_with("aws.partner/stripe.com");
    Some(if ours { envelope.detail.get().as_bytes().to_vec() } else { Vec::new() })
}

/// Takes the event in. An error makes Lambda try again, and EventBridge after it.
pub async fn ingest(app: &App, body: &[u8]) -> InvocationResult {
    if body.is_empty() {
        tracing::warn!(area = %LogArea::Webhook, "an event of a source other than Stripe was left alone");
        return Ok(to_raw_value(&json!({ "outcome": "ignored" }))?);
    }
    let taken = app.ingest(VerifiedBody::from_trusted_source(body)).await?;
    Ok(to_raw_value(&json!({ "outcome": taken.as_str() }))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_stripes_own_source_is_believed() {
        let envelope = |source| {
            json!({ "source": source, "detail-type": "invoice.paid", "detail": { "id": "evt_1" } })
                .to_string()
        };
        let stripe = stripe_event(&envelope("aws.partner/stripe.com/ed_1"));
        assert_eq!(stripe.as_deref(), Some(br#"{"id":"evt_1"}"#.as_slice()));
        assert_eq!(stripe_event(&envelope("aws.partner/evil.com")), Some(Vec::new()));
        assert_eq!(stripe_event(r#"{"version":"2.0","routeKey":"$default"}"#), None);
    }
}
