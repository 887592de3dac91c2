//! The error type of all handlers (RFC 9457): a public part for the caller and a cause for the log.
//!
//! The response never contains the cause. If an access rule rejects a request, the log line has the
//! area `access` and the name of the rule.

mod kind;

use std::{borrow::Cow, collections::BTreeMap, fmt};

use axum::{
    Json,
    http::{
        HeaderName, HeaderValue, Method,
        header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use domain::org::Status;
pub use kind::Kind;
use serde::Serialize;
use serde_json::{Value, json};
use store::MayConflict;
use telemetry::LogArea;

use crate::words::detail;

/// The member `code` of a problem whose cause is that the plan has no free seat.
pub const NO_SEAT: &str = "seats";

/// One error of one submitted field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The name of the field in the form or in the JSON object.
    pub field: Cow<'static, str>,
    /// A stable code for API clients, such as `required` or `invalid`.
    pub code: &'static str,
    /// A sentence for the user that states the expected format.
    pub message: String,
}

impl FieldError {
    /// Creates an error of `field`, with a `code` for API clients and a `message` for users.
    pub fn new(field: impl Into<Cow<'static, str>>, code: &'static str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, message: message.into() }
    }
}

/// A problem as JSON, with its members in the order of RFC 9457.
#[derive(Debug, Serialize)]
struct ProblemOut<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    errors: &'a [FieldError],
    #[serde(flatten)]
    extra: BTreeMap<&'static str, &'a Value>,
}

/// An error response: a public part for the caller, and a cause for the log.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Determines the status, the type, and the title.
    pub kind: Kind,
    /// One or two sentences for the user that say what happened and what to do.
    pub detail: Cow<'static, str>,
    /// Errors of single fields.
    pub errors: Vec<FieldError>,
    /// Additional members of the JSON response, such as `upgrade_url`.
    pub extra: Vec<(&'static str, Value)>,
    /// Additional headers of the response.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Whether a `GET` of the request's path shows the submitted form.
    pub(crate) has_form: bool,
    /// The reason that the log line contains. The response never contains it.
    cause: Option<Box<str>>,
    area: Option<LogArea>,
    /// Whether the cause is missing configuration of the stage. The problem is then logged as a
    /// warning.
    unconfigured: bool,
    /// Whether the cause was another write at the same time, so that the request can be handled
    /// again.
    is_conflict: bool,
}

impl Problem {
    /// Creates a problem with a public `detail` that says what to do.
    pub fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            extra: Vec::new(),
            headers: Vec::new(),
            has_form: false,
            cause: None,
            area: None,
            unconfigured: false,
            is_conflict: false,
        }
    }

    /// 400: the request is malformed.
    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::BadRequest, detail)
    }

    /// 400: the checklist has no such task. The response contains the valid keys.
    #[must_use]
    pub fn unknown_task(valid_keys: &[&str]) -> Self {
        Self::bad_request(detail::UNKNOWN_TASK).with("valid_keys", json!(valid_keys))
    }

    /// 401: the request has no valid session.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(Kind::Unauthorized, detail::UNAUTHORIZED).rejected_by("session")
    }

    /// 401: the embed token is invalid. The response states the reason (RFC 6750, section 3).
    #[must_use]
    pub fn invalid_token(reason: &impl fmt::Display) -> Self {
        let challenge =
            format!("Bearer realm=\"onramp\", error=\"invalid_token\", error_description=\"{reason}\"");
        Self::new(Kind::Unauthorized, reason.to_string())
            .header(WWW_AUTHENTICATE, &challenge)
            .because(reason)
            .within(LogArea::Access)
    }

    /// 402: the organization's status does not allow it. `upgrade_url` is the page where an admin
    /// chooses a plan or pays.
    #[must_use]
    pub fn payment_required(status: Status, upgrade_url: &str) -> Self {
        Self::new(Kind::PaymentRequired, ui::access::sentence(status))
            .with("upgrade_url", json!(upgrade_url))
            .rejected_by("access")
    }

    /// 402, because the plan has no free seat. The URL is that of [`Self::payment_required`].
    #[must_use]
    pub fn no_seat(upgrade_url: &str, detail: String) -> Self {
        Self::new(Kind::PaymentRequired, detail)
            .with("upgrade_url", json!(upgrade_url))
            .with("code", json!(NO_SEAT))
            .because(NO_SEAT)
            .within(LogArea::Access)
    }

    /// 403: the role does not allow it.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(Kind::Forbidden, detail::FORBIDDEN).rejected_by("role")
    }

    /// 403: the session began with a portal link of the host app at `host`. Only a session that the
    /// user began with their own sign-in may do this, and the response leads to that sign-in. After
    /// it, the user gets to the page `next`.
    #[must_use]
    pub fn portal_session(host: &str, next: &str) -> Self {
        Self::new(Kind::Forbidden, detail::portal_session(host))
            .with("sign_in_url", json!(format!("/login?next={next}")))
            .rejected_by("portal session")
    }

    /// 403: a page of another site sent the request.
    #[must_use]
    pub fn cross_site() -> Self {
        Self::new(Kind::Forbidden, detail::CROSS_SITE).rejected_by("cross-site request")
    }

    /// 404, with the same text for a missing item and an item that the caller may not see.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, detail::NOT_FOUND)
    }

    /// 405, with the methods that the path has.
    #[must_use]
    pub fn method_not_allowed(allowed: &[Method]) -> Self {
        let allowed = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        Self::new(Kind::MethodNotAllowed, detail::method_not_allowed(&allowed)).header(ALLOW, &allowed)
    }

    /// 422, with one or more errors, each with the name of its field.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(Kind::Invalid, detail::INVALID) }
    }

    /// 429. `retry_after` is the number of seconds until the rate limit permits another attempt.
    #[must_use]
    pub fn too_many(retry_after: u64) -> Self {
        let minutes = retry_after.div_ceil(60).max(1);
        Self::new(Kind::TooMany, detail::too_many(minutes))
            .header(RETRY_AFTER, &retry_after.to_string())
            .rejected_by("limit")
    }

    /// 500. The caller of this function adds the cause with [`because`](Self::because).
    #[must_use]
    pub fn internal() -> Self {
        Self::new(Kind::Internal, detail::INTERNAL)
    }

    /// 503, with `Retry-After: 2`. The caller of this function adds the cause with
    /// [`because`](Self::because).
    #[must_use]
    pub fn unavailable() -> Self {
        Self::new(Kind::Unavailable, detail::UNAVAILABLE).header(RETRY_AFTER, "2")
    }

    /// 503: the stage lacks configuration that this route needs. The log line contains `cause`.
    ///
    /// Anyone can send such requests again and again. Therefore the log line is a warning with its
    /// own message, and an alarm for this message opens only a ticket. The log line does not roll
    /// back a release, and does not page an operator.
    #[must_use]
    pub fn unconfigured(cause: impl fmt::Display) -> Self {
        Self { unconfigured: true, ..Self::unavailable().because(cause) }
    }

    /// Makes the error page contain a link to the page of the submitted form.
    #[must_use]
    pub(crate) const fn back_to_form(mut self) -> Self {
        self.has_form = true;
        self
    }

    /// Adds a member to the JSON response.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Value) -> Self {
        self.extra.push((name, value));
        self
    }

    /// Adds a header to the response. Adds nothing if the text is not a valid header value.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
        self
    }

    /// Sets the cause for the log. It must not contain personal data or secrets.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string().into());
        self
    }

    /// Sets the area of the log line, unless it is set already.
    #[must_use]
    pub fn within(mut self, area: LogArea) -> Self {
        self.area = self.area.or(Some(area));
        self
    }

    /// Records which access rule rejected the request.
    fn rejected_by(self, rule: &'static str) -> Self {
        self.because(rule).within(LogArea::Access)
    }

    /// The media type of a problem as JSON (RFC 9457, section 3).
    pub(crate) const MEDIA: &str = "application/problem+json";

    fn out(&self) -> ProblemOut<'_> {
        let extra = self.extra.iter().map(|(name, value)| (*name, value)).collect();
        ProblemOut {
            kind: self.kind.uri(),
            title: self.kind.title(),
            status: self.kind.status().as_u16(),
            detail: &self.detail,
            errors: &self.errors,
            extra,
        }
    }

    /// Writes the log line of the problem. The code that builds the response calls this method
    /// once. A problem below 500 without a cause has no log line.
    pub fn log(&self) {
        let status = self.kind.status().as_u16();
        let area = self.area.map(LogArea::as_str);
        match &self.cause {
            Some(cause) if self.unconfigured => {
                tracing::warn!(area, status, %cause, "rejected request: configuration is missing");
            }
            _ if status >= 500 => {
                tracing::error!(
                    area,
                    status,
                    cause = self.cause.as_deref().unwrap_or("unknown"),
                    "request failed"
                );
            }
            Some(cause) => tracing::info!(area, status, %cause, "rejected request"),
            None => {}
        }
    }
}

impl From<store::Error> for Problem {
    /// 503 if a retry may succeed, otherwise 500. The log line contains the error.
    fn from(error: store::Error) -> Self {
        let is_conflict = error.is_conflict();
        let problem = if error.is_transient() { Self::unavailable() } else { Self::internal() };
        Self { is_conflict, ..problem.because(error) }
    }
}

impl MayConflict for Problem {
    fn is_conflict(&self) -> bool {
        self.is_conflict
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.log();
        let mut response = Json(self.out()).into_response();
        *response.status_mut() = self.kind.status();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(Self::MEDIA));
        response.headers_mut().extend(self.headers);
        response
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use http_body_util::BodyExt;

    use super::*;

    async fn read(response: Response) -> (StatusCode, axum::http::HeaderMap, Value) {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (parts.status, parts.headers, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn response_has_the_detail_and_never_the_cause() {
        let problem = Problem::unavailable().because("dynamodb: connection reset by 10.0.0.7");
        let (status, headers, body) = read(problem.into_response()).await;
        assert_eq!(status, 503);
        assert_eq!(headers["retry-after"], "2");
        assert_eq!(headers["content-type"], "application/problem+json");
        assert_eq!(
            body,
            json!({
                "type": "/problems/unavailable",
                "title": "Temporarily unavailable",
                "status": 503,
                "detail": "Nothing was lost. Try again in a moment.",
                "errors": [],
            })
        );
    }

    #[test]
    fn only_a_conflict_of_the_store_asks_for_another_attempt() {
        assert!(Problem::from(store::Error::Conflict).within(LogArea::Access).is_conflict());
        assert!(!Problem::from(store::Error::Unavailable("timeout".into())).is_conflict());
        assert!(!Problem::new(Kind::Conflict, "The address has an account.").is_conflict());
    }

    #[tokio::test]
    async fn each_kind_carries_its_headers_and_members() {
        let (_, _, body) = read(
            Problem::payment_required(Status::TrialExpired, "https://x.example/organizations/1")
                .into_response(),
        )
        .await;
        assert_eq!(body["upgrade_url"], "https://x.example/organizations/1");
        let (_, headers, _) =
            read(Problem::method_not_allowed(&[Method::GET, Method::POST]).into_response()).await;
        assert_eq!(headers["allow"], "GET, POST");
        for (seconds, text) in [
            (60, "Try again in 1 minute."),
            (61, "Try again in 2 minutes."),
            (119 * 60, "Try again in 119 minutes."),
            (120 * 60, "Try again in 2 hours."),
            (24 * 3600, "Try again in 24 hours."),
        ] {
            let (_, headers, body) = read(Problem::too_many(seconds).into_response()).await;
            assert_eq!(headers["retry-after"], seconds.to_string());
            assert_eq!(body["detail"], text);
        }
        let errors = vec![FieldError::new("email", "required", "Enter your email address.")];
        let (_, _, body) = read(Problem::invalid(errors).into_response()).await;
        assert_eq!(
            body["errors"],
            json!([{ "field": "email", "code": "required", "message": "Enter your email address." }])
        );
    }
}
