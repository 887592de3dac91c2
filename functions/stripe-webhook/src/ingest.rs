//! Ingests one verified event: applies it, links its customer, parks it, or quarantines it.

use domain::{
    billing::{Conflict, CustomerId, EventId, Fact, FactKind, IncidentKind, ReviewKind, SubscriptionId},
    id::OrgId,
    org::Org,
};
use jiff::Timestamp;
use store::{CustomerLink, Error, EventContext, EventSubject, OrgChange, Parked, QuarantinedEvent, Stored};
use stripe::{Event, StripeEventKind, VerifiedBody};
use telemetry::{LogArea, Metric};

use crate::{
    App,
    review::{Review, opens_dispute, payment_sentence},
};

/// What happened to an event. In each case, the event does not need to be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IngestOutcome {
    /// The event's fact was added to the organization.
    Applied,
    /// The event's customer was linked to the organization.
    Linked,
    /// The event is parked until its customer is linked.
    Parked,
    /// The event names no customer and no known organization. It was quarantined for an operator.
    Unattributed,
    /// The event is malformed. It was quarantined for an operator.
    Quarantined,
    /// The event belongs to Stripe's other mode, or to a connected account. It has no effect.
    WrongMode,
    /// The event is irrelevant, or the organization already has its fact.
    Ignored,
}

impl IngestOutcome {
    /// Returns the value of `outcome` in responses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Linked => "linked",
            Self::Parked => "parked",
            Self::Unattributed => "unattributed",
            Self::Quarantined => "quarantined",
            Self::WrongMode => "wrong_mode",
            Self::Ignored => "ignored",
        }
    }
}

impl App {
    /// Ingests an event. An event that arrives again or out of order does not change the result.
    ///
    /// # Errors
    /// The event could not be stored, so its sender must send it again.
    pub async fn ingest(&self, body: VerifiedBody<'_>) -> Result<IngestOutcome, Error> {
        let now = self.clock.now();
        let event = match Event::parse(body) {
            Ok(event) => event,
            Err(error) => {
                let id = error.event().map_or_else(|| hash(body), ToString::to_string);
                let reason = error.to_string();
                let (kind, organizations) = (None, None);
                let item =
                    QuarantinedEvent { id: &id, reason: &reason, body: body.bytes(), kind, organizations };
                if self.store.quarantine(&item, now).await? {
                    telemetry::count(Metric::EventQuarantined, 1, now);
                }
                tracing::error!(
                    area = %LogArea::Webhook,
                    event = %id,
                    reason,
                    "quarantined malformed event"
                );
                return Ok(IngestOutcome::Quarantined);
            }
        };
        if event.livemode != self.live || event.account.is_some() {
            telemetry::count(Metric::EventWrongMode, 1, now);
            return Ok(IngestOutcome::WrongMode);
        }
        let Some(fact) = event.meaning.fact() else { return Ok(IngestOutcome::Ignored) };
        store::retry(|| async { Ok(self.apply(&event, fact, body, now).await) }).await
    }

    /// Attempts once to apply an event: loads the organizations, decides, and commits.
    async fn apply(
        &self,
        event: &Event,
        fact: &Fact,
        body: VerifiedBody<'_>,
        now: Timestamp,
    ) -> Result<IngestOutcome, Error> {
        let customer = event.customer.as_ref();
        let subject = EventSubject { customer, subscription: fact.subscription(), named: fact.names };
        let context = self.store.load_event_context(subject).await?;
        let Some(before) = &context.org else {
            let Some(customer) = customer else {
                return self.quarantine_unattributed(event, fact, body, now).await;
            };
            return self.park(event, fact, customer, body, now).await;
        };
        // A name that no organization has counts as no name.
        let fact = &Fact { names: fact.names.filter(|_| context.names_org), ..fact.clone() };
        if let (Some(former), Some(subscription)) = (&context.former, fact.subscription()) {
            return self.apply_move(subscription, [before, former], &context, fact, body, now).await;
        }
        if let (Some(customer), None) = (customer, context.link.org)
            && links(event, fact, before.value.id)
        {
            return self.link(customer, &context.link, before, event, fact, body, now).await;
        }
        let mut after = before.value.clone();
        if let (Some(customer), Some(linked)) = (customer, context.link.org)
            && linked != after.id
            && fact.subscription().is_none()
        {
            after.billing.note(Conflict::Customer { customer: customer.clone() });
        }
        after.record(fact, &self.prices, self.entropy.project_id(now), now);
        let review = Review::new(&before.value, &after, event, fact, context.link.org, now);
        self.quarantine(&review, &event.id, body, now).await?;
        let committed = self.store.commit_org(before, &after).await;
        committed.inspect_err(|error| count_failure(&before.value, &after, error, now))?;
        self.count(&before.value, &after, &review, now);
        if after == before.value {
            tracing::info!(area = %LogArea::Webhook, event = %event.id, organization = %after.id, "ignored event: no change");
            return Ok(IngestOutcome::Ignored);
        }
        Ok(IngestOutcome::Applied)
    }

    /// Parks an event until its customer is linked.
    async fn park(
        &self,
        event: &Event,
        fact: &Fact,
        customer: &CustomerId,
        body: VerifiedBody<'_>,
        now: Timestamp,
    ) -> Result<IngestOutcome, Error> {
        let text = String::from_utf8_lossy(body.bytes()).into_owned();
        let parked = Parked { event: event.id.clone(), body: text };
        let may_concern_us = event.names_any_organization() || fact.has_plan_price(&self.prices);
        if self.store.park(customer, &parked, may_concern_us, now).await? {
            telemetry::count(Metric::EventParked, 1, now);
        }
        Ok(IngestOutcome::Parked)
    }

    /// Applies an event of a subscription that belongs, or belonged, to another organization than
    /// the named one. One transaction writes both organizations, so the subscription counts for one
    /// of them only.
    async fn apply_move(
        &self,
        subscription: &SubscriptionId,
        [named, former]: [&Stored<Org>; 2],
        context: &EventContext,
        fact: &Fact,
        body: VerifiedBody<'_>,
        now: Timestamp,
    ) -> Result<IngestOutcome, Error> {
        let project = self.entropy.project_id(now);
        let mut left = former.value.clone();
        left.record(fact, &self.prices, project, now);
        let mut joined = named.value.clone();
        joined.record(fact, &self.prices, project, now);
        let linked_to = context.link.org.filter(|linked| *linked != joined.id);
        // The event may be older than the newest one that names the former organization.
        joined.billing.note_other(subscription, left.billing.mention(subscription), linked_to);
        let owner = if joined.billing.owns(subscription) { joined.id } else { left.id };
        let review = Review::moved(named, &joined, &left, subscription, fact, context.link.org, now);
        self.quarantine(&review, &fact.event, body, now).await?;
        let changes =
            [OrgChange { before: named, after: &joined }, OrgChange { before: former, after: &left }];
        let committed = self.store.commit_move(subscription, changes, context.moved_to, owner).await;
        committed.inspect_err(|error| count_failure(&named.value, &joined, error, now))?;
        self.count(&named.value, &joined, &review, now);
        self.count(&former.value, &left, &Review::default(), now);
        if joined == named.value && left == former.value {
            return Ok(IngestOutcome::Ignored);
        }
        Ok(IngestOutcome::Applied)
    }

    /// Links a customer to its organization. The same write applies this event and the customer's
    /// parked events.
    #[expect(clippy::too_many_arguments, reason = "the parts of one event and of its context")]
    async fn link(
        &self,
        customer: &CustomerId,
        link: &CustomerLink,
        before: &Stored<Org>,
        event: &Event,
        fact: &Fact,
        body: VerifiedBody<'_>,
        now: Timestamp,
    ) -> Result<IngestOutcome, Error> {
        let parked = self.store.load_parked(customer, link).await?;
        let released = parked.iter().filter_map(|parked| stripe::parked_fact(&parked.body));
        let (mut after, project) = (before.value.clone(), self.entropy.project_id(now));
        after.link_customer(customer, released.chain([fact.clone()]), &self.prices, project, now);
        // `linked` is the organization with the new link and without the new facts. The link alone
        // can reveal conflicts with older facts. The event is not quarantined for those conflicts,
        // which saves a write, because the operator's page of the organization shows them.
        let mut linked = before.value.clone();
        linked.billing.customer.clone_from(&after.billing.customer);
        let review = Review::new(&linked, &after, event, fact, None, now);
        self.quarantine(&review, &fact.event, body, now).await?;
        let committed = self.store.link_customer(customer, link, before, &after, &parked).await;
        committed.inspect_err(|error| count_failure(&before.value, &after, error, now))?;
        self.count(&before.value, &after, &review, now);
        Ok(IngestOutcome::Linked)
    }

    /// Quarantines the event for the operator if it needs review.
    ///
    /// Call this before the organization is written. After that write, the same event needs no new
    /// review, so a retry would never quarantine it.
    async fn quarantine(
        &self,
        review: &Review,
        event: &EventId,
        body: VerifiedBody<'_>,
        now: Timestamp,
    ) -> Result<(), Error> {
        if review.is_empty() {
            return Ok(());
        }
        let (reason, organizations) = (review.to_string(), review.organizations());
        let item = QuarantinedEvent {
            id: event.as_str(),
            reason: &reason,
            body: body.bytes(),
            kind: review.kind(),
            organizations: Some(&organizations),
        };
        self.store.quarantine(&item, now).await?;
        tracing::warn!(area = %LogArea::Webhook, %event, reason, "quarantined event for review");
        Ok(())
    }

    /// Quarantines an event about a payment, such as a dispute, that names no customer and no known
    /// organization.
    async fn quarantine_unattributed(
        &self,
        event: &Event,
        fact: &Fact,
        body: VerifiedBody<'_>,
        now: Timestamp,
    ) -> Result<IngestOutcome, Error> {
        let (kind, reason) = match fact.what {
            FactKind::Incident { kind: IncidentKind::Disputed, .. } if !opens_dispute(event) => {
                return Ok(IngestOutcome::Ignored);
            }
            FactKind::Incident { kind: IncidentKind::Disputed, .. } => {
                (Some(ReviewKind::Dispute), payment_sentence(event, "disputed"))
            }
            FactKind::Incident { kind: IncidentKind::Refunded, .. } => {
                (Some(ReviewKind::Refund), payment_sentence(event, "refunded"))
            }
            _ => (None, "names no customer".to_owned()),
        };
        let id = fact.event.as_str();
        let item = QuarantinedEvent { id, reason: &reason, body: body.bytes(), kind, organizations: None };
        if self.store.quarantine(&item, now).await?
            && let FactKind::Incident { kind, .. } = fact.what
        {
            telemetry::count(metric(kind), 1, now);
        }
        tracing::warn!(area = %LogArea::Webhook, event = %fact.event, "quarantined event without customer");
        Ok(IngestOutcome::Unattributed)
    }

    /// Counts the changes that this event caused. A repeated event causes no change.
    fn count(&self, before: &Org, after: &Org, review: &Review, now: Timestamp) {
        if review.has_conflict() {
            telemetry::count(Metric::EventConflict, 1, now);
        }
        let known = &before.billing.incidents;
        for (event, (_, kind)) in &after.billing.incidents {
            if !known.contains_key(event) {
                telemetry::count(metric(*kind), 1, now);
            }
        }
        if let (None, Some(provisioned)) = (&before.provisioned, &after.provisioned) {
            telemetry::count(Metric::Provisioned, 1, now);
            let trigger = provisioned.trigger.as_str();
            tracing::info!(area = %LogArea::Provisioning, organization = %after.id, trigger, "provisioned organization");
        }
    }
}

fn provisions(before: &Org, after: &Org) -> bool {
    before.provisioned.is_none() && after.provisioned.is_some()
}

/// Counts a failed write that would have provisioned the organization.
///
/// A conflict between writes does not count, because this function or Stripe tries again.
fn count_failure(before: &Org, after: &Org, error: &Error, now: Timestamp) {
    if provisions(before, after) && !matches!(error, Error::Conflict) {
        telemetry::count(Metric::ProvisioningFailed, 1, now);
    }
}

const fn metric(kind: IncidentKind) -> Metric {
    match kind {
        IncidentKind::Refunded => Metric::PaymentReturned,
        IncidentKind::Disputed => Metric::PaymentDisputed,
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

/// Returns the id under which a body without an event id is quarantined.
fn hash(body: VerifiedBody<'_>) -> String {
    domain::secret::Hash::of(&[body.bytes()]).to_string()
}
