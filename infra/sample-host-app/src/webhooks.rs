//! Endpoint for Onramp's webhooks. It verifies each webhook and keeps the newest state of each
//! organization. The code follows docs/integrate/events.md and shares no code with Onramp.

use std::collections::{BTreeMap, VecDeque};

use axum::body::Bytes;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, StatusCode};
use jiff::Timestamp;
use maud::{Markup, html};
use serde_json::Value;
use sha2::Sha256;

use super::{
    handoff_token::HostUser,
    page::{RECEIVED, product},
    words::webhooks as words,
};

/// Path of the endpoint.
pub const WEBHOOKS_PATH: &str = "/onramp/webhooks";

/// Number of webhooks of each organization that the page shows.
const SHOWN: usize = 50;
/// Maximum difference between the time of a webhook and now, in seconds.
const TOLERANCE: u64 = 300;

/// A webhook that the endpoint accepted.
#[derive(Debug)]
struct Received {
    /// Value of the header `webhook-id`.
    id: String,
    /// Type of the event.
    kind: String,
    /// Time of the event.
    at: String,
    /// Whether the endpoint ignored the webhook, because it has a state of the same or of a higher
    /// version.
    is_old: bool,
}

/// The endpoint's secrets and data.
#[derive(Debug)]
pub(super) struct Webhooks {
    secrets: Vec<Vec<u8>>,
    /// State with the highest version of each organization.
    states: BTreeMap<String, Value>,
    /// Webhooks of each organization, the newest first.
    received: BTreeMap<String, VecDeque<Received>>,
}

impl Webhooks {
    /// Creates the endpoint from the comma-separated secrets that the host app shares with Onramp.
    pub(super) fn new(secrets: &str) -> Self {
        let decode = |secret: &str| STANDARD.decode(secret.trim().strip_prefix("whsec_")?).ok();
        let secrets = secrets.split(',').filter_map(decode).collect();
        Self { secrets, states: BTreeMap::new(), received: BTreeMap::new() }
    }

    /// Returns the ID and the body of a request, if one of the secrets signed it less than five minutes
    /// ago.
    pub(super) fn verified(&self, request: &Request<Bytes>, now: Timestamp) -> Option<(String, Value)> {
        let header = |name: &str| request.headers().get(name)?.to_str().ok();
        let (id, time) = (header("webhook-id")?, header("webhook-timestamp")?);
        let is_recent = time.parse().is_ok_and(|at: i64| now.as_second().abs_diff(at) <= TOLERANCE);
        let is_signed = self.verifies(&format!("{id}.{time}."), request.body(), header("webhook-signature")?);
        let body = serde_json::from_slice(request.body()).ok()?;
        (is_recent && is_signed).then(|| (id.to_owned(), body))
    }

    /// Handles a verified webhook.
    pub(super) fn receive(&mut self, id: String, webhook: &Value) -> StatusCode {
        let Some(organization) = webhook.pointer("/data/organization_id").and_then(Value::as_str) else {
            return StatusCode::BAD_REQUEST;
        };
        let is_old = !self.keep(organization, webhook);
        let text = |name: &str| webhook.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let received = self.received.entry(organization.to_owned()).or_default();
        received.push_front(Received { id, kind: text("type"), at: text("timestamp"), is_old });
        received.truncate(SHOWN);
        StatusCode::NO_CONTENT
    }

    /// Returns the newest state of an organization.
    pub(super) fn state(&self, organization: &str) -> Option<&Value> {
        self.states.get(organization)
    }

    /// Renders the page with the newest webhooks of the user's organization.
    pub(super) fn page(&self, user: &HostUser) -> Markup {
        let content = html! {
            main {
                header { h1 { (words::TITLE) } p.quiet { (words::LEAD) } }
                section {
                    @match self.received.get(&user.organization_id) {
                        None => p.quiet { (words::EMPTY) },
                        Some(received) => ul.entries.received {
                            @for webhook in received {
                                li {
                                    div {
                                        strong { (webhook.kind) } @if webhook.is_old { " " span.quiet { (words::OLD) } }
                                        br;
                                        code.quiet { (webhook.id) }
                                    }
                                    time.quiet datetime=(webhook.at) { (seconds(&webhook.at)) }
                                }
                            }
                        },
                    }
                }
            }
        };
        product(words::MENU, RECEIVED, user, &content)
    }

    /// Keeps the state of the organization if it has the highest version. Returns whether it has. All
    /// events of one change have the same state.
    fn keep(&mut self, organization: &str, webhook: &Value) -> bool {
        let Some(state) = webhook.pointer("/data/organization") else { return false };
        let Some(version) = state["version"].as_u64() else { return false };
        let known = self.states.get(organization).and_then(|state| state["version"].as_u64());
        let is_newest = known.is_none_or(|known| version >= known);
        if is_newest {
            self.states.insert(organization.to_owned(), state.clone());
        }
        is_newest
    }

    fn verifies(&self, prefix: &str, body: &[u8], signatures: &str) -> bool {
        let given: Vec<Vec<u8>> =
            signatures.split(' ').filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok()).collect();
        self.secrets.iter().any(|secret| {
            Hmac::<Sha256>::new_from_slice(secret).is_ok_and(|mac| {
                let mac = mac.chain_update(prefix).chain_update(body);
                given.iter().any(|signature| mac.clone().verify_slice(signature).is_ok())
            })
        })
    }
}

/// Returns a time for people, with whole seconds.
fn seconds(at: &str) -> String {
    let time = at.split(['.', 'Z']).next().unwrap_or_default();
    format!("{} UTC", time.replace('T', " "))
}
