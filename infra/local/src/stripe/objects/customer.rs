//! Source: docs.stripe.com, "The Customer object".

use super::{CURRENCY, DAY, Scene};
use serde_json::{Value, json};

/// The payer as a customer; the event of a deletion carries it as it last was.
pub(in super::super) fn customer(scene: &Scene<'_>) -> Value {
    json!({
        "id": scene.payer.customer,
        "object": "customer",
        "address": null,
        "balance": 0,
        "created": scene.now - DAY,
        "currency": CURRENCY,
        "default_source": null,
        "delinquent": false,
        "description": null,
        "discount": null,
        "email": "billing@example.com",
        "invoice_prefix": "LOCAL001",
        "invoice_settings": {
            "custom_fields": null,
            "default_payment_method": null,
            "footer": null,
            "rendering_options": null,
        },
        "livemode": false,
        "metadata": scene.payer.metadata(),
        "name": null,
        "next_invoice_sequence": 2,
        "phone": null,
        "preferred_locales": [],
        "shipping": null,
        "tax_exempt": "none",
        "test_clock": null,
    })
}
