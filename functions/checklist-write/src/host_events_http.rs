//! `POST /host/events`: what happened in the host app, told over HTTP by its servers and signed by their key.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::post,
};
use bus::HostEvent;
use domain::{id::OrgId, name::Name};
use host::signature::{HEADER, verify};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use web::{Kind, Problem};

use crate::{
    App,
    change::store_problem,
    host_events::{Outcome, tick, unknown},
};

/// The path.
pub const PATH: &str = "/host/events";

/// The largest body, in bytes: as much as the bus takes in one go.
const MOST_BYTES: usize = 256 * 1024;
/// The most events of a body.
const MOST_EVENTS: usize = 25;

/// The route.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route(PATH, post(receive).layer(DefaultBodyLimit::max(MOST_BYTES)))
}

/// One event as the host app writes it. Fields that we do not know have no effect.
#[derive(Debug, Deserialize)]
struct EventIn {
    id: Option<String>,
    #[serde(rename = "type")]
    what: Option<String>,
    organization_id: Option<String>,
    actor: Option<String>,
    occurred_at: Option<String>,
}

/// What became of it.
#[derive(Debug, Serialize)]
struct ResultOut {
    /// The event's own, as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    result: &'static str,
    /// What is wrong with an invalid one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faults: Vec<&'static str>,
}

/// What is wrong with whatever is no event at all.
const NO_EVENT: &str =
    "an event is an object whose id, type, organization_id, actor and occurred_at are texts";

#[derive(Debug, Serialize)]
struct ResultsOut {
    results: Vec<ResultOut>,
}

/// An event, judged: good, of an organization that cannot be, or faulty.
enum Judged {
    Good(HostEvent),
    Nowhere,
    Faulty(Vec<&'static str>),
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

/// Proves, parses, and ticks what there is to tick: everything is durable before it is answered. Where the table fails
/// for one organization the others are still done, and the whole is told to be sent again: what was ticked stays so.
async fn ingest(app: &App, headers: &HeaderMap, body: &[u8]) -> Result<ResultsOut, Problem> {
    let now = app.clock.now();
    let header = headers.get(HEADER).map(|value| value.to_str().unwrap_or_default());
    let proven = app.keys.verify(now, |keys| verify(header, body, keys, now)).await;
    proven.map_err(|why| Problem::bad_request(why.to_string()).because(why))?;
    let events = read(body)?;
    let mut results: Vec<ResultOut> = Vec::with_capacity(events.len());
    let mut of_org: BTreeMap<OrgId, Vec<(usize, HostEvent)>> = BTreeMap::new();
    for (place, event) in events.into_iter().enumerate() {
        let Some(event) = event else {
            results.push(ResultOut { id: None, result: "invalid", faults: vec![NO_EVENT] });
            continue;
        };
        let id = event.id.clone();
        let (result, faults) = match event.judge(now) {
            Judged::Good(event) => {
                of_org.entry(event.organization).or_default().push((place, event));
                (Outcome::Already.as_str(), Vec::new())
            }
            Judged::Nowhere => {
                let nowhere = Outcome::UnknownOrganization.as_str();
                unknown(app, nowhere);
                (nowhere, Vec::new())
            }
            Judged::Faulty(faults) => ("invalid", faults),
        };
        results.push(ResultOut { id, result, faults });
    }
    let mut failed = None;
    for (org, events) in of_org {
        let (places, events): (Vec<_>, Vec<_>) = events.into_iter().unzip();
        match tick(app, org, &events).await {
            Ok(outcomes) => {
                for (place, outcome) in places.into_iter().zip(outcomes) {
                    if let Some(out) = results.get_mut(place) {
                        out.result = outcome.as_str();
                    }
                }
            }
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        None => Ok(ResultsOut { results }),
        Some(error) => Err(store_problem(error)),
    }
}

/// The events of a body: one, or a list of them; `None` for what is none.
fn read(body: &[u8]) -> Result<Vec<Option<EventIn>>, Problem> {
    let odd = |what: &'static str| Problem::bad_request(what);
    let body = signed::json::read(body)
        .map_err(|_| odd("The body must be JSON, and no object in it may have a key twice."))?;
    let events = match body {
        Value::Array(events) => events,
        event => vec![event],
    };
    if !(1..=MOST_EVENTS).contains(&events.len()) {
        return Err(Problem::new(Kind::Invalid, "Send one event, or a list of 1 to 25."));
    }
    // A list of texts would be taken for an object's fields in their order.
    let read = |event: Value| event.is_object().then(|| serde_json::from_value(event).ok()).flatten();
    Ok(events.into_iter().map(read).collect())
}

impl EventIn {
    fn judge(self, now: Timestamp) -> Judged {
        let mut faults = Vec::new();
        if self.what.as_deref().is_none_or(str::is_empty) {
            faults.push("type is missing");
        }
        if self.organization_id.is_none() {
            faults.push("organization_id is missing");
        }
        let occurred_at = match self.occurred_at.as_deref().map(str::parse) {
            None => now,
            Some(Ok(at)) => at,
            Some(Err(_)) => {
                faults.push("occurred_at is no time like 2026-01-15T09:00:00Z");
                now
            }
        };
        match (self.what, self.organization_id.map(|id| id.parse())) {
            (Some(what), Some(Ok(organization))) if faults.is_empty() => {
                // What cannot be shown of an actor is left out, as it is of those that the bus tells of.
                let actor = self.actor.and_then(|actor| Name::parse(&actor).ok());
                Judged::Good(HostEvent { what, organization, actor, occurred_at })
            }
            (_, Some(Err(_))) if faults.is_empty() => Judged::Nowhere,
            _ => Judged::Faulty(faults),
        }
    }
}
