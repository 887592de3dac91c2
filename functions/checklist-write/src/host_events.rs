//! What the host app says happened: what becomes of it, and how the bus brings it.

use std::convert::Infallible;

use boot::InvocationResult;
use bus::HostEvent;
use domain::{
    id::OrgId,
    org::{HostEventResult, Org},
};
use jiff::Timestamp;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;
use telemetry::{LogArea, Metric};

use crate::App;

/// Whether an event is EventBridge's: those of the gateway have no `detail-type`.
pub fn is_from_bus(json: &str) -> bool {
    #[derive(Deserialize)]
    struct EnvelopeIn {
        #[serde(rename = "detail-type")]
        _detail_type: IgnoredAny,
    }
    serde_json::from_str::<EnvelopeIn>(json).is_ok()
}

/// What became of something that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It ticked a task.
    Ticked,
    /// Its task was ticked before.
    Already,
    /// There is no such organization.
    UnknownOrganization,
    /// No task of the organization's checklist is completed by such an event.
    UnknownType,
}

impl Outcome {
    /// The word in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ticked => "ticked",
            Self::Already => "already",
            Self::UnknownOrganization => "unknown_organization",
            Self::UnknownType => "unknown_type",
        }
    }
}

/// Ticks what events of one organization complete, in whatever state it is: one read, and one write if anything changed.
/// What names nothing that we know is counted and done with: to bring it again would not help.
///
/// # Errors
/// The table does not answer. Nothing was written, and bringing the same again is safe.
pub async fn tick(app: &App, org: OrgId, events: &[HostEvent]) -> Result<Vec<Outcome>, store::Error> {
    let now = app.clock.now();
    let ticked = app.store.change_org(org, |org| {
        Ok::<_, Infallible>(events.iter().map(|event| decide(org, event, now)).collect())
    });
    let outcomes: Vec<Outcome> = match ticked.await? {
        Some(Ok(outcomes)) => outcomes,
        None => vec![Outcome::UnknownOrganization; events.len()],
    };
    for outcome in &outcomes {
        if matches!(outcome, Outcome::UnknownOrganization | Outcome::UnknownType) {
            unknown(app, outcome.as_str());
        }
    }
    Ok(outcomes)
}

fn decide(org: &mut Org, event: &HostEvent, now: Timestamp) -> Outcome {
    let actor = event.actor.as_ref().map(ToString::to_string);
    match org.complete_from_host(&event.what, actor, event.occurred_at, now) {
        HostEventResult::Ticked => Outcome::Ticked,
        HostEventResult::Already => Outcome::Already,
        HostEventResult::Unknown => Outcome::UnknownType,
    }
}

/// Takes in an event that the bus brings.
///
/// # Errors
/// The table does not answer; Lambda tries again, and then keeps the event in the dead-letter queue.
pub async fn ingest(app: &App, json: &str) -> InvocationResult {
    match bus::parse_host_event(json, &app.config.host_source) {
        Ok(event) => {
            tick(app, event.organization, &[event]).await?;
        }
        Err(why) => unknown(app, &why.to_string()),
    }
    Ok(RawValue::NULL.to_owned())
}

/// Counts what names nothing that we know.
pub fn unknown(app: &App, why: &str) {
    telemetry::count(Metric::HostEventUnknown, 1, app.clock.now());
    tracing::warn!(area = %LogArea::Onboarding, why, "a host event ticks nothing");
}
