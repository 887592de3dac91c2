//! Authenticates the operator who sent a request.

use std::sync::Arc;

use axum::{extract::FromRequestParts, response::Response};
use domain::people::{Operator, OperatorError, SessionToken};
use http::{Method, request::Parts};
use jiff::Timestamp;
use maud::{Markup, Render};
use store::SignedIn;
use telemetry::LogArea;
use ui::{Page, Person, Width};
use web::{Problem, ResponseFormat};

use crate::App;

/// An authenticated operator and the time of the request.
///
/// A handler with this extractor runs only for operators.
#[derive(Clone, Debug)]
pub struct AuthenticatedOperator {
    /// Proof that the user is an operator.
    pub operator: Operator,
    /// Format of the response.
    pub format: ResponseFormat,
    /// Time of the request.
    pub now: Timestamp,
    organization: String,
    admin: bool,
}

impl FromRequestParts<Arc<App>> for AuthenticatedOperator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let format = ResponseFormat::of(&parts.headers);
        let auth = match web::session::token(&parts.headers) {
            Some(token) => authenticate(app, &token, format).await,
            None => Ok(Err(OperatorError::NotOperator)),
        };
        let auth = auth.map_err(|problem| web::problem_response(format, problem))?;
        auth.map_err(|error| match (error, format) {
            (OperatorError::NotOperator, _) => web::problem_response(format, Problem::not_found()),
            (OperatorError::Stale, ResponseFormat::Json) => {
                web::problem_response(format, Problem::unauthorized())
            }
            // The sign-in is too old, so the operator must sign in again. The browser cannot repeat
            // the form after that, so the operator then gets the queue.
            (OperatorError::Stale, ResponseFormat::Page) if parts.method == Method::POST => {
                web::to_login("/operator")
            }
            (OperatorError::Stale, ResponseFormat::Page) => web::to_login(parts.uri.path()),
        })
    }
}

/// Authenticates a session token with one consistent read.
///
/// Updates the last-seen time of the session only if the user is an operator.
async fn authenticate(
    app: &App,
    token: &SessionToken,
    format: ResponseFormat,
) -> Result<Result<AuthenticatedOperator, OperatorError>, Problem> {
    // If the read fails, the response is an error and not 404, so that an operator sees the
    // failure. Before the read, the function cannot tell operators from other users. So every
    // caller with a session token gets this error.
    let found = app.store.load_session(token).await;
    let Some(found) = found.map_err(|error| Problem::unavailable().because(error))? else {
        return Ok(Err(OperatorError::NotOperator));
    };
    let now = app.clock.now();
    let auth = match AuthenticatedOperator::of(app, &found, format, now) {
        Ok(auth) => auth,
        Err(error) => return Ok(Err(error)),
    };
    if found.session.needs_last_seen_update(now) {
        match app.store.update_last_seen(token, now).await {
            Ok(()) | Err(store::Error::Conflict) => {}
            // The response matters more than the last-seen time, so a failure is only logged.
            Err(error) => {
                tracing::warn!(area = %LogArea::Operator, %error, "failed to record session use")
            }
        }
    }
    Ok(Ok(auth))
}

impl AuthenticatedOperator {
    fn of(
        app: &App,
        found: &SignedIn,
        format: ResponseFormat,
        now: Timestamp,
    ) -> Result<Self, OperatorError> {
        let member = found.authorize(now).ok_or(OperatorError::NotOperator)?;
        let (user, listed) = (&found.user.value, &app.config.operators);
        Ok(Self {
            operator: Operator::authorize(&member, &found.session, user, listed, now)?,
            format,
            now,
            organization: found.org.value.name.to_string(),
            admin: member.admin().is_some(),
        })
    }

    /// Renders a complete page for this operator.
    pub fn page(&self, app: &App, title: &str, main: Markup) -> Markup {
        let person = Person {
            name: self.operator.name().as_str(),
            organization: &self.organization,
            admin: self.admin,
            here: None,
        };
        Page { product: &app.config.product, title, person: Some(person), width: Width::Reading, main }
            .render()
    }
}
