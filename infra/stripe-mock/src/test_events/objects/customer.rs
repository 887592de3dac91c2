//! Source: docs.stripe.com, "The Customer object".

use serde_json::{Value, json};

use super::{CURRENCY, DAY, EventContext};

/// Builds the payer's customer object. A deletion event contains the last state of the customer.
pub(in super::super) fn customer(context: &EventContext<'_>) -> Value {
    json!({
        "id": context.payer.customer,
        "object": "customer",
        "address": null,
        "balance": 0,
        "created": context.now - DAY,
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
        "metadata": context.payer.metadata(),
        "name": null,
        "next_invoice_sequence": 2,
        "phone": null,
        "preferred_locales": [],
        "shipping": null,
        "tax_exempt": "none",
        "test_clock": null,
    })
}
