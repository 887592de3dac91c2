//! Price of a plan. Source: docs.stripe.com, "The Price object".

use serde_json::{Value, json};

use super::{AMOUNT, CURRENCY, DAY, EventContext};

/// Builds the monthly price of a plan.
pub(in super::super) fn price(context: &EventContext<'_>) -> Value {
    json!({
        "id": context.price,
        "object": "price",
        "active": true,
        "billing_scheme": "per_unit",
        "created": context.now - 400 * DAY,
        "currency": CURRENCY,
        "custom_unit_amount": null,
        "livemode": false,
        "lookup_key": null,
        "metadata": {},
        "nickname": null,
        "product": "prod_local_onramp",
        "recurring": {
            "interval": "month",
            "interval_count": 1,
            "meter": null,
            "trial_period_days": null,
            "usage_type": "licensed",
        },
        "tax_behavior": "unspecified",
        "tiers_mode": null,
        "transform_quantity": null,
        "type": "recurring",
        "unit_amount": AMOUNT,
        "unit_amount_decimal": AMOUNT.to_string(),
    })
}

/// Builds the same price as a plan object, which subscriptions still contain in addition.
pub(super) fn plan(context: &EventContext<'_>) -> Value {
    json!({
        "id": context.price,
        "object": "plan",
        "active": true,
        "amount": AMOUNT,
        "amount_decimal": AMOUNT.to_string(),
        "billing_scheme": "per_unit",
        "created": context.now - 400 * DAY,
        "currency": CURRENCY,
        "interval": "month",
        "interval_count": 1,
        "livemode": false,
        "metadata": {},
        "nickname": null,
        "product": "prod_local_onramp",
        "trial_period_days": null,
        "usage_type": "licensed",
    })
}
