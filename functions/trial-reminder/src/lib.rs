//! The Lambda function `trial-reminder`: the scheduled trial sweep.
//!
//! A run enqueues reminders before the end of a trial, and ends trials. It also moves parked events
//! to the review queue if they have waited too long.
//!
//! A run processes all due items page by page, with at most one page per shard in memory. It starts
//! no new item after 40 seconds. Items that are left, and items that failed, stay due and come
//! first in the next run. A corrupt organization is an exception: the run moves it from the index
//! of due items to the review queue.
//!
//! # Invariant
//!
//! A late run, a repeated run, and concurrent runs never enqueue the same email twice. The index
//! only finds candidates. The sweep loads each organization and decides again. It writes only if
//! the item has not changed since the read. A failure of one organization does not stop the others.
//!
//! # What it never does
//!
//! The function never sends email itself. The function `mailer` sends the enqueued notices.
//!
//! # Where to start
//!
//! The crate has one module, this one:
//!
//! - `start`: connects to the table and returns the handler. Start here.
//! - `App::run`: makes one run.
//! - `App::process`: processes one due item.
//! - `App::sweep`: applies the trial sweep to one organization.

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

/// Number of due items that are processed concurrently.
const CONCURRENCY: usize = 8;
/// Time after which a run starts no new item. Items in progress can still finish before the
/// function's timeout, because the store's client limits the time of each call.
const BUDGET: Duration = Duration::from_secs(40);

struct App {
    store: Store,
    clock: Clock,
}

/// Starts the function and returns its handler.
///
/// # Errors
/// Lists every variable that is missing or invalid.
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
    /// Makes one run. Items that fail stay due for the next run, except corrupt organizations.
    async fn run(&self) -> InvocationResult {
        let now = self.clock.now();
        let end = Instant::now() + BUDGET;
        let summary = self
            .store
            .due(now)
            .take_until(sleep_until(end))
            .map(async |due| match due {
                Ok(due) => (1, u64::from(!self.process(due, now).await), None),
                Err(error) => (0, 0, Some(error)),
            })
            .buffer_unordered(CONCURRENCY)
            .fold(RunSummary::default(), async |summary, (found, failed, query_error)| RunSummary {
                found: summary.found + found,
                failed: summary.failed + failed,
                query_error: summary.query_error.or(query_error),
            })
            .await;
        let RunSummary { found, failed, query_error } = summary;
        tracing::info!(area = %LogArea::Trial, found, failed, "completed trial sweep");
        self.measure_backlog(failed > 0 || Instant::now() >= end).await;
        match query_error {
            // The query of one shard failed. The run processed the items of the other shards, but
            // it returns the error.
            Some(error) => Err(error.into()),
            None => {
                telemetry::count(Metric::ClockRan, 1, self.clock.now());
                Ok(to_raw_value(&json!({ "found": found, "failed": failed }))?)
            }
        }
    }

    /// Writes the metrics of the items that are left for the next run.
    ///
    /// Queries the index only if the run is `incomplete`. Otherwise no items are left.
    async fn measure_backlog(&self, incomplete: bool) {
        let now = self.clock.now();
        let backlog = if incomplete { self.store.backlog(now).await } else { Ok(Backlog::default()) };
        match backlog {
            Ok(Backlog { count, oldest }) => {
                telemetry::count(Metric::DueBacklog, u32::try_from(count).unwrap_or(u32::MAX), now);
                let lag = oldest.map(|oldest| now.duration_since(oldest)).unwrap_or_default();
                telemetry::measure(Metric::DueLag, lag, now);
            }
            Err(error) => {
                tracing::warn!(area = %LogArea::Trial, %error, "failed to count remaining due items")
            }
        }
    }

    /// Processes one due item. Returns whether it succeeded.
    async fn process(&self, due: Due, now: Timestamp) -> bool {
        match due {
            Due::Org(org) => {
                let Err(error) = self.sweep(org, now).await else { return true };
                telemetry::count(Metric::ClockFailed, 1, now);
                tracing::error!(
                    area = %LogArea::Trial,
                    organization = %org,
                    %error,
                    "failed to process due organization"
                );
                if let Error::Corrupt(_) = error
                    && let Err(error) = self.store.mark_corrupt(MailDue::Org(org), now).await
                {
                    tracing::error!(
                        area = %LogArea::Trial,
                        organization = %org,
                        %error,
                        "failed to mark organization as corrupt"
                    );
                }
                false
            }
            Due::Parked(event) => match self.store.mark_for_review(&event).await {
                Ok(true) => {
                    telemetry::count(Metric::EventWaiting, 1, now);
                    tracing::error!(area = %LogArea::Webhook, "moved parked event to review: customer still not linked");
                    true
                }
                Ok(false) | Err(Error::Conflict) => true,
                Err(error) => {
                    tracing::error!(area = %LogArea::Webhook, %error, "failed to move parked event to review");
                    false
                }
            },
        }
    }

    /// Applies the trial sweep to one organization with a read and a conditional write. Counts the
    /// trial if it expired.
    async fn sweep(&self, id: OrgId, now: Timestamp) -> Result<(), Error> {
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

/// The result of a run.
#[derive(Default)]
struct RunSummary {
    /// Number of due items.
    found: u64,
    /// Number of due items that failed.
    failed: u64,
    /// The error of the first shard whose query failed.
    query_error: Option<Error>,
}

fn count(event: &DomainEvent, now: Timestamp) {
    if let DomainEvent::TrialExpired { payment_method } = event {
        telemetry::count(Metric::TrialExpired, 1, now);
        if !payment_method {
            telemetry::count(Metric::TrialExpiredWithoutPaymentMethod, 1, now);
        }
    }
}
