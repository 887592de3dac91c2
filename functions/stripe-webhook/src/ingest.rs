//! Ingests one verified event: applies it, links its customer, parks it, or quarantines it.

use domain::{
    billing::{Conflict, CustomerId, EventId, Fact, FactKind, IncidentKind},
    id::OrgId,
    org::Org,
};
use jiff::Timestamp;
use store::{CustomerLink, Error, MAX_TRIES, Parked, QuarantinedEvent, Stored, pause};
use stripe::{Event, StripeEventKind, VerifiedBody};
use telemetry::{LogArea, Metric};

use crate::{App, conflicts::Conflicts};

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
                let item = QuarantinedEvent { id: &id, reason: &reason, body: body.bytes(), conflict: None };
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
        for attempt in 0..MAX_TRIES {
            match self.apply(&event, fact, body, now).await {
                Err(Error::Conflict) => pause(attempt).await,
                outcome => return outcome,
            }
        }
        Err(Error::Conflict)
    }

    /// Attempts once to apply an event: loads the organization, decides, and commits.
    async fn apply(
        &self,
        event: &Event,
        fact: &Fact,
        body: VerifiedBody<'_>,
        now: Timestamp,
    ) -> Result<IngestOutcome, Error> {
        let named = event.organization_id.as_deref().and_then(|id| id.parse::<OrgId>().ok());
        let customer = event.customer.as_ref();
        let context = self.store.load_event_context(customer, named).await?;
        let Some(before) = context.org else {
            let Some(customer) = customer else {
                return self.quarantine_unattributed(fact, body, now).await;
            };
            let text = String::from_utf8_lossy(body.bytes()).into_owned();
            let parked = Parked { event: event.id.clone(), body: text };
            if self.store.park(customer, &parked, named.is_some(), now).await? {
                telemetry::count(Metric::EventParked, 1, now);
            }
            return Ok(IngestOutcome::Parked);
        };
        if let (StripeEventKind::Checkout { named, .. }, Some(customer), None) =
            (&event.meaning, customer, context.link.org)
            && named.agreed().and_then(|id| id.parse().ok()) == Some(before.value.id)
        {
            return self.link(customer, &context.link, &before, fact, body, now).await;
        }
        let mut after = before.value.clone();
        if let (Some(customer), Some(linked)) = (customer, context.link.org)
            && linked != after.id
        {
            after.billing.note(Conflict::Customer { customer: customer.clone() });
        }
        after.record(fact, self.entropy.project_id(now), now);
        after.update_plan(&self.prices, now);
        let conflicts = Conflicts::new(&before.value, &after, fact, context.link.org);
        self.quarantine_conflicts(&conflicts, &event.id, body, now).await?;
        let committed = self.store.commit_org(&before, &after).await;
        committed.inspect_err(|error| count_failure(&before.value, &after, error, now))?;
        self.count(&before.value, &after, &conflicts, now);
        if after == before.value {
            tracing::info!(area = %LogArea::Webhook, event = %event.id, organization = %after.id, "ignored event: no change");
            return Ok(IngestOutcome::Ignored);
        }
        Ok(IngestOutcome::Applied)
    }

    /// Links a customer to its organization. The same write applies this event and the customer's
    /// parked events.
    async fn link(
        &self,
        customer: &CustomerId,
        link: &CustomerLink,
        before: &Stored<Org>,
        fact: &Fact,
        body: VerifiedBody<'_>,
        now: Timestamp,
    ) -> Result<IngestOutcome, Error> {
        let parked = self.store.load_parked(customer, link).await?;
        let released = parked.iter().filter_map(|parked| stripe::parked_fact(&parked.body));
        let mut after = before.value.clone();
        after.link_customer(customer, released.chain([fact.clone()]), self.entropy.project_id(now), now);
        after.update_plan(&self.prices, now);
        // `linked` is the organization with the new link and without the new facts. The link alone
        // can reveal conflicts with older facts. The event is not quarantined for those conflicts,
        // which saves a write, because the operator's page of the organization shows them.
        let mut linked = before.value.clone();
        linked.billing.customer.clone_from(&after.billing.customer);
        let conflicts = Conflicts::new(&linked, &after, fact, None);
        self.quarantine_conflicts(&conflicts, &fact.event, body, now).await?;
        let committed = self.store.link_customer(customer, link, before, &after, &parked).await;
        committed.inspect_err(|error| count_failure(&before.value, &after, error, now))?;
        self.count(&before.value, &after, &conflicts, now);
        Ok(IngestOutcome::Linked)
    }

    /// Quarantines the event for the operator if it causes new conflicts.
    ///
    /// Call this before the organization is written. After that write, the same event causes no new
    /// conflict, so a retry would never quarantine it.
    async fn quarantine_conflicts(
        &self,
        conflicts: &Conflicts,
        event: &EventId,
        body: VerifiedBody<'_>,
        now: Timestamp,
    ) -> Result<(), Error> {
        if conflicts.is_empty() {
            return Ok(());
        }
        let (reason, organizations) = (conflicts.to_string(), conflicts.organizations());
        let item = QuarantinedEvent {
            id: event.as_str(),
            reason: &reason,
            body: body.bytes(),
            conflict: Some(&organizations),
        };
        self.store.quarantine(&item, now).await?;
        tracing::warn!(area = %LogArea::Webhook, %event, reason, "quarantined conflicting event");
        Ok(())
    }

    /// Quarantines an event about a payment, such as a dispute, that names no customer and no known
    /// organization.
    async fn quarantine_unattributed(
        &self,
        fact: &Fact,
        body: VerifiedBody<'_>,
        now: Timestamp,
    ) -> Result<IngestOutcome, Error> {
        let reason = "names no customer";
        let item = QuarantinedEvent { id: fact.event.as_str(), reason, body: body.bytes(), conflict: None };
        if self.store.quarantine(&item, now).await?
            && let FactKind::Incident { kind, .. } = fact.what
        {
            telemetry::count(metric(kind), 1, now);
        }
        tracing::warn!(area = %LogArea::Webhook, event = %fact.event, "quarantined event without customer");
        Ok(IngestOutcome::Unattributed)
    }

    /// Counts the changes that this event caused. A repeated event causes no change.
    fn count(&self, before: &Org, after: &Org, conflicts: &Conflicts, now: Timestamp) {
        if !conflicts.is_empty() {
            telemetry::count(Metric::EventConflict, 1, now);
        }
        let known = &before.billing.incidents;
        for (event, (_, kind)) in &after.billing.incidents {
            if !known.contains_key(event) {
                telemetry::count(metric(*kind), 1, now);
            }
        }
        if provisions(before, after) {
            telemetry::count(Metric::Provisioned, 1, now);
            tracing::info!(area = %LogArea::Provisioning, organization = %after.id, trigger = "payment", "provisioned organization");
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

/// Returns the id under which a body without an event id is quarantined.
fn hash(body: VerifiedBody<'_>) -> String {
    domain::secret::Hash::of(&[body.bytes()]).to_string()
}
