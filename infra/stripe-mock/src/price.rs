//! Prices of the account's two plans. Source: docs.stripe.com, "The Price object".

use serde_json::{Value, json};

use super::words;

/// Currency of both prices, and of all amounts of the mock.
pub(super) const CURRENCY: &str = "eur";

/// Monthly price of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// Stripe's id of the price, such as `price_local_team`.
    pub id: String,
    /// Plan name on the hosted pages.
    pub name: &'static str,
    /// Amount per unit and month, in cents.
    pub amount: i64,
}

impl Price {
    /// Creates the price of the single-user plan.
    pub fn single(id: &str) -> Self {
        Self { id: id.to_owned(), name: words::plan::SINGLE, amount: 900 }
    }

    /// Creates the price of the team plan.
    pub fn team(id: &str) -> Self {
        Self { id: id.to_owned(), name: words::plan::TEAM, amount: 2900 }
    }

    /// Returns the complete price object.
    pub(super) fn object(&self) -> Value {
        let mut object = self.facts();
        if let Some(fields) = object.as_object_mut() {
            let defaults = json!({
                "object": "price", "active": true, "billing_scheme": "per_unit", "livemode": false, "metadata": {},
                "recurring": { "interval": "month", "interval_count": 1, "usage_type": "licensed" }, "type": "recurring",
            });
            fields.extend(defaults.as_object().cloned().unwrap_or_default());
        }
        object
    }

    /// Returns the fields in which this price differs from the default price object.
    pub(super) fn facts(&self) -> Value {
        json!({
            "id": self.id,
            "currency": CURRENCY,
            "nickname": self.name,
            "unit_amount": self.amount,
            "unit_amount_decimal": self.amount.to_string(),
        })
    }

    /// Returns the fields in which the plan object of this price differs from the default plan
    /// object. A plan object is the older form of a price.
    pub(super) fn plan_facts(&self) -> Value {
        json!({
            "id": self.id,
            "currency": CURRENCY,
            "nickname": self.name,
            "amount": self.amount,
            "amount_decimal": self.amount.to_string(),
        })
    }
}

/// Formats an amount in cents, such as `€29.00`.
pub(super) fn money(cents: i64) -> String {
    format!("€{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::money;

    #[test]
    fn money_has_two_digits_of_cents() {
        for (cents, text) in [(0, "€0.00"), (5, "€0.05"), (900, "€9.00"), (2910, "€29.10")] {
            assert_eq!(money(cents), text);
        }
    }
}
