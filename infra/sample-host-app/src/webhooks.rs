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

use super::{page::message, words::webhooks as words};

/// Path of the endpoint, and of the page with the received webhooks.
pub const WEBHOOKS_PATH: &str = "/onramp/webhooks";

/// Number of webhooks that the page shows.
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
    /// Highest version of each organization.
    versions: BTreeMap<String, u64>,
    received: VecDeque<Received>,
}

impl Webhooks {
    /// Creates the endpoint from the comma-separated secrets that the host app shares with Onramp.
    pub(super) fn new(secrets: &str) -> Self {
        let decode = |secret: &str| STANDARD.decode(secret.trim().strip_prefix("whsec_")?).ok();
        let secrets = secrets.split(',').filter_map(decode).collect();
        Self { secrets, versions: BTreeMap::new(), received: VecDeque::new() }
    }

    /// Handles a webhook. It is accepted if one of the secrets signed it less than five minutes ago.
    pub(super) fn receive(&mut self, request: &Request<Bytes>, now: Timestamp) -> StatusCode {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let headers = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
        let (Some(id), Some(time), Some(signatures)) = headers else { return StatusCode::BAD_REQUEST };
        let is_recent = time.parse().is_ok_and(|at: i64| now.as_second().abs_diff(at) <= TOLERANCE);
        if !is_recent || !self.verifies(&format!("{id}.{time}."), request.body(), signatures) {
            return StatusCode::BAD_REQUEST;
        }
        let Ok(webhook) = serde_json::from_slice::<Value>(request.body()) else {
            return StatusCode::BAD_REQUEST;
        };
        let is_old = !self.keep(id, &webhook);
        let text = |name: &str| webhook.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        self.received.push_front(Received {
            id: id.to_owned(),
            kind: text("type"),
            at: text("timestamp"),
            is_old,
        });
        self.received.truncate(SHOWN);
        StatusCode::NO_CONTENT
    }

    /// Renders the page with the newest webhooks, the newest first.
    pub(super) fn page(&self) -> Markup {
        let content = html! {
            p { a href="/" { (words::START_PAGE) } }
            h1 { (words::TITLE) }
            @if self.received.is_empty() { p.quiet { (words::EMPTY) } } @else {
                ul.entries {
                    @for webhook in &self.received {
                        li {
                            strong { (webhook.kind) } " " (webhook.at) br;
                            code { (webhook.id) }
                            @if webhook.is_old { " " span.quiet { (words::OLD) } }
                        }
                    }
                }
            }
        };
        message(words::TITLE, &content)
    }

    /// Keeps the version of the organization if it is the highest. Returns whether it is.
    fn keep(&mut self, id: &str, webhook: &Value) -> bool {
        let organization = webhook.pointer("/data/organization_id").and_then(Value::as_str);
        let version = webhook.pointer("/data/organization/version").and_then(Value::as_u64);
        // An event without state has the version in its ID.
        let version = version.or_else(|| id.split('/').nth(1)?.parse().ok());
        let (Some(organization), Some(version)) = (organization, version) else { return false };
        let kept = self.versions.entry(organization.to_owned()).or_default();
        let is_newest = version > *kept;
        *kept = version.max(*kept);
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
