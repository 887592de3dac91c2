//! Effect of host events on the checklist, and the handler of those that arrive over the bus.
//!
//! The type of an event is not parsed before the organization is loaded, because only the
//! organization's checklist determines which task a type completes.

use std::convert::Infallible;

use domain::{checklist::HostEventResult, id::OrgId, org::Org};
use event_bus::{BusEvent, HostEvent};
use jiff::Timestamp;
use runtime::InvocationResult;
use serde_json::value::RawValue;
use telemetry::{LogArea, Metric};

use crate::App;

/// Result of a host event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The event completed a task.
    Completed,
    /// The task was already completed.
    Already,
    /// The organization does not exist.
    UnknownOrganization,
    /// The event completes no task of the organization's checklist.
    UnknownType,
}

impl Outcome {
    /// Returns the `result` of a response.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "ticked",
            Self::Already => "already",
            Self::UnknownOrganization => "unknown_organization",
            Self::UnknownType => "unknown_type",
        }
    }
}

/// Completes the task that an event of the bus completes.
///
/// # Errors
/// [`store::Error`] if the table does not respond. Lambda retries, and then moves the event to the
/// dead-letter queue.
pub async fn bus_event(app: &App, event: &BusEvent<'_>) -> InvocationResult {
    match event_bus::parse_host_event(event, &app.config.host_source) {
        Ok(event) => {
            commit_completions(app, event.organization, &[event]).await?;
        }
        Err(why) => count_ignored(app, &why.to_string()),
    }
    Ok(RawValue::NULL.to_owned())
}

/// Completes the tasks of one organization that the given events complete. The status of the
/// organization does not matter.
///
/// Makes one read, and one write if anything changed. Events of an unknown organization or type
/// cause no error and are only counted, because a retry would not help.
///
/// # Errors
/// [`store::Error`] if the table does not respond. The caller can send the same events again,
/// because a completed task stays completed.
pub async fn commit_completions(
    app: &App,
    org: OrgId,
    events: &[HostEvent],
) -> Result<Vec<Outcome>, store::Error> {
    let now = app.clock.now();
    let completed = app.store.change_org(org, now, |org| {
        Ok::<_, Infallible>(events.iter().map(|event| decide(org, event, now)).collect())
    });
    let outcomes: Vec<Outcome> = match completed.await? {
        Some(Ok(outcomes)) => outcomes,
        None => vec![Outcome::UnknownOrganization; events.len()],
    };
    for outcome in &outcomes {
        if matches!(outcome, Outcome::UnknownOrganization | Outcome::UnknownType) {
            count_ignored(app, outcome.as_str());
        }
    }
    Ok(outcomes)
}

fn decide(org: &mut Org, event: &HostEvent, now: Timestamp) -> Outcome {
    let actor = event.actor.as_ref().map(ToString::to_string);
    match org.complete_from_host(&event.kind, actor, event.occurred_at, now) {
        HostEventResult::Completed => Outcome::Completed,
        HostEventResult::AlreadyCompleted => Outcome::Already,
        HostEventResult::UnknownEvent => Outcome::UnknownType,
    }
}

/// Counts and logs a host event that has no effect. `why` is the reason.
pub fn count_ignored(app: &App, why: &str) {
    telemetry::count(Metric::HostEventUnknown, 1, app.clock.now());
    tracing::warn!(area = %LogArea::Onboarding, why, "ignored host event");
}
