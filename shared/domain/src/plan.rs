//! What is sold.

/// A plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// For one person.
    Single,
    /// For a team.
    Team,
}

impl Plan {
    /// The word in forms and stored items.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Team => "team",
        }
    }

    /// The plan of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Single, Self::Team].into_iter().find(|it| it.as_str() == word)
    }
}

/// The ids of the plans' prices at Stripe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    /// Of [`Plan::Single`].
    pub single: String,
    /// Of [`Plan::Team`].
    pub team: String,
}

impl Prices {
    /// The price of a plan.
    #[must_use]
    pub fn of(&self, plan: Plan) -> &str {
        match plan {
            Plan::Single => &self.single,
            Plan::Team => &self.team,
        }
    }

    /// The plan that a price is for, if it is one of ours.
    #[must_use]
    pub fn plan(&self, price: &str) -> Option<Plan> {
        [Plan::Single, Plan::Team].into_iter().find(|plan| self.of(*plan) == price)
    }
}
