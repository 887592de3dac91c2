//! Authenticates requests, and responds to requests that fail authentication.

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header::ORIGIN, request::Parts};
use jiff::Timestamp;
use store::SignedIn;
use web::{Kind, Problem, ResponseFormat};

use crate::{
    app::App,
    embed,
    view::{AuthMethod, View},
};

/// The kind of a route, which determines its response to a request without a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RouteKind {
    /// A page. Redirects to the sign-in page, which leads back to this page.
    Page,
    /// A fragment of a page of Onramp or of the host app. Responds without a body.
    Fragment,
    /// A read of JSON. Responds with a problem.
    Api,
}

impl RouteKind {
    fn of(path: &str) -> Self {
        match path {
            "/onboarding/widget" | "/onboarding/banner" => Self::Fragment,
            _ if path.starts_with("/onboarding/api/") => Self::Api,
            _ => Self::Page,
        }
    }

    fn unauthenticated(self, path: &str) -> Response {
        match self {
            Self::Page => web::to_login(path),
            Self::Fragment => StatusCode::UNAUTHORIZED.into_response(),
            Self::Api => Problem::unauthorized().into_response(),
        }
    }

    fn problem(self, problem: Problem, parts: &Parts) -> Response {
        match self {
            Self::Api => problem.into_response(),
            Self::Page | Self::Fragment => web::problem_response(ResponseFormat::of(&parts.headers), problem),
        }
    }
}

/// Authenticates a request by its session.
///
/// Fragments and JSON reads also accept an embed token. The security middleware has already removed
/// the cookies of a request with an embed token.
///
/// A handler that takes a [`View`] runs only for an authenticated request.
impl FromRequestParts<App> for View {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let path = parts.uri.path();
        let route = RouteKind::of(path);
        if let (Some(token), true) = (web::bearer(&parts.headers), route != RouteKind::Page) {
            let origin = parts.headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
            let authenticated = embed::authenticate(app, token, origin).await;
            return authenticated.map_err(|problem| match (route, problem.kind) {
                (RouteKind::Fragment, Kind::Unauthorized) => embed::empty_response(problem),
                _ => route.problem(problem, parts),
            });
        }
        let view = load(parts, app).await.map_err(|problem| route.problem(problem, parts))?;
        view.ok_or_else(|| route.unauthenticated(path))
    }
}

/// Loads the view for a public page, if the request has a valid session. The page also works
/// without a view, for example for a visitor or while the table is unavailable. A visit to a public
/// page does not update the session's last-seen time.
impl OptionalFromRequestParts<App> for View {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Self::Rejection> {
        let Some(token) = web::session::token(&parts.headers) else { return Ok(None) };
        let found = app.store.try_load_session(&token).await;
        Ok(found.and_then(|found| View::of(found, app.clock.now())))
    }
}

/// Loads session, user, membership, and organization with one consistent read. Returns `None`
/// without a valid session. If the request has no session cookie, reads nothing.
async fn load(parts: &Parts, app: &App) -> Result<Option<View>, Problem> {
    let Some(token) = web::session::token(&parts.headers) else { return Ok(None) };
    let Some(found) = app.store.load_session(&token).await? else { return Ok(None) };
    let now = app.clock.now();
    let needs_update = found.session.needs_last_seen_update(now);
    let view = View::of(found, now);
    if view.is_some() && needs_update {
        // This write delays the response by a second round trip, at most once an hour per session.
        // It must wait for the read, and a Lambda function cannot work after its response. The page
        // does not depend on the write, so a failure is only logged.
        match app.store.update_last_seen(&token, now).await {
            Ok(()) | Err(store::Error::Conflict) => {}
            Err(error) => tracing::warn!(%error, "failed to record session use"),
        }
    }
    Ok(view)
}

impl View {
    /// Builds the view. Returns `None` if the session is not valid at `now`, or if the user is not
    /// a member of the organization.
    fn of(found: SignedIn, now: Timestamp) -> Option<Self> {
        let member = found.authorize(now)?;
        let (org, orgs) = (found.org.value, found.user.value.orgs);
        Some(Self { admin: member.admin(), member, org, orgs, auth: AuthMethod::Session, now })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn response_without_a_session_depends_on_the_route() {
        for (path, status, location) in [
            ("/dashboard", 303, Some("/login?next=/dashboard")),
            ("/onboarding/checklist", 303, Some("/login?next=/onboarding/checklist")),
            ("/onboarding/widget", 401, None),
            ("/onboarding/banner", 401, None),
            ("/onboarding/api/checklist", 401, None),
        ] {
            let response = RouteKind::of(path).unauthenticated(path);
            assert_eq!(response.status(), status, "{path}");
            let actual = response.headers().get("location").map(|value| value.to_str().unwrap());
            assert_eq!(actual, location, "{path}");
        }
    }
}
