//! Source: docs.stripe.com, "The Invoice object", and the changelog of "basil" for what moved under `parent`.

use super::{AMOUNT, CURRENCY, DAY, MONTH, Scene, extend, price};
use serde_json::{Value, json};

/// What happened to an invoice, by its event type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum InvoiceState {
    /// Paid in full.
    Paid,
    /// An attempt to charge failed; another follows.
    Failed,
    /// The bank wants its customer to confirm.
    ActionRequired,
    /// Declared void.
    Voided,
    /// Given up.
    Uncollectible,
}

impl InvoiceState {
    fn status(self) -> &'static str {
        match self {
            InvoiceState::Paid => "paid",
            InvoiceState::Failed | InvoiceState::ActionRequired => "open",
            InvoiceState::Voided => "void",
            InvoiceState::Uncollectible => "uncollectible",
        }
    }
}

/// A month of the payer's subscription on a new invoice.
pub(in super::super) fn invoice(scene: &Scene<'_>, state: InvoiceState) -> Value {
    let id = scene.seed.id("in");
    let mut invoice = json!({
        "id": id,
        "object": "invoice",
        "account_country": "US",
        "account_name": "Onramp, local",
        "application": null,
        "automatic_tax": { "enabled": false, "liability": null, "status": null },
        "billing_reason": "subscription_cycle",
        "collection_method": "charge_automatically",
        "created": scene.now,
        "currency": CURRENCY,
        "customer": scene.payer.customer,
        "customer_email": "billing@example.com",
        "customer_name": null,
        "customer_tax_exempt": "none",
        "default_payment_method": null,
        "description": null,
        "discounts": [],
        "due_date": null,
        "effective_at": scene.now,
        "hosted_invoice_url": format!("https://invoice.stripe.com/i/{id}"),
        "invoice_pdf": format!("https://pay.stripe.com/invoice/{id}/pdf"),
        "last_finalization_error": null,
        "lines": {
            "object": "list",
            "data": [line(scene, &id)],
            "has_more": false,
            "total_count": 1,
            "url": format!("/v1/invoices/{id}/lines"),
        },
        "livemode": false,
        "metadata": {},
        "number": "LOCAL001-0001",
        "period_end": scene.now,
        "period_start": scene.now - MONTH,
        "test_clock": null,
        "webhooks_delivered_at": null,
    });
    extend(&mut invoice, progress(scene, state));
    extend(&mut invoice, if scene.basil { named_by_parent(scene) } else { named_directly(scene, state) });
    invoice
}

/// What is due, what was paid, and how far collecting has come.
fn progress(scene: &Scene<'_>, state: InvoiceState) -> Value {
    let paid = if state == InvoiceState::Paid { AMOUNT } else { 0 };
    let at = |moment: InvoiceState| (state == moment).then_some(scene.now);
    json!({
        "amount_due": AMOUNT,
        "amount_overpaid": 0,
        "amount_paid": paid,
        "amount_remaining": AMOUNT - paid,
        "amount_shipping": 0,
        "attempt_count": 1,
        "attempted": true,
        "auto_advance": matches!(state, InvoiceState::Failed | InvoiceState::ActionRequired),
        "ending_balance": 0,
        "next_payment_attempt": at(InvoiceState::Failed).map(|now| now + 3 * DAY),
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "status": state.status(),
        "status_transitions": {
            "finalized_at": scene.now,
            "marked_uncollectible_at": at(InvoiceState::Uncollectible),
            "paid_at": at(InvoiceState::Paid),
            "voided_at": at(InvoiceState::Voided),
        },
        "subtotal": AMOUNT,
        "subtotal_excluding_tax": AMOUNT,
        "total": AMOUNT,
        "total_discount_amounts": [],
        "total_excluding_tax": AMOUNT,
    })
}

/// How an invoice names its subscription from "basil" on.
fn named_by_parent(scene: &Scene<'_>) -> Value {
    json!({
        "parent": {
            "quote_details": null,
            "subscription_details": {
                "metadata": scene.payer.metadata(),
                "subscription": scene.payer.subscription,
            },
            "type": "subscription_details",
        },
        "total_taxes": [],
    })
}

/// How an invoice named its subscription, and its payment, before "basil".
fn named_directly(scene: &Scene<'_>, state: InvoiceState) -> Value {
    let paid = state == InvoiceState::Paid;
    json!({
        "charge": paid.then(|| scene.seed.id("ch")),
        "discount": null,
        "paid": paid,
        "paid_out_of_band": false,
        "payment_intent": scene.seed.id("pi"),
        "subscription": scene.payer.subscription,
        "subscription_details": { "metadata": scene.payer.metadata() },
        "tax": null,
        "total_tax_amounts": [],
    })
}

/// The invoice's one line: the month ahead. It repeats the subscription's metadata.
fn line(scene: &Scene<'_>, invoice: &str) -> Value {
    let item = scene.payer.subscription.replacen("sub_", "si_", 1);
    let mut line = json!({
        "id": scene.seed.id("il"),
        "object": "line_item",
        "amount": AMOUNT,
        "currency": CURRENCY,
        "description": "1 × Onramp (at $29.00 / month)",
        "discount_amounts": [],
        "discountable": true,
        "discounts": [],
        "invoice": invoice,
        "livemode": false,
        "metadata": scene.payer.metadata(),
        "period": { "start": scene.now, "end": scene.now + MONTH },
        "quantity": 1,
    });
    let subscribed = if scene.basil {
        json!({
            "parent": {
                "invoice_item_details": null,
                "subscription_item_details": {
                    "invoice_item": null,
                    "proration": false,
                    "proration_details": { "credited_items": null },
                    "subscription": scene.payer.subscription,
                    "subscription_item": item,
                },
                "type": "subscription_item_details",
            },
            "pricing": {
                "price_details": { "price": scene.price, "product": "prod_local_onramp" },
                "type": "price_details",
                "unit_amount_decimal": AMOUNT.to_string(),
            },
            "taxes": [],
        })
    } else {
        json!({
            "plan": price::plan(scene),
            "price": price::price(scene),
            "proration": false,
            "proration_details": { "credited_items": null },
            "subscription": scene.payer.subscription,
            "subscription_item": item,
            "tax_amounts": [],
            "tax_rates": [],
            "type": "subscription",
        })
    };
    extend(&mut line, subscribed);
    line
}
