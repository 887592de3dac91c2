//! What the account at Stripe holds before anything happens.

use super::price::Price;

/// The account: its key, its prices, and where its hosted pages are.
#[derive(Debug, Clone)]
pub struct Account {
    /// Where the hosted pages are reached, without a slash at the end.
    pub origin: String,
    /// Where its one webhook endpoint is.
    pub webhook: String,
    /// The secret key that calls must carry.
    pub key: String,
    /// The price for one person.
    pub single: Price,
    /// The price for a team.
    pub team: Price,
}

impl Account {
    /// The price of this id, if there is one.
    pub(super) fn find_price(&self, id: &str) -> Option<&Price> {
        self.prices().into_iter().find(|price| price.id == id)
    }

    /// The price of an object that exists. One whose id was taken out of the settings since is taken for a team's.
    pub(super) fn price(&self, id: &str) -> &Price {
        self.find_price(id).unwrap_or(&self.team)
    }

    /// Both prices.
    pub(super) fn prices(&self) -> [&Price; 2] {
        [&self.single, &self.team]
    }
}
