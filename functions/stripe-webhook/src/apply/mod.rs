//! Applies an event to its organizations.

mod link;
mod price;
mod record;
mod subscription_move;

use domain::org::{Org, Setup};
use jiff::Timestamp;
use store::Error;
use telemetry::{LogArea, Metric};

use crate::{App, event::ReceivedEvent, quarantine::incident_metric, review::Review};

/// An organization before and after an event.
type Change<'a> = (&'a Org, &'a Org);

impl App {
    /// Returns what the provisioning of an organization uses.
    fn setup(&self, now: Timestamp) -> Setup {
        self.steps.setup(self.entropy.project_id(now))
    }

    /// Commits a decision with `write`, and counts the changes.
    ///
    /// Quarantines an event that needs review before the write. After the write, the same event
    /// needs no new review, so a retry would never quarantine it.
    async fn commit<T>(
        &self,
        changes: &[Change<'_>],
        review: &Review,
        received: ReceivedEvent<'_>,
        write: impl Future<Output = Result<T, Error>>,
    ) -> Result<(), Error> {
        let now = received.now;
        if !review.is_empty() {
            self.quarantine_for_review(review, received).await?;
        }
        if let Err(error) = write.await {
            count_failure(changes, &error, now);
            return Err(error);
        }
        if review.has_conflict() {
            telemetry::count(Metric::EventConflict, 1, now);
        }
        changes.iter().for_each(|change| count(*change, now));
        Ok(())
    }
}

/// Counts the incidents and the provisioning that a change contains. A repeated event causes no
/// change.
fn count((before, after): Change<'_>, now: Timestamp) {
    let known = &before.billing.incidents;
    for (event, (_, kind)) in &after.billing.incidents {
        if !known.contains_key(event) {
            telemetry::count(incident_metric(*kind), 1, now);
        }
    }
    if let (None, Some(provisioned)) = (&before.provisioned, &after.provisioned) {
        telemetry::count(Metric::Provisioned, 1, now);
        let trigger = provisioned.trigger.as_str();
        tracing::info!(area = %LogArea::Provisioning, organization = %after.id, trigger, "provisioned organization");
    }
}

/// Counts a failed write that would have provisioned an organization.
///
/// A conflict between writes does not count, because this function or Stripe tries again.
fn count_failure(changes: &[Change<'_>], error: &Error, now: Timestamp) {
    let provisions =
        changes.iter().any(|(before, after)| before.provisioned.is_none() && after.provisioned.is_some());
    if provisions && !matches!(error, Error::Conflict) {
        telemetry::count(Metric::ProvisioningFailed, 1, now);
    }
}
