//! Plans and their Stripe prices.

/// A plan that an organization can buy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Plan for one user.
    Single,
    /// Plan for a team.
    Team,
}

impl Plan {
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
        [Self::Single, Self::Team].into_iter().find(|it| it.as_str() == value)
    }
}

/// Stripe price ids of the plans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    /// Price id of [`Plan::Single`].
    pub single: String,
    /// Price id of [`Plan::Team`].
    pub team: String,
}

impl Prices {
    /// Returns the price id of a plan.
    #[must_use]
    pub fn of(&self, plan: Plan) -> &str {
        match plan {
            Plan::Single => &self.single,
            Plan::Team => &self.team,
        }
    }

    /// Returns the plan of a price id; `None` if the price is not a configured one.
    #[must_use]
    pub fn plan(&self, price: &str) -> Option<Plan> {
        [Plan::Single, Plan::Team].into_iter().find(|plan| self.of(*plan) == price)
    }
}
