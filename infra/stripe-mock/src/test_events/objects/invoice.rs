//! Invoice objects. Source: docs.stripe.com, "The Invoice object" and changelog "basil".

use serde_json::{Value, json};

use super::{AMOUNT, CURRENCY, DAY, EventContext, MONTH, extend, price};

/// State of an invoice, by event type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum InvoiceState {
    Paid,
    /// A payment attempt failed, and another one is scheduled.
    Failed,
    /// The bank requires a confirmation by the customer.
    ActionRequired,
    Voided,
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

/// Builds a new invoice for one month of the payer's subscription.
pub(in super::super) fn invoice(context: &EventContext<'_>, state: InvoiceState) -> Value {
    let id = context.seed.id("in");
    let mut invoice = json!({
        "id": id,
        "object": "invoice",
        "account_country": "US",
        "account_name": "Onramp, local",
        "application": null,
        "automatic_tax": { "enabled": false, "liability": null, "status": null },
        "billing_reason": "subscription_cycle",
        "collection_method": "charge_automatically",
        "created": context.now,
        "currency": CURRENCY,
        "customer": context.payer.customer,
        "customer_email": "billing@example.com",
        "customer_name": null,
        "customer_tax_exempt": "none",
        "default_payment_method": null,
        "description": null,
        "discounts": [],
        "due_date": null,
        "effective_at": context.now,
        "hosted_invoice_url": format!("https://invoice.stripe.com/i/{id}"),
        "invoice_pdf": format!("https://pay.stripe.com/invoice/{id}/pdf"),
        "last_finalization_error": null,
        "lines": {
            "object": "list",
            "data": [line(context, &id)],
            "has_more": false,
            "total_count": 1,
            "url": format!("/v1/invoices/{id}/lines"),
        },
        "livemode": false,
        "metadata": {},
        "number": "LOCAL001-0001",
        "period_end": context.now,
        "period_start": context.now - MONTH,
        "test_clock": null,
        "webhooks_delivered_at": null,
    });
    extend(&mut invoice, payment_fields(context, state));
    extend(
        &mut invoice,
        if context.basil {
            subscription_under_parent(context)
        } else {
            subscription_at_top_level(context, state)
        },
    );
    invoice
}

/// Returns the amounts, attempts, and status of an invoice.
fn payment_fields(context: &EventContext<'_>, state: InvoiceState) -> Value {
    let paid = if state == InvoiceState::Paid { AMOUNT } else { 0 };
    let at = |wanted: InvoiceState| (state == wanted).then_some(context.now);
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
            "finalized_at": context.now,
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

/// Returns the fields that refer to the subscription since "basil".
fn subscription_under_parent(context: &EventContext<'_>) -> Value {
    json!({
        "parent": {
            "quote_details": null,
            "subscription_details": {
                "metadata": context.payer.metadata(),
                "subscription": context.payer.subscription,
            },
            "type": "subscription_details",
        },
        "total_taxes": [],
    })
}

/// Returns the fields that referred to the subscription and the payment before "basil".
fn subscription_at_top_level(context: &EventContext<'_>, state: InvoiceState) -> Value {
    let paid = state == InvoiceState::Paid;
    json!({
        "charge": paid.then(|| context.seed.id("ch")),
        "discount": null,
        "paid": paid,
        "paid_out_of_band": false,
        "payment_intent": context.seed.id("pi"),
        "subscription": context.payer.subscription,
        "subscription_details": { "metadata": context.payer.metadata() },
        "tax": null,
        "total_tax_amounts": [],
    })
}

/// Builds the invoice's only line, for the next month, with the subscription's metadata.
fn line(context: &EventContext<'_>, invoice: &str) -> Value {
    let item = context.payer.subscription.replacen("sub_", "si_", 1);
    let mut line = json!({
        "id": context.seed.id("il"),
        "object": "line_item",
        "amount": AMOUNT,
        "currency": CURRENCY,
        "description": "1 × Onramp (at $29.00 / month)",
        "discount_amounts": [],
        "discountable": true,
        "discounts": [],
        "invoice": invoice,
        "livemode": false,
        "metadata": context.payer.metadata(),
        "period": { "start": context.now, "end": context.now + MONTH },
        "quantity": 1,
    });
    let version_fields = if context.basil {
        json!({
            "parent": {
                "invoice_item_details": null,
                "subscription_item_details": {
                    "invoice_item": null,
                    "proration": false,
                    "proration_details": { "credited_items": null },
                    "subscription": context.payer.subscription,
                    "subscription_item": item,
                },
                "type": "subscription_item_details",
            },
            "pricing": {
                "price_details": { "price": context.price, "product": "prod_local_onramp" },
                "type": "price_details",
                "unit_amount_decimal": AMOUNT.to_string(),
            },
            "taxes": [],
        })
    } else {
        json!({
            "plan": price::plan(context),
            "price": price::price(context),
            "proration": false,
            "proration_details": { "credited_items": null },
            "subscription": context.payer.subscription,
            "subscription_item": item,
            "tax_amounts": [],
            "tax_rates": [],
            "type": "subscription",
        })
    };
    extend(&mut line, version_fields);
    line
}
