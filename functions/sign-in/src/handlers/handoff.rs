//! `/handover`: signs a user in to the host app.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    billing::Plan,
    people::{HANDOFF_TOKEN_TTL, Role},
};
use host_auth::Key;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::SignedIn;
use telemetry::LogArea;
use web::{FormRequest, Problem};

use crate::{App, host_app::HostApp};

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

/// A handoff token, a JSON Web Token (RFC 7519) that signs a user in to the host app. Its fields
/// are the values that do not describe the user.
#[derive(Clone, Copy, Debug)]
struct HandoffToken<'a> {
    /// Origin of Onramp that the user's browser uses.
    issuer: &'a str,
    /// Origin of the host app.
    audience: &'a str,
    /// Random ID of the token, by which the host app detects and rejects a second use.
    id: [u8; 16],
    /// Time at which the token is created.
    now: Timestamp,
}

impl HandoffToken<'_> {
    /// Returns the signed token for a signed-in user.
    fn sign(&self, found: &SignedIn, key: &Key) -> String {
        key.token(&self.claims(found))
    }

    /// Returns the claims. Times are whole seconds since 1970 (RFC 7519, section 2, "NumericDate").
    fn claims(&self, found: &SignedIn) -> Value {
        let (user, org) = (&found.user.value, &found.org.value);
        let issued_at = self.now.as_second();
        json!({
            "iss": self.issuer,
            "aud": self.audience,
            "sub": user.id.to_string(),
            "jti": format!("{:032x}", u128::from_be_bytes(self.id)),
            "iat": issued_at,
            "exp": issued_at.saturating_add(HANDOFF_TOKEN_TTL.as_secs()),
            "name": user.name.as_str(),
            "email": user.address.as_str(),
            "email_verified": user.verified,
            "organization_id": org.id.to_string(),
            "organization_name": org.name.as_str(),
            "role": found.role.map(Role::as_str),
            "access": org.status(self.now).access().as_str(),
            "plan": org.plan(self.now).map(Plan::as_str),
            "seats": org.seats(self.now),
        })
    }
}
