//! Source: docs.stripe.com, "The Checkout Session object".

use serde_json::{Value, json};

use super::{AMOUNT, CURRENCY, DAY, EventContext};

/// Builds a complete session in mode `subscription`, as Onramp creates it.
pub(in super::super) fn checkout_session(context: &EventContext<'_>) -> Value {
    json!({
        "id": context.seed.id("cs_test"),
        "object": "checkout.session",
        "after_expiration": null,
        "allow_promotion_codes": null,
        "amount_subtotal": AMOUNT,
        "amount_total": AMOUNT,
        "automatic_tax": { "enabled": false, "liability": null, "status": null },
        "billing_address_collection": null,
        "cancel_url": null,
        "client_reference_id": context.payer.organization,
        "consent": null,
        "created": context.now - 60,
        "currency": CURRENCY,
        "custom_fields": [],
        "customer": context.payer.customer,
        "customer_creation": null,
        "customer_details": {
            "address": { "city": null, "country": "US", "line1": null, "line2": null, "postal_code": "94107", "state": null },
            "email": "billing@example.com",
            "name": "Local Payer",
            "phone": null,
            "tax_exempt": "none",
            "tax_ids": [],
        },
        "customer_email": null,
        "expires_at": context.now + DAY,
        "invoice": context.seed.id("in"),
        "livemode": false,
        "locale": null,
        "metadata": context.payer.metadata(),
        "mode": "subscription",
        "payment_intent": null,
        "payment_link": null,
        "payment_method_collection": "always",
        "payment_method_types": ["card"],
        "payment_status": "paid",
        "phone_number_collection": { "enabled": false },
        "setup_intent": null,
        "shipping_cost": null,
        "status": "complete",
        "subscription": context.payer.subscription,
        "success_url": "http://localhost:8484/billing/return",
        "total_details": { "amount_discount": 0, "amount_shipping": 0, "amount_tax": 0 },
        "ui_mode": "hosted",
        "url": null,
    })
}
