//! Ingests one verified event. An event that arrives again or out of order does not change the
//! result.

use domain::{
    billing::{CustomerId, Fact, FactKind, SubscriptionId},
    id::OrgId,
    org::Org,
};
use store::{Error, EventContext, EventSubject, Stored};
use stripe::{Event, Mode, StripeEventKind, VerifiedBody};
use telemetry::Metric;

use crate::{
    App,
    event::{IngestOutcome, ReceivedEvent},
};

/// How an event takes effect.
enum Route<'a> {
    /// The event names no customer and no known organization. An operator must attribute it.
    Quarantine,
    /// The customer of the event has no organization yet.
    Park(&'a CustomerId),
    /// The event belongs to an organization.
    Record(&'a Stored<Org>),
    /// The event links its customer to an organization.
    Link(&'a CustomerId, &'a Stored<Org>),
    /// The event moves a subscription to another organization, the first of the two.
    Move(&'a SubscriptionId, [&'a Stored<Org>; 2]),
}

impl App {
    /// Parses an event and applies it.
    ///
    /// # Errors
    /// The event could not be stored, so its sender must send it again.
    pub async fn ingest(&self, body: VerifiedBody<'_>) -> Result<IngestOutcome, Error> {
        let now = self.clock.now();
        let event = match Event::parse(body) {
            Ok(event) => event,
            Err(error) => return self.quarantine_malformed(&error, body, now).await,
        };
        if event.livemode != (self.mode == Mode::Live) || event.account.is_some() {
            telemetry::count(Metric::EventWrongMode, 1, now);
            return Ok(IngestOutcome::WrongMode);
        }
        if let StripeEventKind::Price(price) = &event.meaning {
            return self.update_price(price, event.created).await;
        }
        let Some(fact) = event.meaning.fact() else { return Ok(IngestOutcome::Ignored) };
        let received = ReceivedEvent { event: &event, fact, body, now };
        store::retry(|| self.apply(received)).await
    }

    /// Attempts once to apply an event: loads the organizations, decides, and commits.
    async fn apply(&self, received: ReceivedEvent<'_>) -> Result<IngestOutcome, Error> {
        let ReceivedEvent { event, fact, .. } = received;
        let customer = event.customer.as_ref();
        let subject = EventSubject { customer, subscription: fact.subscription(), named: fact.names };
        let context = self.store.load_event_context(subject).await?;
        // A name that no organization has counts as no name.
        let fact = &Fact { names: fact.names.filter(|_| context.names_org), ..fact.clone() };
        let received = ReceivedEvent { fact, ..received };
        match route(&context, received) {
            Route::Quarantine => self.quarantine_unattributed(received).await,
            Route::Park(customer) => self.park(customer, received).await,
            Route::Record(org) => self.record(org, context.link.org, received).await,
            Route::Link(customer, org) => self.link(customer, &context.link, org, received).await,
            Route::Move(subscription, orgs) => {
                self.move_subscription(subscription, orgs, &context, received).await
            }
        }
    }
}

/// Decides how an event takes effect.
fn route<'a>(context: &'a EventContext, received: ReceivedEvent<'a>) -> Route<'a> {
    let ReceivedEvent { event, fact, .. } = received;
    let customer = event.customer.as_ref();
    let Some(org) = &context.org else { return customer.map_or(Route::Quarantine, Route::Park) };
    if let (Some(former), Some(subscription)) = (&context.former, fact.subscription()) {
        return Route::Move(subscription, [org, former]);
    }
    match customer {
        Some(customer) if context.link.org.is_none() && links(event, fact, org.value.id) => {
            Route::Link(customer, org)
        }
        _ => Route::Record(org),
    }
}

/// Returns whether an event links its customer to the organization `org`: a Checkout session whose
/// fields agree, or an event whose own metadata names the organization.
fn links(event: &Event, fact: &Fact, org: OrgId) -> bool {
    match (&event.meaning, &fact.what) {
        (StripeEventKind::Checkout { named, .. }, _) => {
            named.agreed().and_then(|id| id.parse().ok()) == Some(org)
        }
        (
            _,
            FactKind::Subscription { .. }
            | FactKind::Invoice { .. }
            | FactKind::Upcoming { .. }
            | FactKind::FinalizationFailed { .. },
        ) => fact.names == Some(org),
        _ => false,
    }
}
