//! Adds the fact of an event to its organization.

use domain::{billing::Conflict, id::OrgId, org::Org};
use store::{Error, Stored};
use telemetry::LogArea;

use crate::{
    App,
    event::{IngestOutcome, ReceivedEvent},
    review::Review,
};

impl App {
    /// Adds the fact. `linked` is the organization of the event's customer.
    pub(crate) async fn record(
        &self,
        before: &Stored<Org>,
        linked: Option<OrgId>,
        received: ReceivedEvent<'_>,
    ) -> Result<IngestOutcome, Error> {
        let ReceivedEvent { event, fact, now, .. } = received;
        let mut after = before.value.clone();
        if let (Some(customer), Some(linked)) = (&event.customer, linked)
            && linked != after.id
            && fact.subscription().is_none()
        {
            after.billing.note(Conflict::Customer { customer: customer.clone() });
        }
        after.record(fact, &self.prices, &self.setup(now), now);
        let review = Review::new(&before.value, &after, linked, received);
        let write = self.store.commit_org(before, &after, now);
        self.commit(&[(&before.value, &after)], &review, received, write).await?;
        if after == before.value {
            tracing::info!(area = %LogArea::Webhook, event = %event.id, organization = %after.id, "ignored event: no change");
            return Ok(IngestOutcome::Ignored);
        }
        Ok(IngestOutcome::Applied)
    }
}
