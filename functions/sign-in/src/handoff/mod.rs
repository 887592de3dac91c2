//! `/handover`: signs a user in to the host app.

mod handoff_token;
mod keys;

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use host_auth::Keys;
use http::HeaderMap;
use jiff::SignedDuration;
pub use keys::signing_keys;
use runtime::{BaseUrl, SecretCache};
use telemetry::LogArea;
use web::{Problem, ResponseFormat};

use crate::{
    App,
    auth::{self, AuthenticatedUser},
    handoff::handoff_token::HandoffToken,
};

/// Path of Onramp's own dashboard, which opens if there is no host app.
const DASHBOARD: &str = "/dashboard";
/// Time for which stored keys are used before they are read again.
const KEY_MAX_AGE: SignedDuration = SignedDuration::from_mins(5);

/// How users get to the host app.
#[expect(clippy::large_enum_variant, reason = "a process has one")]
pub enum HostApp {
    /// There is no host app.
    Absent,
    /// The host app signs users in itself.
    Linked(BaseUrl),
    /// The host app accepts handoff tokens.
    AcceptsTokens(BaseUrl, SecretCache<Keys>),
}

impl HostApp {
    /// Returns the variant for the configured URL and keys of the host app.
    pub fn new(url: Option<BaseUrl>, keys: Option<SecretCache<Keys>>) -> Self {
        match (url, keys) {
            (None, _) => Self::Absent,
            (Some(url), None) => Self::Linked(url),
            (Some(url), Some(keys)) => Self::AcceptsTokens(url, keys),
        }
    }
}

/// `POST /handover`: redirects the user to the host app.
///
/// If the host app accepts handoff tokens, the query of the URL contains such a token, which signs
/// the user in. If no host app is configured, the redirect leads to Onramp's own dashboard.
///
/// Every member can use this route, in every status of the organization. The token contains the
/// member's role and access, and the host app decides what the member may do.
pub async fn hand_off(State(app): State<Arc<App>>, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    let (headers, origin) = (request.headers().clone(), web::origin(&request));
    drop(request);
    auth::respond(wants, DASHBOARD, app.hand_off(&headers, &origin).await)
}

impl App {
    async fn hand_off(&self, headers: &HeaderMap, origin: &str) -> Result<Response, Problem> {
        let AuthenticatedUser { found, now, .. } = self.authenticate(headers).await?;
        let (url, keys) = match &self.host {
            HostApp::Absent => return Ok(web::see_other(DASHBOARD)),
            HostApp::Linked(url) => return Ok(web::see_other(url.as_str())),
            HostApp::AcceptsTokens(url, keys) => (url, keys),
        };
        let keys = keys.get(Some(KEY_MAX_AGE), now).await;
        let key = keys.as_ref().and_then(|keys| keys.first());
        let key = key.ok_or_else(|| Problem::unavailable().because("no handoff signing key available"))?;
        let token = HandoffToken { issuer: origin, audience: url.origin(), id: self.entropy.bytes(), now };
        let token = token.sign(&found, key);
        let (organization, user) = (found.session.org, found.session.user);
        tracing::info!(area = %LogArea::Access, %organization, %user, "handed off to host app");
        Ok(web::see_other(&format!("{}/?token={token}", url.as_str())))
    }
}
