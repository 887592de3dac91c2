//! Source: docs.stripe.com, "The Charge object" and "The Dispute object".

use super::{AMOUNT, CURRENCY, DAY, Scene};
use serde_json::{Value, json};

/// A charge of the payer that was refunded in full. Our Checkout sets no metadata on charges.
pub(in super::super) fn charge(scene: &Scene<'_>) -> Value {
    let mut charge = json!({
        "id": scene.seed.id("ch"),
        "object": "charge",
        "amount": AMOUNT,
        "amount_captured": AMOUNT,
        "amount_refunded": AMOUNT,
        "application": null,
        "balance_transaction": scene.seed.id("txn"),
        "billing_details": { "address": null, "email": "billing@example.com", "name": null, "phone": null },
        "captured": true,
        "created": scene.now - DAY,
        "currency": CURRENCY,
        "customer": scene.payer.customer,
        "description": "Subscription update",
        "disputed": false,
        "failure_code": null,
        "failure_message": null,
        "fraud_details": {},
        "livemode": false,
        "metadata": {},
        "outcome": {
            "network_status": "approved_by_network",
            "reason": null,
            "risk_level": "normal",
            "seller_message": "Payment complete.",
            "type": "authorized",
        },
        "paid": true,
        "payment_intent": scene.seed.id("pi"),
        "payment_method": scene.seed.id("pm"),
        "payment_method_details": {
            "card": { "brand": "visa", "country": "US", "exp_month": 12, "exp_year": 2034, "last4": "4242" },
            "type": "card",
        },
        "receipt_email": null,
        "refunded": true,
        "status": "succeeded",
    });
    if !scene.basil {
        super::extend(&mut charge, json!({ "invoice": scene.seed.id("in") }));
    }
    charge
}

/// A dispute over a charge. It names neither customer nor organization.
pub(in super::super) fn dispute(scene: &Scene<'_>) -> Value {
    json!({
        "id": scene.seed.id("du"),
        "object": "dispute",
        "amount": AMOUNT,
        "balance_transactions": [],
        "charge": scene.seed.id("ch"),
        "created": scene.now,
        "currency": CURRENCY,
        "evidence_details": {
            "due_by": scene.now + 7 * DAY,
            "has_evidence": false,
            "past_due": false,
            "submission_count": 0,
        },
        "is_charge_refundable": false,
        "livemode": false,
        "metadata": {},
        "payment_intent": scene.seed.id("pi"),
        "payment_method_details": { "card": { "brand": "visa", "network_reason_code": "10.4" }, "type": "card" },
        "reason": "fraudulent",
        "status": "needs_response",
    })
}
