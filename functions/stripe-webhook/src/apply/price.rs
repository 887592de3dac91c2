//! Stores a changed price of a plan, for the plan page.

use domain::billing::ListPrice;
use jiff::Timestamp;
use store::Error;

use crate::{App, event::IngestOutcome};

impl App {
    /// Stores the price as an event of the time `created` reports it. Ignores a price with which no
    /// plan is sold, and an event that is older than the stored price.
    pub(crate) async fn update_price(
        &self,
        price: &ListPrice,
        created: Timestamp,
    ) -> Result<IngestOutcome, Error> {
        let applied = self.prices.sells(&price.id) && self.store.commit_price(price, created).await?;
        Ok(if applied { IngestOutcome::Applied } else { IngestOutcome::Ignored })
    }
}
