//! Prices of the plans for sale, as Stripe has them.

use domain::billing::{Currency, Interval, ListPrice, Money};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attributes::{Attributes, text, values},
    client::Store,
    error::{Corrupt, Error},
    keys::Key,
    schema::from_item,
    update::{Change, Only},
};

#[derive(Debug, Serialize, Deserialize)]
struct PriceItem {
    amount: u64,
    currency: String,
    interval: String,
    interval_count: u64,
    active: bool,
    /// When Stripe had the price like this, in whole seconds.
    as_of: At,
}

impl Store {
    /// Stores a price as Stripe had it at `as_of`, unless a newer state is stored. Returns whether
    /// it was stored.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn commit_price(&self, price: &ListPrice, as_of: Timestamp) -> Result<bool, Error> {
        let change = || {
            let item = serde_dynamo::to_item(PriceItem::new(price, as_of)).map_err(Corrupt::because)?;
            Ok(Change::between(&Attributes::new(), Attributes::new(), item))
        };
        let not_newer = "attribute_not_exists(as_of) OR as_of <= :as_of_now";
        let only = Only::If(not_newer, values([(":as_of_now", text(&At(as_of)))]));
        match self.change(&Key::price(&price.id), &only, change).await {
            Ok(()) => Ok(true),
            Err(Error::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl PriceItem {
    fn new(price: &ListPrice, as_of: Timestamp) -> Self {
        Self {
            amount: price.amount.amount,
            currency: price.amount.currency.as_str().to_owned(),
            interval: price.interval.as_str().to_owned(),
            interval_count: price.interval_count,
            active: price.active,
            as_of: At(as_of),
        }
    }
}

/// Decodes a price. Returns `None` and logs a warning if the item is corrupt, because a page works
/// without the price.
pub(crate) fn decode(id: &str, item: Attributes) -> Option<ListPrice> {
    let price = from_item(item).and_then(|item: PriceItem| {
        Ok(ListPrice {
            id: id.to_owned(),
            amount: Money {
                amount: item.amount,
                currency: Currency::parse(&item.currency).ok_or_else(|| Corrupt::because("currency"))?,
            },
            interval: Interval::parse(&item.interval).ok_or_else(|| Corrupt::because("interval"))?,
            interval_count: item.interval_count,
            active: item.active,
        })
    });
    price.inspect_err(|error| tracing::warn!(%error, price = id, "failed to decode price")).ok()
}
