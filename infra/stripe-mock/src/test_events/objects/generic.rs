//! Objects of event types that have no builder of their own.

use serde_json::{Value, json};

use super::EventContext;

/// Builds an object with the fields that nearly all of Stripe's objects have. The field `object`
/// contains the event type without its last part, for example `plan` for `plan.created`.
pub(in super::super) fn generic(context: &EventContext<'_>, event_type: &str) -> Value {
    let name = event_type.rsplit_once('.').map_or(event_type, |(name, _)| name);
    json!({
        "id": context.seed.id("obj"),
        "object": name,
        "created": context.now,
        "customer": context.payer.customer,
        "livemode": false,
        "metadata": context.payer.metadata(),
    })
}
