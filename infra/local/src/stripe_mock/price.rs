//! The two prices of the account. Source: docs.stripe.com, "The Price object".

use serde_json::{Value, json};

/// The currency of both prices, and so of everything else.
pub(super) const CURRENCY: &str = "eur";

/// What a month costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// Its id, `price_…`.
    pub id: String,
    /// What people read.
    pub name: &'static str,
    /// Cents of a month.
    pub amount: i64,
}

impl Price {
    /// The price for one person.
    pub fn single(id: &str) -> Self {
        Self { id: id.to_owned(), name: "Single user", amount: 900 }
    }

    /// The price for a team.
    pub fn team(id: &str) -> Self {
        Self { id: id.to_owned(), name: "Team", amount: 2900 }
    }

    /// The price, as it is asked for by its id.
    pub(super) fn object(&self) -> Value {
        let mut object = self.facts();
        if let Some(fields) = object.as_object_mut() {
            let usual = json!({
                "object": "price", "active": true, "billing_scheme": "per_unit", "livemode": false, "metadata": {},
                "recurring": { "interval": "month", "interval_count": 1, "usage_type": "licensed" }, "type": "recurring",
            });
            fields.extend(usual.as_object().cloned().unwrap_or_default());
        }
        object
    }

    /// Where this price differs from the usual price object.
    pub(super) fn facts(&self) -> Value {
        json!({
            "id": self.id,
            "currency": CURRENCY,
            "nickname": self.name,
            "unit_amount": self.amount,
            "unit_amount_decimal": self.amount.to_string(),
        })
    }

    /// Where it differs from the usual plan object, its older form.
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

/// Cents as people read them: `€29.00`.
pub(super) fn money(cents: i64) -> String {
    format!("€{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::money;

    #[test]
    fn cents_are_written_with_two_digits() {
        for (cents, text) in [(0, "€0.00"), (5, "€0.05"), (900, "€9.00"), (2910, "€29.10")] {
            assert_eq!(money(cents), text);
        }
    }
}
