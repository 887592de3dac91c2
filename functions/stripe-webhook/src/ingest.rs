//! What becomes of one authentic event.

use domain::{
    billing::{Conflict, CustomerId, EventId, Fact, IncidentKind, What},
    id::OrgId,
    org::Org,
};
use jiff::Timestamp;
use store::{CustomerLink, Error, MAX_TRIES, Parked, QuarantinedEvent, Stored, pause};
use stripe::{Event, StripeEventKind, VerifiedBody};
use telemetry::{LogArea, Metric};

use crate::{App, conflicts::Conflicts};

/// Where an event ended up; durable in each case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IngestOutcome {
    /// What it says is in its organization.
    Applied,
    /// Its customer belongs to its organization from now on.
    Linked,
    /// It waits until its customer is linked.
    Parked,
    /// It names nobody and waits for a person.
    Unattributed,
    /// It cannot be read and waits for a person.
    Quarantined,
    /// It is of Stripe's other mode.
    WrongMode,
    /// It changes nothing: it does not concern us, or everything that it says is known.
    Ignored,
}

impl IngestOutcome {
    /// The word in answers and logs.
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
    /// Takes an event in. Repetition and order make no difference.
    ///
    /// # Errors
    /// It could not be made durable; whoever sent it has to send it again.
    pub async fn ingest(&self, body: VerifiedBody<'_>) -> Result<IngestOutcome, Error> {
        let now = self.clock.now();
        let event = match Event::parse(body) {
            Ok(event) => event,
            Err(unreadable) => {
                let id = unreadable.event().map_or_else(|| hash(body), ToString::to_string);
                let reason = unreadable.to_string();
                let filed = QuarantinedEvent { id: &id, reason: &reason, body: body.bytes(), conflict: None };
                if self.store.quarantine(&filed, now).await? {
                    telemetry::count(Metric::EventQuarantined, 1, now);
                }
                tracing::error!(area = %LogArea::Webhook, event = %id, reason = %unreadable, "event quarantined");
                return Ok(IngestOutcome::Quarantined);
            }
        };
        if event.livemode != self.live || event.account.is_some() {
            telemetry::count(Metric::EventWrongMode, 1, now);
            return Ok(IngestOutcome::WrongMode);
        }
        let Some(fact) = event.known.fact() else { return Ok(IngestOutcome::Ignored) };
        for attempt in 0..MAX_TRIES {
            match self.apply(&event, fact, body, now).await {
                Err(Error::Conflict) => pause(attempt).await,
                settled => return settled,
            }
        }
        Err(Error::Conflict)
    }

    /// One try: load, decide, commit.
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
            let Some(customer) = customer else { return self.keep_unattributed(fact, body, now).await };
            let text = String::from_utf8_lossy(body.bytes()).into_owned();
            let parked = Parked { event: event.id.clone(), body: text };
            if self.store.park(customer, &parked, named.is_some(), now).await? {
                telemetry::count(Metric::EventParked, 1, now);
            }
            return Ok(IngestOutcome::Parked);
        };
        if let (StripeEventKind::Checkout { named, .. }, Some(customer), None) =
            (&event.known, customer, context.link.org)
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
        self.file(&conflicts, &event.id, body, now).await?;
        let committed = self.store.commit_org(&before, &after).await;
        committed.inspect_err(|error| count_failure(&before.value, &after, error, now))?;
        self.count(&before.value, &after, &conflicts, now);
        if after == before.value {
            tracing::info!(area = %LogArea::Webhook, event = %event.id, organization = %after.id, "event changed nothing");
            return Ok(IngestOutcome::Ignored);
        }
        Ok(IngestOutcome::Applied)
    }

    /// Links a customer to its organization and applies everything that waited for it, in one write.
    async fn link(
        &self,
        customer: &CustomerId,
        link: &CustomerLink,
        before: &Stored<Org>,
        fact: &Fact,
        body: VerifiedBody<'_>,
        now: Timestamp,
    ) -> Result<IngestOutcome, Error> {
        let waiting = self.store.load_parked(customer, link).await?;
        let released = waiting.iter().filter_map(|parked| stripe::kept_fact(&parked.body));
        let mut after = before.value.clone();
        after.link_customer(customer, released.chain([fact.clone()]), self.entropy.project_id(now), now);
        after.update_plan(&self.prices, now);
        // What the link alone puts at odds with older facts is on the organization's page: linking costs no write more.
        let mut linked = before.value.clone();
        linked.billing.customer.clone_from(&after.billing.customer);
        let conflicts = Conflicts::new(&linked, &after, fact, None);
        self.file(&conflicts, &fact.event, body, now).await?;
        let committed = self.store.link_customer(customer, link, before, &after, &waiting).await;
        committed.inspect_err(|error| count_failure(&before.value, &after, error, now))?;
        self.count(&before.value, &after, &conflicts, now);
        Ok(IngestOutcome::Linked)
    }

    /// Files the event for the operator, if it shows conflicts that were not known. Before the organization shows them:
    /// of those that it shows, a repetition has nothing to file.
    async fn file(
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
        let filed = QuarantinedEvent {
            id: event.as_str(),
            reason: &reason,
            body: body.bytes(),
            conflict: Some(&organizations),
        };
        self.store.quarantine(&filed, now).await?;
        tracing::warn!(area = %LogArea::Webhook, %event, reason, "an event that shows a conflict was kept");
        Ok(())
    }

    /// Keeps an event for a person that tells of a payment and names neither a customer nor an organization, as a
    /// dispute does.
    async fn keep_unattributed(
        &self,
        fact: &Fact,
        body: VerifiedBody<'_>,
        now: Timestamp,
    ) -> Result<IngestOutcome, Error> {
        let reason = "names no customer";
        let filed = QuarantinedEvent { id: fact.event.as_str(), reason, body: body.bytes(), conflict: None };
        if self.store.quarantine(&filed, now).await?
            && let What::Incident { kind, .. } = fact.what
        {
            telemetry::count(metric(kind), 1, now);
        }
        tracing::warn!(area = %LogArea::Webhook, event = %fact.event, "an event that names no customer was kept");
        Ok(IngestOutcome::Unattributed)
    }

    /// Counts what this event brought about; a repetition brings about nothing.
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
            tracing::info!(area = %LogArea::Provisioning, organization = %after.id, trigger = "payment", "provisioned");
        }
    }
}

fn provisions(before: &Org, after: &Org) -> bool {
    before.provisioned.is_none() && after.provisioned.is_some()
}

/// Counts a write that was to provision and failed. A lost race is tried again, by Stripe at the latest.
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

/// What stands for a body without an id.
fn hash(body: VerifiedBody<'_>) -> String {
    domain::secret::Hash::of(&[body.bytes()]).to_string()
}
