//! An object of a kind that has no builder of its own.

use super::Scene;
use serde_json::{Value, json};

/// The fields that nearly all of Stripe's objects have; its name is the event type without its last word.
pub(in super::super) fn generic(scene: &Scene<'_>, event_type: &str) -> Value {
    let name = event_type.rsplit_once('.').map_or(event_type, |(name, _)| name);
    json!({
        "id": scene.seed.id("obj"),
        "object": name,
        "created": scene.now,
        "customer": scene.payer.customer,
        "livemode": false,
        "metadata": scene.payer.metadata(),
    })
}
