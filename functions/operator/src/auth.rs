//! Authenticates the operator who sent a request.

use std::sync::Arc;

use axum::{extract::FromRequestParts, response::Response};
use domain::people::{Operator, OperatorError};
use http::{Method, request::Parts};
use jiff::Timestamp;
use maud::{Markup, Render};
use ui::{Page, Width};
use web::{Problem, ResponseFormat, auth::AuthenticatedUser};

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
    user: AuthenticatedUser,
}

impl FromRequestParts<Arc<App>> for AuthenticatedOperator {
    type Rejection = Response;

    /// Authenticates the session. Records its use only if the user is an operator.
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let (format, now) = (ResponseFormat::of(&parts.headers), app.clock.now());
        // If the read fails, the response is an error and not 404, so that an operator sees the
        // failure. Before the read, the function cannot tell operators from other users. So every
        // caller with a session token gets this error.
        let user = AuthenticatedUser::load(&app.store, app.config.session_idle, &parts.headers, now).await;
        let user =
            user.map_err(|error| web::problem_response(format, Problem::unavailable().because(error)))?;
        let authorized = user.ok_or(OperatorError::NotOperator).and_then(|user| {
            let (found, listed) = (&user.found, &app.config.operators);
            let operator = Operator::authorize(&user.member, &found.session, &found.user.value, listed, now)?;
            Ok(Self { operator, format, now, user })
        });
        match authorized {
            Ok(auth) => {
                auth.user.record_use(&app.store).await;
                Ok(auth)
            }
            Err(error) => Err(reject(error, format, parts)),
        }
    }
}

fn reject(error: OperatorError, format: ResponseFormat, parts: &Parts) -> Response {
    match (error, format) {
        (OperatorError::NotOperator, _) => web::problem_response(format, Problem::not_found()),
        (OperatorError::Stale, ResponseFormat::Json) => {
            web::problem_response(format, Problem::unauthorized())
        }
        // The sign-in is too old, so the operator must sign in again. The browser cannot repeat the
        // form after that, so the operator then gets the queue.
        (OperatorError::Stale, ResponseFormat::Page) if parts.method == Method::POST => {
            web::to_login("/operator")
        }
        (OperatorError::Stale, ResponseFormat::Page) => web::to_login(parts.uri.path()),
    }
}

impl AuthenticatedOperator {
    /// Renders a complete page for this operator.
    pub fn page(&self, app: &App, title: &str, main: Markup) -> Markup {
        let person = Some(self.user.person(None));
        Page { product: &app.config.product, title, person, width: Width::Reading, main }.render()
    }
}
