//! The Lambda function `trial-reminder`: the scheduled trial sweep.
//!
//! A run enqueues reminders before the end of a trial, and ends trials. It also judges the events of
//! Stripe that have waited for ten minutes: a parked event moves to the review queue or to the
//! events of other products, and an event that shows money without effect raises an alarm.
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
//! - `start`: connects to the table and returns the handler. Start here.
//! - `App::run`: makes one run.
//! - `App::process`: processes one due item.
//! - `App::sweep`: applies the trial sweep to one organization.
//! - `parked`: judges one parked event.

mod parked;

use std::{convert::Infallible, sync::Arc, time::Duration};

use domain::{
    billing::{Prices, ReviewKind, TRIAL_LIMIT},
    id::OrgId,
    org::{DomainEvent, Org},
};
use futures_util::StreamExt;
use jiff::Timestamp;
use runtime::{Clock, ConfigErrors, Context, Env, Handler, InvocationResult};
use serde_json::{json, value::to_raw_value};
use store::{Backlog, Due, Error, MailDue, ParkedVerdict, Store, WaitingEvent};
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
    prices: Prices,
}

/// Starts the function and returns its handler.
///
/// # Errors
/// Lists every variable that is missing or invalid.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let (table, prices) = config(&boot.env)?;
    let store = Store::new(&boot.aws.service("dynamodb"), table);
    store.warm_up().await;
    let app = Arc::new(App { store, clock: boot.clock, prices });
    Ok(runtime::handler(move |_scheduled| {
        let app = app.clone();
        async move { app.run().await }
    }))
}

/// Reads the name of the table and the prices of the plans.
fn config(env: &Env) -> Result<(String, Prices), ConfigErrors> {
    let mut vars = env.vars();
    let table = vars.text("TABLE_NAME", "the DynamoDB table name");
    let prices = vars.prices();
    let config = table.zip(prices);
    vars.finish(config)
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
            Due::Parked(event) => match self.judge_parked(&event, now).await {
                Ok(()) | Err(Error::Conflict) => true,
                Err(error) => {
                    tracing::error!(area = %LogArea::Webhook, %error, "failed to judge parked event");
                    false
                }
            },
            Due::Alarm(event) => match self.judge_alarm(&event, now).await {
                Ok(()) => true,
                Err(error) => {
                    tracing::error!(area = %LogArea::Webhook, %error, "failed to judge quarantined event");
                    false
                }
            },
        }
    }

    /// Moves a parked event to the review queue, or to the events of other products. Counts it if
    /// it needs review.
    async fn judge_parked(&self, event: &WaitingEvent, now: Timestamp) -> Result<(), Error> {
        let body = match self.store.load_waiting_event(event).await {
            Ok(Some(body)) => body,
            Ok(None) => return Ok(()),
            // The review queue shows the corrupt item.
            Err(Error::Corrupt(_)) => String::new(),
            Err(error) => return Err(error),
        };
        let verdict = match parked::judge(&self.store, &body, &self.prices, now).await {
            Err(Error::Corrupt(_)) => ParkedVerdict::Review { kind: None, organizations: Vec::new() },
            verdict => verdict?,
        };
        self.store.judge_parked(event, &verdict).await?;
        match verdict {
            ParkedVerdict::OtherProduct => {}
            ParkedVerdict::Review { kind: Some(kind), .. } => report_money(kind, now),
            ParkedVerdict::Review { kind: None, .. } => {
                telemetry::count(Metric::EventWaiting, 1, now);
                tracing::error!(area = %LogArea::Webhook, "moved parked event to review: customer still not linked");
            }
        }
        Ok(())
    }

    /// Raises the alarm for a quarantined event that still needs review.
    async fn judge_alarm(&self, event: &WaitingEvent, now: Timestamp) -> Result<(), Error> {
        match self.store.judge_alarm(event, now).await {
            Ok(kind) => kind.into_iter().for_each(|kind| report_money(kind, now)),
            Err(Error::Corrupt(why)) => {
                telemetry::count(Metric::MoneyWithoutEffect, 1, now);
                tracing::error!(area = %LogArea::Webhook, error = %why, "found corrupt item of quarantined event");
            }
            Err(error) => return Err(error),
        }
        self.store.close_alarm(event).await
    }

    /// Applies the trial sweep to one organization with a read and a conditional write. Counts the
    /// trial if it expired, or if no event reported what followed it.
    async fn sweep(&self, id: OrgId, now: Timestamp) -> Result<(), Error> {
        let changed = self
            .store
            .change_org(id, |org| {
                let before = org.clone();
                org.run_trial_sweep(now);
                Ok::<_, Infallible>((
                    DomainEvent::between(Some(&before), org),
                    confirmation_is_missing(&before, now),
                ))
            })
            .await?;
        let Some(Ok((events, unconfirmed))) = changed else { return Ok(()) };
        for event in events {
            count(&event, now);
            if unconfirmed && event == DomainEvent::SubscriptionPastDue {
                telemetry::count(Metric::PlanUnconfirmed, 1, now);
                tracing::error!(area = %LogArea::Trial, organization = %id, "found plan without confirmation after its trial");
            }
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

/// Returns whether the trial of a subscription ended more than 72 hours ago without an event, and
/// the sweep did not process this yet.
fn confirmation_is_missing(org: &Org, now: Timestamp) -> bool {
    let seen = org.dates_seen.unwrap_or(Timestamp::MIN);
    let mut counting = org.billing.subscriptions.values().filter(|subscription| subscription.counts());
    counting.any(|it| it.trial_passed(TRIAL_LIMIT, now) && !it.trial_passed(TRIAL_LIMIT, seen))
}

/// Counts an event that shows money without effect, which raises the alarm.
fn report_money(kind: ReviewKind, now: Timestamp) {
    telemetry::count(Metric::MoneyWithoutEffect, 1, now);
    let kind = kind.as_str();
    tracing::error!(area = %LogArea::Webhook, kind, "found money without effect");
}

fn count(event: &DomainEvent, now: Timestamp) {
    if let DomainEvent::TrialExpired { payment_method } = event {
        telemetry::count(Metric::TrialExpired, 1, now);
        if !payment_method {
            telemetry::count(Metric::TrialExpiredWithoutPaymentMethod, 1, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn config_errors_name_every_missing_variable() {
        let errors = config(&Env::new::<String, String>([])).unwrap_err();
        let names: Vec<_> = errors.0.iter().map(|error| error.name).collect();
        assert_eq!(names, ["TABLE_NAME", "STRIPE_SINGLE_USER_PRICE_ID", "STRIPE_TEAM_PRICE_ID"]);
    }
}
