//! One invocation: the runs that are due, and the steps of each run.

use std::time::Duration;

use domain::{
    id::OrgId,
    provisioning::{Attempt, Call, Lease, RunEnd},
};
use event_bus::BusEvent;
use futures_util::StreamExt;
use runtime::InvocationResult;
use serde::Deserialize;
use serde_json::{json, value::RawValue, value::to_raw_value};
use store::{Error, MailDue, Stored, retry};
use telemetry::{LogArea, Metric};
use tokio::time::{Instant, sleep_until};

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
        let (found, failed, error) = due
            .take_until(sleep_until(end))
            .map(async |due| match due {
                Ok(org) => (1_u32, u32::from(!self.process(org, end).await), None),
                Err(error) => (0, 0, Some(error)),
            })
            .buffer_unordered(CONCURRENCY)
            .fold((0, 0, None::<Error>), async |sum, one| (sum.0 + one.0, sum.1 + one.1, sum.2.or(one.2)))
            .await;
        tracing::info!(area = %LogArea::Provisioning, found, failed, "processed due runs");
        match error {
            Some(error) => Err(error.into()),
            None => Ok(to_raw_value(&json!({ "found": found, "failed": failed }))?),
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
    async fn claim(
        &self,
        org: OrgId,
        lease: &Lease,
    ) -> Result<Option<(Call, Stored<domain::org::Org>)>, Error> {
        retry(|| async {
            let now = self.clock.now();
            let Some(before) = self.store.load_org(org).await? else { return Ok(None) };
            if let Some(call) = before.value.run.as_ref().and_then(|run| run.claimed(lease)) {
                return Ok(Some((call, before)));
            }
            let mut after = before.value.clone();
            let call = after.change_run(now, |run| run.claim(lease, now)).flatten();
            let written = self.store.commit_org(&before, &after, now).await?;
            self.count_end(&before.value, &after);
            Ok(call.map(|call| (call, written)))
        })
        .await
    }

    async fn record(&self, org: OrgId, lease: &Lease, call: &Call, attempt: Attempt) -> Result<(), Error> {
        let random = u64::from_be_bytes(self.entropy.bytes());
        let changed = self.store.change_org(org, self.clock.now(), |org| {
            let before = org.clone();
            let now = self.clock.now();
            org.change_run(now, |run| run.record(lease, attempt.clone(), random, now));
            Ok::<_, std::convert::Infallible>((before, org.clone()))
        });
        if let Some(Ok((before, after))) = changed.await? {
            self.count_end(&before, &after);
        }
        if let Attempt::Again { cause, .. } | Attempt::Rejected(cause) = &attempt {
            telemetry::count(Metric::ProvisioningStepFailed, 1, self.clock.now());
            tracing::warn!(
                area = %LogArea::Provisioning, organization = %org, step = %call.step,
                attempt = call.attempt, cause = cause.name(), "step of the host app failed"
            );
        }
        Ok(())
    }

    /// Counts a run that ended with this write.
    fn count_end(&self, before: &domain::org::Org, after: &domain::org::Org) {
        let end = |org: &domain::org::Org| org.run.as_ref().and_then(|run| run.end.clone());
        if let (None, Some(RunEnd::Failed { step, .. })) = (end(before), end(after)) {
            telemetry::count(Metric::ProvisioningRunFailed, 1, self.clock.now());
            tracing::error!(
                area = %LogArea::Provisioning, organization = %after.id, %step, "run failed"
            );
        }
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
