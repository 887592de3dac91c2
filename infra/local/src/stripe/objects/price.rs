//! The price of a subscription's one item. Source: docs.stripe.com, "The Price object".

use super::{AMOUNT, CURRENCY, DAY, Scene};
use serde_json::{Value, json};

/// The monthly price, as the items of subscriptions carry it.
pub(super) fn price(scene: &Scene<'_>) -> Value {
    json!({
        "id": scene.price,
        "object": "price",
        "active": true,
        "billing_scheme": "per_unit",
        "created": scene.now - 400 * DAY,
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

/// The same as a plan, which subscriptions still carry beside the price.
pub(super) fn plan(scene: &Scene<'_>) -> Value {
    json!({
        "id": scene.price,
        "object": "plan",
        "active": true,
        "amount": AMOUNT,
        "amount_decimal": AMOUNT.to_string(),
        "billing_scheme": "per_unit",
        "created": scene.now - 400 * DAY,
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
