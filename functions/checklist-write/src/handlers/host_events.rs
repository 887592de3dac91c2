//! `POST /host/events`: signed host events over HTTP, for host apps without a bus.
//!
//! The handler verifies the signature over the raw bytes before it parses anything. It makes one
//! write per organization, and responds only after all writes.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use domain::{id::OrgId, people::Name};
use event_bus::HostEvent;
use host_auth::signature::{HEADER, HostSignatureError, verify};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use web::{Kind, Problem};

use crate::{
    App,
    handlers::completion::{Outcome, commit_completions, count_ignored},
    out::{ResultOut, ResultsOut},
    words::events as words,
};

/// Maximum size of a body, in bytes.
pub const MAX_BODY_BYTES: usize = 256 * 1024;
/// Maximum number of events in a body.
const MAX_EVENTS: usize = 25;

/// The `result` of an event that fails validation.
const INVALID: &str = "invalid";

/// Completes the tasks that the events complete.
pub async fn host_events(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match body {
        Ok(body) => handle(&app, &headers, &body)
            .await
            .map_or_else(IntoResponse::into_response, |out| Json(out).into_response()),
        Err(too_large) => too_large.into_response(),
    }
}

async fn handle(app: &App, headers: &HeaderMap, body: &[u8]) -> Result<ResultsOut, Problem> {
    let now = app.clock.now();
    verify_signature(app, headers, body, now).await?;
    let events = parse_events(body, now)?;
    let outcomes = commit_events(app, &events).await?;
    Ok(ResultsOut { results: events.into_iter().zip(outcomes).map(result).collect() })
}

async fn verify_signature(
    app: &App,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<(), Problem> {
    let header = headers.get(HEADER).map(|value| value.to_str().unwrap_or_default());
    let verified = app.keys.verify(
        now,
        |keys| verify(header, body, keys, now),
        |error| *error == HostSignatureError::Key,
    );
    verified.await.map_err(|why| Problem::bad_request(why.to_string()).because(why))
}

/// One event as the host app sends it. Unknown fields have no effect.
#[derive(Debug, Deserialize)]
struct EventIn {
    id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    organization_id: Option<String>,
    actor: Option<String>,
    occurred_at: Option<String>,
}

/// One event of the body after validation.
struct Received {
    /// `id` of the event, unchanged.
    id: Option<String>,
    event: Validated,
}

enum Validated {
    Valid(HostEvent),
    /// `organization_id` does not have the form of an id, so the organization cannot exist.
    UnknownOrganization,
    /// All errors of the event.
    Invalid(Vec<&'static str>),
}

/// Parses a body with one event or a list of events.
fn parse_events(body: &[u8], now: Timestamp) -> Result<Vec<Received>, Problem> {
    let body = webhook_signature::json::read(body).map_err(|_| Problem::bad_request(words::NOT_JSON))?;
    let events = match Value::from(body) {
        Value::Array(events) => events,
        event => vec![event],
    };
    if !(1..=MAX_EVENTS).contains(&events.len()) {
        return Err(Problem::new(Kind::Invalid, words::WRONG_COUNT));
    }
    // Accepts only objects, because serde would also read a JSON array as a struct, with the fields
    // in their order.
    let parse = |event: Value| event.is_object().then(|| serde_json::from_value(event).ok()).flatten();
    Ok(events.into_iter().map(|event| Received::of(parse(event), now)).collect())
}

impl Received {
    /// Validates an element of the body. `None` is an element that is not an event.
    fn of(event: Option<EventIn>, now: Timestamp) -> Self {
        match event {
            Some(event) => Self { id: event.id.clone(), event: event.validate(now) },
            None => Self { id: None, event: Validated::Invalid(vec![words::NOT_AN_EVENT]) },
        }
    }
}

impl EventIn {
    /// Validates the fields. An event without a time counts as an event at `now`.
    fn validate(self, now: Timestamp) -> Validated {
        let mut errors = Vec::new();
        if self.kind.as_deref().is_none_or(str::is_empty) {
            errors.push(words::NO_TYPE);
        }
        if self.organization_id.is_none() {
            errors.push(words::NO_ORGANIZATION);
        }
        let occurred_at = match self.occurred_at.as_deref().map(str::parse) {
            None => now,
            Some(Ok(at)) => at,
            Some(Err(_)) => {
                errors.push(words::BAD_TIME);
                now
            }
        };
        match (self.kind, self.organization_id.map(|id| id.parse())) {
            (Some(kind), Some(Ok(organization))) if errors.is_empty() => {
                // An actor that is not a valid name is ignored, as for events from the bus.
                let actor = self.actor.and_then(|actor| Name::parse(&actor).ok());
                Validated::Valid(HostEvent { kind, organization, actor, occurred_at })
            }
            (_, Some(Err(_))) if errors.is_empty() => Validated::UnknownOrganization,
            _ => Validated::Invalid(errors),
        }
    }
}

/// Applies the events, and returns the outcome of each one. Invalid events have none.
///
/// If the write for one organization fails, the others are still written. The error then asks the
/// host app to send the request again, which is safe, because a completed task stays completed.
async fn commit_events(app: &App, events: &[Received]) -> Result<Vec<Option<Outcome>>, store::Error> {
    let mut outcomes = vec![None; events.len()];
    let mut of_org: BTreeMap<OrgId, (Vec<&mut Option<Outcome>>, Vec<HostEvent>)> = BTreeMap::new();
    for (received, outcome) in events.iter().zip(&mut outcomes) {
        match &received.event {
            Validated::Valid(event) => {
                let (outcomes, events) = of_org.entry(event.organization).or_default();
                outcomes.push(outcome);
                events.push(event.clone());
            }
            Validated::UnknownOrganization => {
                *outcome = Some(Outcome::UnknownOrganization);
                count_ignored(app, Outcome::UnknownOrganization.as_str());
            }
            Validated::Invalid(_) => {}
        }
    }
    let mut failed = None;
    for (org, (outcomes, events)) in of_org {
        match commit_completions(app, org, &events).await {
            Ok(committed) => outcomes.into_iter().zip(committed).for_each(|(to, from)| *to = Some(from)),
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(outcomes), Err)
}

fn result((Received { id, event }, outcome): (Received, Option<Outcome>)) -> ResultOut {
    let errors = if let Validated::Invalid(errors) = event { errors } else { Vec::new() };
    ResultOut { id, result: outcome.map_or(INVALID, Outcome::as_str), errors }
}
