//! Plans and their Stripe prices.

use std::collections::BTreeSet;

/// A plan that an organization can buy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plan {
    /// Plan for one user.
    Single,
    /// Plan for a team.
    Team,
}

impl Plan {
    /// All plans, the smallest first.
    pub const ALL: [Self; 2] = [Self::Single, Self::Team];

    /// Returns the value in forms and stored items.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Team => "team",
        }
    }

    /// Parses a value of [`Self::as_str`].
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == value)
    }

    /// Returns the number of members that the plan allows; `None` without a limit.
    #[must_use]
    pub const fn seats(self) -> Option<usize> {
        match self {
            Self::Single => Some(1),
            Self::Team => None,
        }
    }
}

/// Stripe price ids of the plans.
///
/// A price at Stripe cannot change, so a new amount is a new price. A plan therefore keeps every
/// price that it ever had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    single: PlanPrices,
    team: PlanPrices,
}

/// The current price of a plan, and its former prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanPrices {
    current: String,
    former: Vec<String>,
}

impl PlanPrices {
    /// Parses price ids that are separated by commas, the current one first. Ignores white space
    /// around them. Returns `None` unless each id starts with `price_` and none is repeated.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut ids: Vec<String> = text.split(',').map(|id| id.trim().to_owned()).collect();
        let unique: BTreeSet<&String> = ids.iter().collect();
        let valid = |id: &String| {
            id.strip_prefix("price_").is_some_and(|rest| {
                !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            })
        };
        if unique.len() != ids.len() || !ids.iter().all(valid) {
            return None;
        }
        let current = ids.remove(0);
        Some(Self { current, former: ids })
    }

    fn contains(&self, price: &str) -> bool {
        self.current == price || self.former.iter().any(|former| former == price)
    }
}

impl Prices {
    /// Returns the prices of both plans. Returns `None` if a price belongs to both.
    #[must_use]
    pub fn new(single: PlanPrices, team: PlanPrices) -> Option<Self> {
        let shared = single.contains(&team.current) || team.former.iter().any(|id| single.contains(id));
        (!shared).then_some(Self { single, team })
    }

    /// Returns the price id with which a plan is sold.
    #[must_use]
    pub fn current(&self, plan: Plan) -> &str {
        &self.of(plan).current
    }

    /// Returns the plan of a current or former price id; `None` if the price is of no plan.
    #[must_use]
    pub fn plan(&self, price: &str) -> Option<Plan> {
        Plan::ALL.into_iter().find(|plan| self.of(*plan).contains(price))
    }

    /// Returns whether a plan is sold with this price id.
    #[must_use]
    pub fn sells(&self, price: &str) -> bool {
        Plan::ALL.into_iter().any(|plan| self.current(plan) == price)
    }

    const fn of(&self, plan: Plan) -> &PlanPrices {
        match plan {
            Plan::Single => &self.single,
            Plan::Team => &self.team,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn former_prices_keep_their_plan() {
        let of = |text| PlanPrices::parse(text).unwrap();
        let prices = Prices::new(of("price_new, price_old"), of("price_team")).unwrap();
        assert_eq!(prices.current(Plan::Single), "price_new");
        for (price, plan) in [
            ("price_new", Some(Plan::Single)),
            ("price_old", Some(Plan::Single)),
            ("price_team", Some(Plan::Team)),
            ("price_other", None),
            ("", None),
        ] {
            assert_eq!(prices.plan(price), plan, "{price}");
        }
        for text in ["", "price_", "prod_1", "price_a,", "price_a,price_a", "price_a b", "price_a;price_b"] {
            assert_eq!(PlanPrices::parse(text), None, "{text}");
        }
        assert_eq!(Prices::new(of("price_a,price_b"), of("price_c,price_b")), None);
    }
}
