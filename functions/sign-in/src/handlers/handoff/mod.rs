//! `/handover`: signs a user in to the host app.

mod host_app;
mod token;

use std::sync::Arc;

use axum::{extract::State, response::Response};
pub use host_app::HostApp;
use jiff::SignedDuration;
use telemetry::LogArea;
use token::HandoffToken;
use web::{FormRequest, Problem};

use crate::App;

/// Path of Onramp's own dashboard, which opens if there is no host app.
const DASHBOARD: &str = "/dashboard";
/// Time for which stored keys are used before they are read again.
const KEY_MAX_AGE: SignedDuration = SignedDuration::from_mins(5);

/// `POST /handover`: redirects the user to the host app.
///
/// If the host app accepts handoff tokens, the query of the URL contains such a token, which signs
/// the user in. If no host app is configured, the redirect leads to Onramp's own dashboard.
///
/// Every member can use this route, in every status of the organization. The token contains the
/// member's role and access, and the host app decides what the member may do.
pub async fn hand_off(State(app): State<Arc<App>>, form: FormRequest) -> Response {
    web::respond_or_login(form.format, DASHBOARD, redirect(&app, &form).await)
}

async fn redirect(app: &App, form: &FormRequest) -> Result<Response, Problem> {
    let caller = app.authenticate(&form.headers).await?;
    let (url, keys) = match &app.host {
        HostApp::Absent => return Ok(web::see_other(DASHBOARD)),
        HostApp::Linked(url) => return Ok(web::see_other(url)),
        HostApp::AcceptsTokens(url, keys) => (url, keys),
    };
    let keys = keys.get(Some(KEY_MAX_AGE), caller.now).await;
    let key = keys.as_ref().and_then(|keys| keys.first());
    let key = key.ok_or_else(|| Problem::unavailable().because("no handoff signing key available"))?;
    let (issuer, audience, id) = (form.origin.as_str(), url.origin(), app.entropy.bytes());
    let token = HandoffToken { issuer, audience, id, now: caller.now }.sign(&caller.found, key);
    let (organization, user) = (caller.found.session.org, caller.found.session.user);
    tracing::info!(area = %LogArea::Access, %organization, %user, "handed off to host app");
    Ok(web::see_other(&format!("{url}/?token={token}")))
}
