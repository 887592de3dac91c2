//! Stores events that have no organization yet, or that an operator must review.

use domain::{
    billing::{CustomerId, FactKind, IncidentKind},
    secret::Hash,
};
use jiff::Timestamp;
use store::{Error, Parked, QuarantinedEvent};
use stripe::{EventError, VerifiedBody};
use telemetry::{LogArea, Metric};

use crate::{
    App,
    event::{IngestOutcome, ReceivedEvent},
    review::{Review, returned_payment},
};

impl App {
    /// Parks an event until its customer is linked.
    pub(crate) async fn park(
        &self,
        customer: &CustomerId,
        received: ReceivedEvent<'_>,
    ) -> Result<IngestOutcome, Error> {
        let ReceivedEvent { event, fact, body, now } = received;
        let text = String::from_utf8_lossy(body.bytes()).into_owned();
        let parked = Parked { event: event.id.clone(), body: text };
        let may_concern_us = event.names_any_organization() || fact.has_plan_price(&self.prices);
        if self.store.park(customer, &parked, may_concern_us, now).await? {
            telemetry::count(Metric::EventParked, 1, now);
        }
        Ok(IngestOutcome::Parked)
    }

    /// Quarantines an event that cannot be parsed.
    pub(crate) async fn quarantine_malformed(
        &self,
        error: &EventError,
        body: VerifiedBody<'_>,
        now: Timestamp,
    ) -> Result<IngestOutcome, Error> {
        let id = error.event().map_or_else(|| Hash::of(&[body.bytes()]).to_string(), ToString::to_string);
        let reason = error.to_string();
        let item = QuarantinedEvent {
            id: &id,
            reason: &reason,
            body: body.bytes(),
            kind: None,
            organizations: None,
        };
        if self.store.quarantine(&item, now).await? {
            telemetry::count(Metric::EventQuarantined, 1, now);
        }
        tracing::error!(area = %LogArea::Webhook, event = %id, reason, "quarantined malformed event");
        Ok(IngestOutcome::Quarantined)
    }

    /// Quarantines an event about a payment, such as a dispute, that names no customer and no known
    /// organization.
    pub(crate) async fn quarantine_unattributed(
        &self,
        received: ReceivedEvent<'_>,
    ) -> Result<IngestOutcome, Error> {
        let ReceivedEvent { event, fact, body, now } = received;
        let incident = match fact.what {
            FactKind::Incident { kind, .. } => Some(kind),
            _ => None,
        };
        let (kind, reason) = match incident.map(|kind| returned_payment(event, kind)) {
            Some(Some((kind, reason))) => (Some(kind), reason),
            Some(None) => return Ok(IngestOutcome::Ignored),
            None => (None, "names no customer".to_owned()),
        };
        let id = fact.event.as_str();
        let item = QuarantinedEvent { id, reason: &reason, body: body.bytes(), kind, organizations: None };
        if self.store.quarantine(&item, now).await? {
            incident.into_iter().for_each(|kind| telemetry::count(incident_metric(kind), 1, now));
        }
        tracing::warn!(area = %LogArea::Webhook, event = %fact.event, "quarantined event without customer");
        Ok(IngestOutcome::Unattributed)
    }

    /// Quarantines an event that an operator must review.
    pub(crate) async fn quarantine_for_review(
        &self,
        review: &Review,
        received: ReceivedEvent<'_>,
    ) -> Result<(), Error> {
        let (event, reason, organizations) = (&received.event.id, review.to_string(), review.organizations());
        let item = QuarantinedEvent {
            id: event.as_str(),
            reason: &reason,
            body: received.body.bytes(),
            kind: review.kind(),
            organizations: Some(&organizations),
        };
        self.store.quarantine(&item, received.now).await?;
        tracing::warn!(area = %LogArea::Webhook, %event, reason, "quarantined event for review");
        Ok(())
    }
}

/// Returns the metric that counts returned payments.
pub(crate) const fn incident_metric(kind: IncidentKind) -> Metric {
    match kind {
        IncidentKind::Refunded => Metric::PaymentReturned,
        IncidentKind::Disputed => Metric::PaymentDisputed,
    }
}
