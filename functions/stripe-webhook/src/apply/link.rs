//! Links the customer of an event to its organization.

use domain::{billing::CustomerId, org::Org};
use store::{CustomerLink, Error, Stored};

use crate::{
    App,
    event::{IngestOutcome, ReceivedEvent},
    review::Review,
};

impl App {
    /// Links the customer. The same write applies this event and the customer's parked events.
    pub(crate) async fn link(
        &self,
        customer: &CustomerId,
        link: &CustomerLink,
        before: &Stored<Org>,
        received: ReceivedEvent<'_>,
    ) -> Result<IngestOutcome, Error> {
        let now = received.now;
        let parked = self.store.load_parked(customer, link).await?;
        let released = parked.iter().filter_map(|parked| stripe::parked_fact(&parked.body));
        let facts = released.chain([received.fact.clone()]);
        let mut after = before.value.clone();
        after.link_customer(customer, facts, &self.prices, &self.setup(now), now);
        // `linked` is the organization with the new link and without the new facts. The link alone
        // can reveal conflicts with older facts. The event is not quarantined for those conflicts,
        // which saves a write, because the operator's page of the organization shows them.
        let mut linked = before.value.clone();
        linked.billing.customer.clone_from(&after.billing.customer);
        let review = Review::new(&linked, &after, None, received);
        let write = self.store.link_customer(customer, link, before, &after, &parked, now);
        self.commit(&[(&before.value, &after)], &review, received, write).await?;
        Ok(IngestOutcome::Linked)
    }
}
