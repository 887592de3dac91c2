//! Tests of the items of a subscription: price, amount, and interval.

use domain::billing::{Interval, Item, MAX_AMOUNT};

use super::{subscription::with, *};

/// Returns the item of a subscription with the price `price_team`, whose fields `price` replaces.
fn item(price: &Value, quantity: &Value) -> Item {
    let mut full = json!({ "id": "price_team", "billing_scheme": "per_unit", "currency": "eur",
        "unit_amount": 2900, "recurring": { "interval": "year", "interval_count": 1 } });
    full.as_object_mut().unwrap().extend(price.as_object().unwrap().clone());
    let items = json!({ "data": [{ "price": full, "quantity": quantity }] });
    with(&json!({ "items": items })).items.swap_remove(0)
}

#[test]
fn amount_is_that_of_a_price_per_unit() {
    for (price, quantity, amount, why) in [
        (json!({}), json!(1), eur(2900), "one unit"),
        (json!({}), json!(3), eur(8700), "three units"),
        (json!({}), Value::Null, eur(2900), "no quantity"),
        (json!({}), json!("3"), None, "a quantity that is not a number"),
        (json!({ "billing_scheme": null }), json!(1), eur(2900), "no scheme"),
        (json!({ "billing_scheme": "tiered" }), json!(1), None, "tiers"),
        (json!({ "recurring": { "usage_type": "licensed" } }), json!(1), eur(2900), "no usage"),
        (json!({ "recurring": { "usage_type": "metered" } }), json!(1), None, "usage"),
        (json!({ "transform_quantity": { "divide_by": 10 } }), json!(1), None, "packages"),
        (json!({ "unit_amount": null }), json!(1), None, "decimals"),
        (json!({ "unit_amount": MAX_AMOUNT / 3 }), json!(3), eur(MAX_AMOUNT), "the maximum"),
        (json!({ "unit_amount": MAX_AMOUNT.div_ceil(2) }), json!(2), None, "too much"),
        (json!({ "unit_amount": MAX_AMOUNT }), json!(u64::MAX), None, "an overflow"),
        (json!({ "currency": "e" }), json!(1), None, "no currency"),
    ] {
        assert_eq!(item(&price, &quantity).amount, amount, "{why}");
    }
}

#[test]
fn interval_is_that_of_a_price_for_one_period() {
    for (recurring, expected) in [
        (json!({ "interval": "year", "interval_count": 1 }), Some(Interval::Year)),
        (json!({ "interval": "month" }), Some(Interval::Month)),
        (json!({ "interval": "month", "interval_count": 3 }), None),
        (json!({ "interval": "month", "interval_count": "1" }), None),
        (json!({ "interval": "decade" }), None),
        (Value::Null, None),
    ] {
        assert_eq!(item(&json!({ "recurring": recurring }), &json!(1)).interval, expected, "{recurring}");
    }
}

#[test]
fn amount_is_fixed_without_discounts_and_taxes() {
    for (fields, fixed) in [
        (json!({}), true),
        (json!({ "discount": { "id": "di_1" } }), false),
        (json!({ "discounts": ["di_1"] }), false),
        (json!({ "discounts": [] }), true),
        (json!({ "default_tax_rates": [{ "id": "txr_1" }] }), false),
        (json!({ "automatic_tax": { "enabled": true } }), false),
        (json!({ "automatic_tax": { "enabled": false } }), true),
        (json!({ "items": { "data": [{}, { "discounts": ["di_1"] }] } }), false),
        (json!({ "items": { "data": [{}, { "tax_rates": [{ "id": "txr_1" }] }] } }), false),
    ] {
        assert_eq!(with(&fields).fixed_amount, fixed, "{fields}");
    }
}

#[test]
fn items_have_limits_and_skip_those_without_a_price() {
    let ids = |prices: &[&str]| -> Vec<String> {
        let items: Vec<_> = prices.iter().map(|price| json!({ "price": { "id": price } })).collect();
        with(&json!({ "items": { "data": items } })).items.into_iter().map(|item| item.price).collect()
    };
    assert_eq!(ids(&["price_1"; 21]), ["price_1"; 20]);
    let (longest, too_long) = ("p".repeat(255), "p".repeat(256));
    assert_eq!(ids(&["", &longest, &too_long]), [longest]);
}

#[test]
fn subscription_without_items_has_the_item_of_its_plan() {
    let end = CREATED + 9;
    let plan = |items: Value| {
        let fields = json!({ "items": items, "plan": { "id": "price_old" }, "current_period_end": end });
        with(&fields).items
    };
    let expected = |price: &str| Item { period_end: Some(at(end)), ..Item::of_price(price.to_owned()) };
    assert_eq!(plan(Value::Null), [expected("price_old")]);
    assert_eq!(plan(json!({ "data": [{ "plan": { "id": "price_1" } }] })), [expected("price_1")]);
    assert_eq!(with(&json!({ "items": null })).items, []);
}
