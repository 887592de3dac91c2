//! One invocation: the runs that are due, and the steps of each run.

use std::{convert::Infallible, time::Duration};

use domain::{
    id::OrgId,
    org::Org,
    provisioning::{Attempt, Call, Lease, RunEnd},
};
use event_bus::BusEvent;
use runtime::InvocationResult;
use serde::Deserialize;
use serde_json::{json, value::RawValue, value::to_raw_value};
use store::{Error, MailDue, RunSummary, Stored, process_due, retry};
use telemetry::{LogArea, Metric};
use tokio::time::Instant;

use crate::App;

/// Number of runs that are processed concurrently.
const CONCURRENCY: usize = 8;
/// Time after which an invocation starts no further call. A call in flight still ends before the
/// function's timeout.
const BUDGET: Duration = Duration::from_secs(20);

/// The part of a domain event that this function reads. The state is read from the table.
#[derive(Debug, Deserialize)]
struct DetailIn {
    organization_id: String,
}

/// The result of one attempt to continue a run.
enum Progress {
    /// A step ended. The next one may be due at once.
    StepEnded,
    /// Nothing is due now.
    Idle,
}

impl App {
    /// Handles an invocation by a domain event or by the schedule.
    pub(crate) async fn handle(&self, payload: &RawValue) -> InvocationResult {
        let end = Instant::now() + BUDGET;
        if let Some(org) = organization(payload) {
            let succeeded = self.process(org, end).await;
            return Ok(to_raw_value(&json!({ "found": 1, "failed": u8::from(!succeeded) }))?);
        }
        let due = self.store.runs_due(self.clock.now());
        let RunSummary { found, failed, query_error } =
            process_due(due, CONCURRENCY, end, |org| self.process(org, end)).await;
        if found > 0 {
            tracing::info!(area = %LogArea::Provisioning, found, failed, "continued due runs");
        }
        match query_error {
            // The other shards were processed, but the invocation counts as failed.
            Some(error) => Err(error.into()),
            None => {
                telemetry::count(Metric::ProvisionerRan, 1, self.clock.now());
                Ok(to_raw_value(&json!({ "found": found, "failed": failed }))?)
            }
        }
    }

    /// Continues a run until nothing is due, or until `end`. Returns whether every write succeeded.
    async fn process(&self, org: OrgId, end: Instant) -> bool {
        loop {
            match self.step(org).await {
                Ok(Progress::StepEnded) if Instant::now() < end => {}
                Ok(_) => return true,
                Err(error) => {
                    tracing::error!(
                        area = %LogArea::Provisioning, organization = %org, %error, "failed to continue run"
                    );
                    if let Error::Corrupt(_) = error
                        && let Err(error) = self.store.mark_corrupt(MailDue::Org(org), self.clock.now()).await
                    {
                        tracing::error!(
                            area = %LogArea::Provisioning, organization = %org, %error,
                            "failed to mark organization as corrupt"
                        );
                    }
                    return false;
                }
            }
        }
    }

    /// Claims the due call of a run, makes it, and records its result.
    async fn step(&self, org: OrgId) -> Result<Progress, Error> {
        let lease = Lease(hex::encode(self.entropy.bytes::<16>()));
        let Some((call, claimed)) = self.claim(org, &lease).await? else { return Ok(Progress::Idle) };
        let attempt = self.call(&call, &claimed).await;
        let ended = matches!(attempt, Attempt::Done(_) | Attempt::Rejected(_));
        self.record(org, &lease, &call, attempt).await?;
        Ok(if ended { Progress::StepEnded } else { Progress::Idle })
    }

    /// Claims the due call of a run, and returns it with the organization as it was written. A claim
    /// whose response was lost is recognized by its lease.
    async fn claim(&self, org: OrgId, lease: &Lease) -> Result<Option<(Call, Stored<Org>)>, Error> {
        retry(|| async {
            let now = self.clock.now();
            let Some(before) = self.store.load_org(org).await? else { return Ok(None) };
            if let Some(age) = before.value.run.as_ref().and_then(|run| run.age(now)) {
                telemetry::measure(Metric::ProvisioningRunAge, age, now);
            }
            if let Some(call) = before.value.run.as_ref().and_then(|run| run.claimed(lease)) {
                return Ok(Some((call, before)));
            }
            let mut after = before.value.clone();
            let call = after.change_run(now, |run| run.claim(lease, now)).flatten();
            let written = self.store.commit_org_as_stored(&before, &after, now).await?;
            log_end(&before.value, &after);
            Ok(call.map(|call| (call, written)))
        })
        .await
    }

    /// Records the result of a call.
    async fn record(&self, org: OrgId, lease: &Lease, call: &Call, attempt: Attempt) -> Result<(), Error> {
        let now = self.clock.now();
        if let Attempt::Again { cause, .. } | Attempt::Rejected(cause) = &attempt {
            telemetry::count(Metric::ProvisioningStepFailed, 1, now);
            tracing::warn!(
                area = %LogArea::Provisioning, organization = %org, step = %call.step,
                attempt = call.attempt, cause = cause.name(), "call of a provisioning step failed"
            );
        }
        let random = u64::from_be_bytes(self.entropy.bytes());
        let changed = self.store.change_org(org, now, |org| {
            let before = org.clone();
            org.change_run(now, |run| run.record(lease, attempt.clone(), random, now));
            Ok::<_, Infallible>((before, org.clone()))
        });
        if let Some(Ok((before, after))) = changed.await? {
            log_end(&before, &after);
        }
        Ok(())
    }
}

/// Logs a run that failed with this write.
fn log_end(before: &Org, after: &Org) {
    let end = |org: &Org| org.run.as_ref().and_then(|run| run.end.clone());
    if let (None, Some(RunEnd::Failed { step, .. })) = (end(before), end(after)) {
        tracing::error!(area = %LogArea::Provisioning, organization = %after.id, %step, "provisioning run failed");
    }
}

/// Returns the organization of a domain event. Returns `None` for an invocation by the schedule.
fn organization(payload: &RawValue) -> Option<OrgId> {
    let event = BusEvent::parse(payload.get())?;
    if event.source != event_bus::SOURCE {
        return None;
    }
    let detail: DetailIn = serde_json::from_str(event.detail.get()).ok()?;
    detail.organization_id.parse().ok()
}
