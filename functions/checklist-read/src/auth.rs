//! The door: who may come in, and what those are told who may not.

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

/// What is behind the door decides how somebody without a session is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    /// A page: sign in, and come back.
    Page,
    /// A piece of a page, ours or the host app's: nothing to show.
    Fragment,
    /// An answer for programs.
    Api,
}

impl Door {
    fn of(path: &str) -> Self {
        match path {
            "/onboarding/widget" | "/onboarding/banner" => Self::Fragment,
            _ if path.starts_with("/onboarding/api/") => Self::Api,
            _ => Self::Page,
        }
    }

    fn turn_away(self, path: &str) -> Response {
        match self {
            Self::Page => web::to_login(path),
            Self::Fragment => StatusCode::UNAUTHORIZED.into_response(),
            Self::Api => Problem::unauthorized().into_response(),
        }
    }

    fn refuse(self, problem: Problem, parts: &Parts) -> Response {
        match self {
            Self::Api => problem.into_response(),
            Self::Page | Self::Fragment => web::refuse(ResponseFormat::of(&parts.headers), problem),
        }
    }
}

/// A handler that takes a [`View`] cannot run without a session or, where pieces of ours are asked for, the host app's
/// token. With a token no cookie is read: the request has none any more by now.
impl FromRequestParts<App> for View {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let path = parts.uri.path();
        let door = Door::of(path);
        if let (Some(token), true) = (web::bearer(&parts.headers), door != Door::Page) {
            let from = parts.headers.get(ORIGIN).and_then(|from| from.to_str().ok());
            return embed::look(app, token, from).await.map_err(|problem| match (door, problem.kind) {
                (Door::Fragment, Kind::Unauthorized) => embed::nothing(problem),
                _ => door.refuse(problem, parts),
            });
        }
        let view = load(parts, app).await.map_err(|problem| door.refuse(problem, parts))?;
        view.ok_or_else(|| door.turn_away(path))
    }
}

/// For pages that everybody may see: they greet those who are signed in, and stand even while the table does not.
/// Looking at one of them is no use of a session.
impl OptionalFromRequestParts<App> for View {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Self::Rejection> {
        let Some(token) = web::session::token(&parts.headers) else { return Ok(None) };
        let found = app.store.try_load_session(&token).await;
        Ok(found.and_then(|found| View::of(found, app.clock.now())))
    }
}

/// One consistent read: session, person, membership and organization. Nothing is read without a token.
async fn load(parts: &Parts, app: &App) -> Result<Option<View>, Problem> {
    let Some(token) = web::session::token(&parts.headers) else { return Ok(None) };
    let Some(found) = app.store.load_session(&token).await.map_err(store_problem)? else { return Ok(None) };
    let now = app.clock.now();
    let wants_touch = found.session.needs_last_seen_update(now);
    let view = View::of(found, now);
    if view.is_some() && wants_touch {
        // A second trip, once an hour. Nothing hides it: it follows from what was read, a function must be done before
        // it answers, and what is left to do beside it is less than a millisecond of markup.
        // A page is worth more than the note of when it was looked at.
        match app.store.update_last_seen(&token, now).await {
            Ok(()) | Err(store::Error::Conflict) => {}
            Err(error) => tracing::warn!(%error, "the session's last use was not written"),
        }
    }
    Ok(view)
}

impl View {
    /// What somebody sees, if their session, membership and organization hold at `now`.
    fn of(found: SignedIn, now: Timestamp) -> Option<Self> {
        let member = found.authorize(now)?;
        let (org, orgs) = (found.org.value, found.user.value.orgs);
        Some(Self { admin: member.admin(), member, org, orgs, by: AuthMethod::Session, now })
    }
}

pub(crate) fn store_problem(error: store::Error) -> Problem {
    Problem::from_failure(error.is_passing(), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_no_session_is_turned_away_as_suits_the_door() {
        for (path, status, location) in [
            ("/dashboard", 303, Some("/login?next=/dashboard")),
            ("/onboarding/checklist", 303, Some("/login?next=/onboarding/checklist")),
            ("/onboarding/widget", 401, None),
            ("/onboarding/banner", 401, None),
            ("/onboarding/api/checklist", 401, None),
        ] {
            let response = Door::of(path).turn_away(path);
            assert_eq!(response.status(), status, "{path}");
            let led = response.headers().get("location").map(|value| value.to_str().unwrap());
            assert_eq!(led, location, "{path}");
        }
    }
}
