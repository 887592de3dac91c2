//! Source: docs.stripe.com, "The Checkout Session object".

use super::{AMOUNT, CURRENCY, DAY, Scene};
use serde_json::{Value, json};

/// A finished session in which the payer subscribed, as our own Checkout opens it.
pub(in super::super) fn checkout_session(scene: &Scene<'_>) -> Value {
    json!({
        "id": scene.seed.id("cs_test"),
        "object": "checkout.session",
        "after_expiration": null,
        "allow_promotion_codes": null,
        "amount_subtotal": AMOUNT,
        "amount_total": AMOUNT,
        "automatic_tax": { "enabled": false, "liability": null, "status": null },
        "billing_address_collection": null,
        "cancel_url": null,
        "client_reference_id": scene.payer.organization,
        "consent": null,
        "created": scene.now - 60,
        "currency": CURRENCY,
        "custom_fields": [],
        "customer": scene.payer.customer,
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
        "expires_at": scene.now + DAY,
        "invoice": scene.seed.id("in"),
        "livemode": false,
        "locale": null,
        "metadata": scene.payer.metadata(),
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
        "subscription": scene.payer.subscription,
        "success_url": "http://localhost:8484/billing/return",
        "total_details": { "amount_discount": 0, "amount_shipping": 0, "amount_tax": 0 },
        "ui_mode": "hosted",
        "url": null,
    })
}
