//! `POST /host/events`: signed host events over HTTP, for host apps without a bus.
//!
//! The handler verifies the signature over the raw bytes before it parses anything. It makes one
//! write per organization, and responds only after all writes.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::post,
};
use domain::{id::OrgId, people::Name};
use event_bus::HostEvent;
use host_auth::signature::{HEADER, HostSignatureError, verify};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use web::{Kind, Problem};

use crate::{
    App,
    host_events::{Outcome, complete, count_ignored},
    words::events as words,
};

/// Path of the route.
pub const PATH: &str = "/host/events";

/// Maximum size of a body, in bytes.
const MAX_BYTES: usize = 256 * 1024;
/// Maximum number of events in a body.
const MAX_EVENTS: usize = 25;

/// Returns the route. It has its own limit for the size of a body.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route(PATH, post(receive).layer(DefaultBodyLimit::max(MAX_BYTES)))
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

/// Result of one event.
#[derive(Debug, Serialize)]
struct ResultOut {
    /// `id` of the event, unchanged.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    result: &'static str,
    /// All errors of an invalid event.
    #[serde(rename = "faults", skip_serializing_if = "Vec::is_empty")]
    errors: Vec<&'static str>,
}

/// The `result` of an event that fails validation.
const INVALID: &str = "invalid";

#[derive(Debug, Serialize)]
struct ResultsOut {
    results: Vec<ResultOut>,
}

/// Validation result of one event.
enum Validated {
    Valid(HostEvent),
    /// `organization_id` does not have the form of an id, so the organization cannot exist.
    UnknownOrganization,
    Invalid(Vec<&'static str>),
}

async fn receive(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match body {
        Ok(body) => ingest(&app, &headers, &body)
            .await
            .map_or_else(IntoResponse::into_response, |out| Json(out).into_response()),
        Err(too_large) => too_large.into_response(),
    }
}

/// Verifies, parses, and applies the events.
///
/// If the write for one organization fails, the others are still written. The response then asks
/// the host app to send the request again, which is safe, because a completed task stays completed.
async fn ingest(app: &App, headers: &HeaderMap, body: &[u8]) -> Result<ResultsOut, Problem> {
    let now = app.clock.now();
    let header = headers.get(HEADER).map(|value| value.to_str().unwrap_or_default());
    let verified = app.keys.verify(
        now,
        |keys| verify(header, body, keys, now),
        |error| *error == HostSignatureError::Key,
    );
    verified.await.map_err(|why| Problem::bad_request(why.to_string()).because(why))?;
    let events = parse(body)?;
    let mut results: Vec<ResultOut> = Vec::with_capacity(events.len());
    let mut of_org: BTreeMap<OrgId, Vec<(usize, HostEvent)>> = BTreeMap::new();
    for (index, event) in events.into_iter().enumerate() {
        let Some(event) = event else {
            results.push(ResultOut { id: None, result: INVALID, errors: vec![words::NOT_AN_EVENT] });
            continue;
        };
        let id = event.id.clone();
        let (result, errors) = match event.validate(now) {
            Validated::Valid(event) => {
                of_org.entry(event.organization).or_default().push((index, event));
                // This result is a placeholder. The outcome of the write replaces it below.
                (Outcome::Already.as_str(), Vec::new())
            }
            Validated::UnknownOrganization => {
                let result = Outcome::UnknownOrganization.as_str();
                count_ignored(app, result);
                (result, Vec::new())
            }
            Validated::Invalid(errors) => (INVALID, errors),
        };
        results.push(ResultOut { id, result, errors });
    }
    let mut failed = None;
    for (org, events) in of_org {
        let (indexes, events): (Vec<_>, Vec<_>) = events.into_iter().unzip();
        match complete(app, org, &events).await {
            Ok(outcomes) => {
                for (index, outcome) in indexes.into_iter().zip(outcomes) {
                    if let Some(out) = results.get_mut(index) {
                        out.result = outcome.as_str();
                    }
                }
            }
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        None => Ok(ResultsOut { results }),
        Some(error) => Err(error.into()),
    }
}

/// Parses a body with one event or a list of events. An element that is not an event is `None`.
fn parse(body: &[u8]) -> Result<Vec<Option<EventIn>>, Problem> {
    let body = webhook_signature::json::read(body).map_err(|_| Problem::bad_request(words::NOT_JSON))?;
    let events = match body {
        Value::Array(events) => events,
        event => vec![event],
    };
    if !(1..=MAX_EVENTS).contains(&events.len()) {
        return Err(Problem::new(Kind::Invalid, words::WRONG_COUNT));
    }
    // Accepts only objects, because serde would also read a JSON array as a struct, with the fields
    // in their order.
    let parse = |event: Value| event.is_object().then(|| serde_json::from_value(event).ok()).flatten();
    Ok(events.into_iter().map(parse).collect())
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
