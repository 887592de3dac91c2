//! The price of a plan for sale.

use super::{Interval, Money};

/// A recurring price as Stripe has it. It serves only the plans for sale. The amounts of a plan in
/// use come from the facts of its subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPrice {
    /// Id of the price, `price_…`.
    pub id: String,
    /// Amount per unit and billing period.
    pub amount: Money,
    /// Unit of the billing period.
    pub interval: Interval,
    /// Number of units in a billing period, at least 1.
    pub interval_count: u64,
    /// Whether Stripe sells the price. A Checkout with an archived price fails.
    pub active: bool,
}
