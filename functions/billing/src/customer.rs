//! An organization's customer at Stripe.

use domain::{billing::CustomerId, org::Org, secret::Hash};
use store::Error;
use stripe::client::{Client, NewCustomer};
use telemetry::LogArea;
use web::Problem;

use crate::{App, auth::AuthenticatedAdmin, errors};

/// For so many seconds a customer is made only once, whoever asks how often.
const ONCE_IN: i64 = 3600;

impl App {
    /// Who pays for the organization: made and linked now, where there is nobody yet. Answers the organization too, as
    /// it is then: a link may bring in what Stripe had told before.
    pub async fn ensure_customer(
        &self,
        stripe: &Client,
        caller: &AuthenticatedAdmin,
    ) -> Result<(CustomerId, Org), Problem> {
        let org = &caller.org.value;
        let linked = org.billing.linked_payer();
        if let Some(payer) = org.billing.payer()
            && (linked == Some(payer) || !self.belongs_to_another(payer, org).await?)
        {
            return Ok((payer.clone(), org.clone()));
        }
        if let Some(linked) = linked {
            return Ok((linked.clone(), org.clone()));
        }
        let customer = self.create_customer(stripe, caller).await?;
        for attempt in 0..store::MAX_TRIES {
            match self.link(&customer, org).await {
                Err(Error::Conflict) => store::pause(attempt).await,
                linked => return linked.map_err(errors::from_store)?.ok_or_else(Problem::internal),
            }
        }
        Err(errors::from_store(Error::Conflict))
    }

    /// Whether a customer, whose subscription names this organization, is linked to another one. Metadata that somebody
    /// mixed up opens nobody else's portal.
    async fn belongs_to_another(&self, customer: &CustomerId, org: &Org) -> Result<bool, Problem> {
        let context = self.store.load_event_context(Some(customer), Some(org.id)).await;
        let linked = context.map_err(errors::from_store)?.link.org;
        Ok(linked.is_some_and(|linked| linked != org.id))
    }

    /// One try: load, decide, commit. `None` where the new customer belongs to somebody else, which only a person at
    /// Stripe's dashboard can bring about.
    async fn link(&self, customer: &CustomerId, org: &Org) -> Result<Option<(CustomerId, Org)>, Error> {
        let context = self.store.load_event_context(Some(customer), Some(org.id)).await?;
        let Some(before) = context.org else { return Ok(None) };
        if let Some(linked) = before.value.billing.linked_payer() {
            // Another tab was faster.
            return Ok(Some((linked.clone(), before.value.clone())));
        }
        if let Some(linked) = context.link.org {
            return Ok((linked == org.id).then(|| (customer.clone(), before.value)));
        }
        let waiting = self.store.load_parked(customer, &context.link).await?;
        let told = waiting.iter().filter_map(|parked| stripe::kept_fact(&parked.body));
        let (mut after, now) = (before.value.clone(), self.clock.now());
        after.link_customer(customer, told, self.entropy.project_id(now), now);
        after.update_plan(&self.config.prices, now);
        self.store.link_customer(customer, &context.link, &before, &after, &waiting).await?;
        Ok(Some((customer.clone(), after)))
    }

    /// The idempotency key stands for the organization, so two tabs make one customer. It also names what is sent,
    /// since Stripe refuses a key that comes with something else, and the hour, since Stripe repeats its own failures
    /// under a key for a day; and the customer who is replaced, since one that was made and deleted within that hour
    /// would be answered again.
    async fn create_customer(
        &self,
        stripe: &Client,
        caller: &AuthenticatedAdmin,
    ) -> Result<CustomerId, Problem> {
        let org = &caller.org.value;
        let (name, email) = (org.name.as_str(), caller.user.address.as_str());
        let customer = NewCustomer { organization: org.id, name, email };
        let replaced = org.billing.customer.as_ref().map_or("", CustomerId::as_str);
        let hour = self.clock.now().as_second() / ONCE_IN;
        let key = Hash::of(&[
            b"customer",
            org.id.to_string().as_bytes(),
            name.as_bytes(),
            email.as_bytes(),
            replaced.as_bytes(),
            &hour.to_be_bytes(),
        ]);
        match stripe.create_customer(&customer, &key.to_string()).await {
            Ok(made) => {
                tracing::info!(area = %LogArea::Billing, organization = %org.id, customer = %made, "customer made");
                Ok(made)
            }
            Err(error) => Err(self.stripe_refused(&error).await),
        }
    }
}
