//! Parses the price of a plan for sale.
//!
//! Source: Stripe's API reference, "The Price object".

use domain::billing::{Interval, ListPrice, Money};

use crate::read::Json;

/// Maximum length of a price id, in bytes.
pub(crate) const MAX_PRICE_BYTES: usize = 255;

/// Parses a price. Returns `None` if it is not recurring, or if it has no fixed amount per unit.
pub(crate) fn list_price(object: Json<'_>) -> Option<ListPrice> {
    let count = object.at("/recurring/interval_count").map_or(Some(1), Json::whole)?;
    Some(ListPrice {
        id: object.text(&["/id"]).filter(|id| id.len() <= MAX_PRICE_BYTES)?.to_owned(),
        amount: unit_amount(object)?,
        interval: object.text(&["/recurring/interval"]).and_then(Interval::parse)?,
        interval_count: Some(count).filter(|count| *count > 0)?,
        active: object.flag("/active"),
    })
}

/// Returns the amount per unit of a price. Returns `None` if the price is not per unit, or if the
/// amount depends on the usage.
pub(crate) fn unit_amount(price: Json<'_>) -> Option<Money> {
    let per_unit = price.text(&["/billing_scheme"]).is_none_or(|scheme| scheme == "per_unit");
    let metered = price.text(&["/recurring/usage_type"]) == Some("metered");
    let whole = price.at("/transform_quantity").is_none();
    price.money(&["/unit_amount"]).filter(|_| per_unit && !metered && whole)
}

#[cfg(test)]
mod tests {
    use domain::billing::Currency;
    use serde_json::{Value, json};
    use webhook_signature::json::Tree;

    use super::*;

    #[test]
    fn only_recurring_price_with_a_fixed_amount_is_listed() {
        let price = |set: Value| {
            let mut price = json!({
                "id": "price_1", "object": "price", "active": true, "billing_scheme": "per_unit",
                "currency": "eur", "unit_amount": 2900,
                "recurring": { "interval": "month", "interval_count": 3, "usage_type": "licensed" },
            });
            price.as_object_mut().unwrap().extend(set.as_object().unwrap().clone());
            list_price(Json(&Tree::from(price)))
        };
        let expected = ListPrice {
            id: "price_1".to_owned(),
            amount: Money { amount: 2900, currency: Currency::parse("eur").unwrap() },
            interval: Interval::Month,
            interval_count: 3,
            active: true,
        };
        assert_eq!(price(json!({})), Some(expected.clone()));
        assert_eq!(price(json!({ "active": false })), Some(ListPrice { active: false, ..expected }));
        for other in [
            json!({ "recurring": null }),
            json!({ "recurring": { "interval": "month", "interval_count": 0 } }),
            json!({ "recurring": { "interval": "month", "usage_type": "metered" } }),
            json!({ "billing_scheme": "tiered" }),
            json!({ "transform_quantity": { "divide_by": 10, "round": "up" } }),
            json!({ "unit_amount": null, "unit_amount_decimal": "0.5" }),
            json!({ "currency": "euro" }),
            json!({ "id": "p".repeat(256) }),
        ] {
            assert_eq!(price(other.clone()), None, "{other}");
        }
    }
}
