//! Client of Onramp's server API. The code follows docs/integrate/server-api.md and shares no code
//! with Onramp.

use std::time::Duration;

use axum::body::Bytes;
use http::{
    Request, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HOST},
};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::handoff_token::HostUser;
use sim::external::HttpSend;

/// Waits between the attempts to report a result. A real product repeats until the deadline.
const REPORT_WAITS: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(30), Duration::from_secs(60)];

/// The client, with the host app's key.
#[derive(Clone)]
pub(super) struct ServerApi {
    send: HttpSend,
    host: String,
    authorization: String,
}

impl ServerApi {
    /// Creates a client with the first key of `keys`, a comma-separated list of `id:secret`.
    pub(super) fn new(send: HttpSend, host: &str, keys: &str) -> Self {
        let mut key = keys.split(',').next().unwrap_or_default().trim().split(':');
        let (id, secret) = (key.next().unwrap_or_default(), key.next().unwrap_or_default());
        Self { send, host: host.to_owned(), authorization: format!("Bearer {id}.{secret}") }
    }

    /// Creates an organization, or gets the one with the same `external_id`. Returns its state, or the
    /// problem that Onramp reports.
    pub(super) async fn create(&self, organization: &Value) -> Result<Value, Value> {
        let (status, body) = self.post("/organizations", organization).await;
        if status.is_success() { Ok(body) } else { Err(body) }
    }

    /// Returns a link that signs a user in to a page of Onramp. Its pages link back to `return_url`.
    pub(super) async fn portal_link(&self, user: &HostUser, page: &str, return_url: &str) -> Option<String> {
        let path = format!("/organizations/{}/portal-links", user.organization_id);
        let body = json!({ "user": user.sub, "page": page, "return_url": return_url });
        let (_, link) = self.post(&path, &body).await;
        link.get("url")?.as_str().map(str::to_owned)
    }

    /// Reports the result of a provisioning step. Repeats the report while Onramp is unavailable.
    pub(super) async fn report(&self, callback_url: &str, result: &Value) {
        let path = callback_url.split_once("/api/v1").map_or("", |(_, path)| path);
        let body = json!({ "status": "done", "outputs": result.get("outputs") });
        for wait in REPORT_WAITS {
            let (status, _) = self.post(path, &body).await;
            if status != StatusCode::TOO_MANY_REQUESTS && !status.is_server_error() {
                break;
            }
            sleep(wait).await;
        }
    }

    async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let request = Request::post(format!("/api/v1{path}"))
            .header(HOST, &self.host)
            .header(AUTHORIZATION, &self.authorization)
            .header(CONTENT_TYPE, "application/json")
            .body(Bytes::from(body.to_string()));
        let Ok(request) = request else { return (StatusCode::BAD_REQUEST, Value::Null) };
        let response = (self.send)(request).await;
        (response.status(), serde_json::from_slice(response.body()).unwrap_or_default())
    }
}
