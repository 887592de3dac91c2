//! `/handover`: the way into the host app, without signing in there again.

mod handoff_token;
mod keys;

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use boot::BaseUrl;
use http::HeaderMap;
use telemetry::LogArea;
use web::{Problem, ResponseFormat};

pub use keys::Keys;

use crate::{
    App,
    auth::{self, AuthenticatedUser},
    handoff::handoff_token::Pass,
};

/// Onramp's own dashboard, which stands in for a host app where there is none.
const DASHBOARD: &str = "/dashboard";

/// The host app, as far as people can be led into it.
#[expect(clippy::large_enum_variant, reason = "a process has one")]
pub enum HostApp {
    /// There is none.
    Absent,
    /// It is there and signs people in itself.
    Linked(BaseUrl),
    /// It lets in who brings a pass.
    Trusting(BaseUrl, Keys),
}

impl HostApp {
    /// The host app at that address, with those keys.
    pub fn new(address: Option<BaseUrl>, keys: Option<Keys>) -> Self {
        match (address, keys) {
            (None, _) => Self::Absent,
            (Some(address), None) => Self::Linked(address),
            (Some(address), Some(keys)) => Self::Trusting(address, keys),
        }
    }
}

/// `POST /handover`: 303 into the host app, with a pass in the query. It is open to every member in every state of the
/// organization, as signing in is: what somebody may do there is for the host app to say, and the pass tells it.
pub async fn lead(State(app): State<Arc<App>>, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    let (headers, origin) = (request.headers().clone(), web::origin(&request));
    drop(request);
    auth::respond(wants, DASHBOARD, app.lead_into_host_app(&headers, &origin).await)
}

impl App {
    async fn lead_into_host_app(&self, headers: &HeaderMap, origin: &str) -> Result<Response, Problem> {
        let AuthenticatedUser { found, now, .. } = self.authenticate(headers).await?;
        let (address, keys) = match &self.host {
            HostApp::Absent => return Ok(web::see_other(DASHBOARD)),
            HostApp::Linked(address) => return Ok(web::see_other(address.as_str())),
            HostApp::Trusting(address, keys) => (address, keys),
        };
        let key = keys.signing(now).await;
        let key =
            key.ok_or_else(|| Problem::unavailable().because("no key to sign a pass for the host app"))?;
        let pass = Pass { issuer: origin, audience: address.origin(), id: self.entropy.bytes(), now };
        let token = pass.of(&found, &key);
        let (organization, user) = (found.session.org, found.session.user);
        tracing::info!(area = %LogArea::Access, %organization, %user, "handed over to the host app");
        Ok(web::see_other(&format!("{}/?token={token}", address.as_str())))
    }
}
