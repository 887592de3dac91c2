//! Source: docs.stripe.com, "The Subscription object".

use super::{CURRENCY, DAY, MONTH, Scene, extend, price};
use serde_json::{Value, json};

/// What happened to a subscription, by its event type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum SubscriptionState {
    /// It began, and is paid for.
    Created,
    /// Something changed, such as its period at a renewal.
    Updated,
    /// Its trial ended without a payment method.
    Paused,
    /// It goes on.
    Resumed,
    /// It is over.
    Deleted,
    /// Its trial ends in three days.
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

/// Start and end in seconds since 1970.
type Period = (i64, i64);

/// The payer's subscription, with one item. From "basil" on the period lies on the item.
pub(in super::super) fn subscription(scene: &Scene<'_>, state: SubscriptionState) -> Value {
    let trial: Option<Period> =
        (state == SubscriptionState::TrialWillEnd).then_some((scene.now - 11 * DAY, scene.now + 3 * DAY));
    let period = trial.unwrap_or((scene.now, scene.now + MONTH));
    let began = match state {
        SubscriptionState::Created => scene.now,
        _ => trial.map_or(scene.now - MONTH, |(start, _)| start),
    };
    let over = (state == SubscriptionState::Deleted).then_some(scene.now);
    let mut subscription = json!({
        "id": scene.payer.subscription,
        "object": "subscription",
        "application": null,
        "automatic_tax": { "enabled": false, "liability": null },
        "billing_cycle_anchor": period.0,
        "cancel_at": null,
        "cancel_at_period_end": false,
        "canceled_at": over,
        "cancellation_details": {
            "comment": null,
            "feedback": null,
            "reason": over.map(|_| "cancellation_requested"),
        },
        "collection_method": "charge_automatically",
        "created": began,
        "currency": CURRENCY,
        "customer": scene.payer.customer,
        "days_until_due": null,
        "default_payment_method": scene.seed.id("pm"),
        "default_tax_rates": [],
        "description": null,
        "discounts": [],
        "ended_at": over,
        "items": {
            "object": "list",
            "data": [item(scene, began, period)],
            "has_more": false,
            "total_count": 1,
            "url": format!("/v1/subscription_items?subscription={}", scene.payer.subscription),
        },
        "latest_invoice": scene.seed.id("in"),
        "livemode": false,
        "metadata": scene.payer.metadata(),
        "next_pending_invoice_item_invoice": null,
        "pause_collection": null,
        "payment_settings": {
            "payment_method_options": null,
            "payment_method_types": null,
            "save_default_payment_method": "off",
        },
        "pending_setup_intent": null,
        "pending_update": null,
        "plan": price::plan(scene),
        "quantity": 1,
        "schedule": null,
        "start_date": began,
        "status": state.status(),
        "test_clock": null,
        "trial_end": trial.map(|(_, end)| end),
        "trial_settings": { "end_behavior": { "missing_payment_method": "pause" } },
        "trial_start": trial.map(|(start, _)| start),
    });
    if !scene.basil {
        extend(
            &mut subscription,
            json!({ "current_period_start": period.0, "current_period_end": period.1, "discount": null }),
        );
    }
    subscription
}

fn item(scene: &Scene<'_>, began: i64, period: Period) -> Value {
    let mut item = json!({
        "id": scene.payer.subscription.replacen("sub_", "si_", 1),
        "object": "subscription_item",
        "billing_thresholds": null,
        "created": began,
        "discounts": [],
        "metadata": {},
        "plan": price::plan(scene),
        "price": price::price(scene),
        "quantity": 1,
        "subscription": scene.payer.subscription,
        "tax_rates": [],
    });
    if scene.basil {
        extend(&mut item, json!({ "current_period_start": period.0, "current_period_end": period.1 }));
    }
    item
}
