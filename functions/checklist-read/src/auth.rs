//! Authenticates requests, and responds to requests that fail authentication.

use axum::{
    body::Body,
    extract::{FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Response},
};
use http::{
    StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
    request::Parts,
};
use web::{
    Kind, Problem, ResponseFormat,
    auth::{AuthenticatedMember, AuthenticatedUser, Credentials},
};

use crate::{app::App, views::View};

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

    /// Reads the credentials of a request. Pages accept only a session.
    fn credentials(self, parts: &Parts) -> Option<Credentials> {
        match self {
            Self::Page => web::session::token(&parts.headers).map(Credentials::Session),
            Self::Fragment | Self::Api => Credentials::of(&parts.headers),
        }
    }

    /// Responds to a request without a valid session.
    fn unauthenticated(self, path: &str) -> Response {
        match self {
            Self::Page => web::to_login(path),
            Self::Fragment => StatusCode::UNAUTHORIZED.into_response(),
            Self::Api => Problem::unauthorized().into_response(),
        }
    }

    /// Responds to a request with an invalid embed token, or after a failed read.
    ///
    /// A rejected fragment has no body. Its header `WWW-Authenticate` contains the reason, for the
    /// developer of the host app.
    fn problem(self, problem: Problem, parts: &Parts) -> Response {
        match (self, problem.kind) {
            (Self::Api, _) => problem.into_response(),
            (Self::Fragment, Kind::Unauthorized) => {
                let mut response = problem.into_response();
                *response.body_mut() = Body::empty();
                response.headers_mut().remove(CONTENT_TYPE);
                response.headers_mut().remove(CONTENT_LENGTH);
                response
            }
            (Self::Page | Self::Fragment, _) => {
                web::problem_response(ResponseFormat::of(&parts.headers), problem)
            }
        }
    }
}

/// Authenticates a request by its session, and records the use of the session. Fragments and JSON
/// reads also accept an embed token.
///
/// A handler that takes a [`View`] runs only for an authenticated request.
impl FromRequestParts<App> for View {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let path = parts.uri.path();
        let route = RouteKind::of(path);
        let Some(credentials) = route.credentials(parts) else { return Err(route.unauthenticated(path)) };
        match credentials.authenticate(&app.store, &app.keys, app.config.session_idle, app.clock.now()).await
        {
            Ok(member) => {
                member.record_use(&app.store).await;
                Ok(member.into())
            }
            Err(problem) => Err(match (&credentials, problem.kind) {
                (Credentials::Session(_), Kind::Unauthorized) => route.unauthenticated(path),
                _ => route.problem(problem, parts),
            }),
        }
    }
}

/// Loads the view for a public page, if the request has a valid session. The page also works
/// without a view, for example for a visitor or while the table is unavailable. A visit to a public
/// page does not update the session's last-seen time.
impl OptionalFromRequestParts<App> for View {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Self::Rejection> {
        let user =
            AuthenticatedUser::try_load(&app.store, app.config.session_idle, &parts.headers, app.clock.now())
                .await;
        Ok(user.map(|user| AuthenticatedMember::from(user).into()))
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
