//! Subscription objects. Source: docs.stripe.com, "The Subscription object".

use serde_json::{Value, json};

use super::{CURRENCY, DAY, EventContext, MONTH, extend, price};

/// State of a subscription, by event type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum SubscriptionState {
    /// The subscription is new and paid.
    Created,
    /// A field changed, such as the period at a renewal.
    Updated,
    /// The trial ended without a payment method.
    Paused,
    /// The subscription is active again after a pause.
    Resumed,
    /// The subscription has ended.
    Deleted,
    /// The trial ends in three days.
    TrialWillEnd,
}

impl SubscriptionState {
    fn status(self) -> &'static str {
        match self {
            SubscriptionState::Created | SubscriptionState::Updated | SubscriptionState::Resumed => "active",
            SubscriptionState::Paused => "paused",
            SubscriptionState::Deleted => "canceled",
            SubscriptionState::TrialWillEnd => "trialing",
        }
    }
}

/// Start and end of a period, in seconds since 1970.
type Period = (i64, i64);

/// Builds the payer's subscription with one item. Since "basil", the period is a field of the item.
#[expect(clippy::too_many_lines, reason = "one JSON object with all fields that Stripe sends")]
pub(in super::super) fn subscription(context: &EventContext<'_>, state: SubscriptionState) -> Value {
    let trial: Option<Period> =
        (state == SubscriptionState::TrialWillEnd).then_some((context.now - 11 * DAY, context.now + 3 * DAY));
    let period = trial.unwrap_or((context.now, context.now + MONTH));
    let created = match state {
        SubscriptionState::Created => context.now,
        _ => trial.map_or(context.now - MONTH, |(start, _)| start),
    };
    let ended = (state == SubscriptionState::Deleted).then_some(context.now);
    let mut subscription = json!({
        "id": context.payer.subscription,
        "object": "subscription",
        "application": null,
        "automatic_tax": { "enabled": false, "liability": null },
        "billing_cycle_anchor": period.0,
        "cancel_at": null,
        "cancel_at_period_end": false,
        "canceled_at": ended,
        "cancellation_details": {
            "comment": null,
            "feedback": null,
            "reason": ended.map(|_| "cancellation_requested"),
        },
        "collection_method": "charge_automatically",
        "created": created,
        "currency": CURRENCY,
        "customer": context.payer.customer,
        "days_until_due": null,
        "default_payment_method": context.seed.id("pm"),
        "default_tax_rates": [],
        "description": null,
        "discounts": [],
        "ended_at": ended,
        "items": {
            "object": "list",
            "data": [item(context, created, period)],
            "has_more": false,
            "total_count": 1,
            "url": format!("/v1/subscription_items?subscription={}", context.payer.subscription),
        },
        // `null`, so that a described event never names an invoice without a payment.
        "latest_invoice": null,
        "livemode": false,
        "metadata": context.payer.metadata(),
        "next_pending_invoice_item_invoice": null,
        "pause_collection": null,
        "payment_settings": {
            "payment_method_options": null,
            "payment_method_types": null,
            "save_default_payment_method": "off",
        },
        "pending_setup_intent": null,
        "pending_update": null,
        "plan": price::plan(context),
        "quantity": 1,
        "schedule": null,
        "start_date": created,
        "status": state.status(),
        "test_clock": null,
        "trial_end": trial.map(|(_, end)| end),
        "trial_settings": { "end_behavior": { "missing_payment_method": "pause" } },
        "trial_start": trial.map(|(start, _)| start),
    });
    if !context.basil {
        extend(
            &mut subscription,
            json!({ "current_period_start": period.0, "current_period_end": period.1, "discount": null }),
        );
    }
    subscription
}

fn item(context: &EventContext<'_>, created: i64, period: Period) -> Value {
    let mut item = json!({
        "id": context.payer.subscription.replacen("sub_", "si_", 1),
        "object": "subscription_item",
        "billing_thresholds": null,
        "created": created,
        "discounts": [],
        "metadata": {},
        "plan": price::plan(context),
        "price": price::price(context),
        "quantity": 1,
        "subscription": context.payer.subscription,
        "tax_rates": [],
    });
    if context.basil {
        extend(&mut item, json!({ "current_period_start": period.0, "current_period_end": period.1 }));
    }
    item
}
