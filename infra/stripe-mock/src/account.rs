//! Configuration of the mock's Stripe account.

use super::price::Price;

/// Configuration of the account: URLs, secret key, and prices.
#[derive(Debug, Clone)]
pub struct Account {
    /// Origin of the hosted pages, without a trailing slash.
    pub origin: String,
    /// URL of the account's only webhook endpoint.
    pub webhook: String,
    /// Secret key that every API request must contain.
    pub key: String,
    /// Price of the single-user plan.
    pub single: Price,
    /// Price of the team plan.
    pub team: Price,
}

impl Account {
    /// Returns the price with this id.
    pub(super) fn find_price(&self, id: &str) -> Option<&Price> {
        self.prices().into_iter().find(|price| price.id == id)
    }

    /// Returns the price with the id that a stored object contains. If this price is no longer
    /// configured, returns the team price.
    pub(super) fn price(&self, id: &str) -> &Price {
        self.find_price(id).unwrap_or(&self.team)
    }

    pub(super) fn prices(&self) -> [&Price; 2] {
        [&self.single, &self.team]
    }
}
