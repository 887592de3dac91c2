//! `/handover`: signs a user in to the host app.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use domain::{
    billing::Plan,
    org::Org,
    people::{HANDOFF_TOKEN_TTL, Role},
};
use host_auth::Key;
use http::{HeaderMap, Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::SignedIn;
use telemetry::LogArea;
use web::{FormRequest, HostPage, Kind, Problem, ResponseFormat};

use super::visit::{is_prefetch, is_visit};
use crate::{App, host_app::HostApp, words};

/// Path of Onramp's own dashboard, which opens if there is no host app.
const DASHBOARD: &str = "/dashboard";
/// Time for which stored keys are used before they are read again.
const KEY_MAX_AGE: SignedDuration = SignedDuration::from_mins(5);

/// `GET /handover?to=…`: opens the page `to` of the host app, and signs the user in there.
///
/// Only a visit creates a token. An image, a frame, or a script of any page gets 403. A browser that
/// loads the link in advance, and a `HEAD` request, get 204.
pub async fn open(State(app): State<Arc<App>>, request: Request) -> Response {
    let headers = request.headers();
    if *request.method() == Method::HEAD || is_prefetch(headers) {
        return StatusCode::NO_CONTENT.into_response();
    }
    let (page, format) =
        (HostPage::of_query(request.uri().query().unwrap_or_default()), ResponseFormat::of(headers));
    let outcome = if is_visit(headers) {
        redirect(&app, headers, &web::origin(&request), &page).await
    } else {
        Err(Problem::new(Kind::Forbidden, words::NOT_A_VISIT).because("not a visit"))
    };
    web::respond_or_login(format, &page.link(), outcome)
}

/// `POST /handover`: does the same for the start page of the host app.
pub async fn hand_off(State(app): State<Arc<App>>, form: FormRequest) -> Response {
    let page = HostPage::parse("/");
    let outcome = redirect(&app, &form.headers, &form.origin, &page).await;
    web::respond_or_login(form.format, &page.link(), outcome)
}

/// Redirects the user to a page of the host app.
///
/// If the host app accepts handoff tokens, the query of the URL contains such a token, which signs
/// the user in and names the page. If no host app is configured, the redirect leads to Onramp's own
/// dashboard.
///
/// Every member can use this route, in every status of the organization. The token contains the
/// member's role and access, and the host app decides what the member may do.
async fn redirect(
    app: &App,
    headers: &HeaderMap,
    origin: &str,
    page: &HostPage,
) -> Result<Response, Problem> {
    let caller = app.authenticate(headers).await?;
    let (url, keys) = match &app.host {
        HostApp::Absent => return Ok(web::see_other(DASHBOARD)),
        HostApp::Linked(url) => (url, None),
        HostApp::AcceptsTokens(url, keys) => (url, Some(keys)),
    };
    let page = &own_start_page(&caller.found.org.value, page, url);
    let Some(keys) = keys else { return Ok(web::see_other(&page.url(url))) };
    let keys = keys.get(Some(KEY_MAX_AGE), caller.now).await;
    let key = keys.as_ref().and_then(|keys| keys.first());
    let key = key.ok_or_else(|| Problem::unavailable().because("no handoff signing key available"))?;
    let (audience, id) = (url.origin(), app.entropy.bytes());
    let token = HandoffToken { issuer: origin, audience, page, id, now: caller.now }.sign(&caller.found, key);
    let (organization, user) = (caller.found.session.org, caller.found.session.user);
    tracing::info!(area = %LogArea::Access, %organization, %user, "handed off to host app");
    Ok(web::see_other(&format!("{url}/?token={token}")))
}

/// Returns the organization's own start page in the host app instead of the root, if a provisioning step
/// returned one below the host app's URL `app`. Returns any other page unchanged.
fn own_start_page(org: &Org, page: &HostPage, app: &str) -> HostPage {
    let own = org.run.as_ref().and_then(|run| run.app_url.as_ref());
    let own = own.and_then(|url| url.as_str().strip_prefix(app)).filter(|path| path.starts_with('/'));
    match own {
        Some(path) if page.as_str() == "/" => HostPage::parse(path),
        _ => page.clone(),
    }
}

/// A handoff token, a JSON Web Token (RFC 7519) that signs a user in to the host app. Its fields
/// are the values that do not describe the user.
#[derive(Clone, Copy, Debug)]
struct HandoffToken<'a> {
    /// Origin of Onramp that the user's browser uses.
    issuer: &'a str,
    /// Origin of the host app.
    audience: &'a str,
    /// Page that the host app opens.
    page: &'a HostPage,
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
            "to": self.page.as_str(),
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

#[cfg(test)]
mod tests {
    use test_support::build;

    use super::*;

    #[test]
    fn root_becomes_the_own_start_page_of_the_organization() {
        let app = "https://app.example.com";
        let mut org = build::start_trial_with_steps(build::acme(Timestamp::UNIX_EPOCH), &[("workspace", "")]);
        for (own, page, expected) in [
            (None, "/", "/"),
            (Some("https://app.example.com/acme?tab=1"), "/", "/acme?tab=1"),
            (Some("https://app.example.com/acme"), "/projects", "/projects"),
            (Some("https://app.example.com"), "/", "/"),
            (Some("https://app.example.com.evil.example/a"), "/", "/"),
            (Some("https://acme.example.net/a"), "/", "/"),
        ] {
            org.run.as_mut().unwrap().app_url = own.map(|url| url.parse().unwrap());
            let page = own_start_page(&org, &HostPage::parse(page), app);
            assert_eq!(page.as_str(), expected, "{own:?}");
        }
    }
}
