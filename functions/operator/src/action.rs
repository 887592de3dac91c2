//! What all actions of operators have in common: the required reason, and the response.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use domain::people::Reason;
use serde::Serialize;
use web::{FieldError, Fields, ResponseFormat};

use crate::auth::AuthenticatedOperator;

/// Something that an operator can do about an item of the review queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Link the item's customer to one of the item's organizations.
    LinkCustomer,
    /// Remove the item from the queue.
    Dismiss,
}

impl Action {
    /// Returns the value in JSON responses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LinkCustomer => "link-customer",
            Self::Dismiss => "dismiss",
        }
    }
}

/// Parses the reason of an action. If it is invalid, adds the error to `errors`.
pub fn reason(fields: &Fields, errors: &mut Vec<FieldError>) -> Option<Reason> {
    let reason = Reason::parse(fields.get("reason").unwrap_or_default());
    reason.map_err(|error| errors.push(FieldError::new("reason", error.code(), error.to_string()))).ok()
}

/// Returns the response to a finished action: a redirect to `next` for a browser.
pub fn done(auth: &AuthenticatedOperator, next: &str, out: impl Serialize) -> Response {
    match auth.format {
        ResponseFormat::Page => web::see_other(next),
        ResponseFormat::Json => Json(out).into_response(),
    }
}
