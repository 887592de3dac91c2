//! Source: docs.stripe.com, "The Charge object" and "The Dispute object".

use serde_json::{Value, json};

use super::{AMOUNT, CURRENCY, DAY, EventContext};

/// Builds a charge that was refunded in full. The charge has no metadata, because Onramp sets no
/// metadata on charges.
pub(in super::super) fn charge(context: &EventContext<'_>) -> Value {
    let mut charge = json!({
        "id": context.seed.id("ch"),
        "object": "charge",
        "amount": AMOUNT,
        "amount_captured": AMOUNT,
        "amount_refunded": AMOUNT,
        "application": null,
        "balance_transaction": context.seed.id("txn"),
        "billing_details": { "address": null, "email": "billing@example.com", "name": null, "phone": null },
        "captured": true,
        "created": context.now - DAY,
        "currency": CURRENCY,
        "customer": context.payer.customer,
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
        "payment_intent": context.seed.id("pi"),
        "payment_method": context.seed.id("pm"),
        "payment_method_details": {
            "card": { "brand": "visa", "country": "US", "exp_month": 12, "exp_year": 2034, "last4": "4242" },
            "type": "card",
        },
        "receipt_email": null,
        "refunded": true,
        "status": "succeeded",
    });
    if !context.basil {
        super::extend(&mut charge, json!({ "invoice": context.seed.id("in") }));
    }
    charge
}

/// Builds a dispute of a charge. It contains neither customer nor organization.
pub(in super::super) fn dispute(context: &EventContext<'_>) -> Value {
    json!({
        "id": context.seed.id("du"),
        "object": "dispute",
        "amount": AMOUNT,
        "balance_transactions": [],
        "charge": context.seed.id("ch"),
        "created": context.now,
        "currency": CURRENCY,
        "evidence_details": {
            "due_by": context.now + 7 * DAY,
            "has_evidence": false,
            "past_due": false,
            "submission_count": 0,
        },
        "is_charge_refundable": false,
        "livemode": false,
        "metadata": {},
        "payment_intent": context.seed.id("pi"),
        "payment_method_details": { "card": { "brand": "visa", "network_reason_code": "10.4" }, "type": "card" },
        "reason": "fraudulent",
        "status": "needs_response",
    })
}
