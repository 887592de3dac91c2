//! Does what is due by now: reminders before a trial's end, the end itself, and events that wait for too long.
//!
//! Runs on a schedule. The index only finds candidates: each organization is loaded, asked by the trial clock what it
//! owes, and written on condition that nobody wrote in between. So a second run, a late run and a run beside another
//! send nothing more, and one organization's failure stops no other.
//!
//! A run goes through all that is due, page by page, and holds no more than a page of each shard. It begins nothing new
//! once its time is used up: what it leaves is still due, and first in line at the next. So is what it could not do.
//! Only an organization that cannot be read is put where an operator sees it, until it can be.

use std::{convert::Infallible, sync::Arc, time::Duration};

use boot::{Clock, ConfigErrors, Context, Env, Handler, InvocationResult};
use domain::{
    event::{DomainEvent, between},
    id::OrgId,
};
use futures_util::StreamExt;
use jiff::Timestamp;
use serde_json::{json, value::to_raw_value};
use store::{Backlog, Due, Error, MailDue, Store};
use telemetry::{LogArea, Metric};
use tokio::time::{Instant, sleep_until};

/// How many organizations are worked on at once.
const AT_ONCE: usize = 8;
/// How long a run begins new work. What is under way then has as long as the table's clients give it, within the
/// function's time-out.
const BUDGET: Duration = Duration::from_secs(40);

struct App {
    store: Store,
    clock: Clock,
}

/// Starts the function.
///
/// # Errors
/// Every variable that is missing or wrong.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let store = Store::new(&boot.aws.service("dynamodb"), table(&boot.env)?);
    store.warm_up().await;
    let app = Arc::new(App { store, clock: boot.clock });
    Ok(boot::handler(move |_scheduled| {
        let app = app.clone();
        async move { app.run().await }
    }))
}

fn table(env: &Env) -> Result<String, ConfigErrors> {
    let mut vars = env.vars();
    let table = vars.text("TABLE_NAME", "the DynamoDB table name");
    vars.finish(table)
}

impl App {
    /// One run. What it could not do is still due at the next.
    async fn run(&self) -> InvocationResult {
        let now = self.clock.now();
        let end = Instant::now() + BUDGET;
        let tally = self
            .store
            .due(now)
            .take_until(sleep_until(end))
            .map(async |due| match due {
                Ok(due) => (1, u64::from(!self.attend_to(due, now).await), None),
                Err(error) => (0, 0, Some(error)),
            })
            .buffer_unordered(AT_ONCE)
            .fold(RunSummary::default(), async |tally, (found, failed, unseen)| RunSummary {
                found: tally.found + found,
                failed: tally.failed + failed,
                unseen: tally.unseen.or(unseen),
            })
            .await;
        let RunSummary { found, failed, unseen } = tally;
        tracing::info!(area = %LogArea::Trial, found, failed, "trial clock ran");
        self.tell_backlog(failed > 0 || Instant::now() >= end).await;
        match unseen {
            // Everything that could be seen is done; that something could not is this run's failure.
            Some(error) => Err(error.into()),
            None => {
                telemetry::count(Metric::ClockRan, 1, self.clock.now());
                Ok(to_raw_value(&json!({ "found": found, "failed": failed }))?)
            }
        }
    }

    /// Says what is left to the next run. A run that did all that it found does not ask.
    async fn tell_backlog(&self, left: bool) {
        let now = self.clock.now();
        let backlog = if left { self.store.backlog(now).await } else { Ok(Backlog::default()) };
        match backlog {
            Ok(Backlog { count, oldest }) => {
                telemetry::count(Metric::DueBacklog, u32::try_from(count).unwrap_or(u32::MAX), now);
                let lag = oldest.map(|oldest| now.duration_since(oldest)).unwrap_or_default();
                telemetry::measure(Metric::DueLag, lag, now);
            }
            Err(error) => tracing::warn!(area = %LogArea::Trial, %error, "what is left is not known"),
        }
    }

    /// Does one thing that is due; says whether it could.
    async fn attend_to(&self, due: Due, now: Timestamp) -> bool {
        match due {
            Due::Org(org) => {
                let Err(error) = self.run_clock_of(org, now).await else { return true };
                telemetry::count(Metric::ClockFailed, 1, now);
                tracing::error!(area = %LogArea::Trial, organization = %org, %error, "trial clock failed");
                if let Error::Corrupt(_) = error
                    && let Err(error) = self.store.mark_corrupt(MailDue::Org(org), now).await
                {
                    tracing::error!(area = %LogArea::Trial, organization = %org, %error, "it could not be held");
                }
                false
            }
            Due::Parked(event) => match self.store.mark_for_review(&event).await {
                Ok(true) => {
                    telemetry::count(Metric::EventWaiting, 1, now);
                    tracing::error!(area = %LogArea::Webhook, "an event of ours waits for its customer to be linked");
                    true
                }
                Ok(false) | Err(Error::Conflict) => true,
                Err(error) => {
                    tracing::error!(area = %LogArea::Webhook, %error, "a waiting event could not be held");
                    false
                }
            },
        }
    }

    async fn run_clock_of(&self, id: OrgId, now: Timestamp) -> Result<(), Error> {
        let changed = self
            .store
            .change_org(id, |org| {
                let before = org.clone();
                org.run_trial_sweep(now);
                Ok::<_, Infallible>(between(Some(&before), org))
            })
            .await?;
        for event in changed.into_iter().flat_map(|Ok(events)| events) {
            count(&event, now);
        }
        Ok(())
    }
}

/// What a run came to.
#[derive(Default)]
struct RunSummary {
    found: u64,
    failed: u64,
    /// Why a shard could not be looked into, if one could not.
    unseen: Option<Error>,
}

fn count(event: &DomainEvent, now: Timestamp) {
    if let DomainEvent::TrialExpired { payment_method } = event {
        telemetry::count(Metric::TrialExpired, 1, now);
        if !payment_method {
            telemetry::count(Metric::TrialExpiredWithoutPaymentMethod, 1, now);
        }
    }
}
