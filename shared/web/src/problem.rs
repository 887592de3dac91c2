//! What went wrong, as RFC 9457 has it: a public account for the caller and, apart from it, one for the log.

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
use serde::Serialize;
use serde_json::{Value, json};
use telemetry::LogArea;

pub use kind::Kind;

/// One fault of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field's name.
    pub field: Cow<'static, str>,
    /// A word for programs.
    pub code: &'static str,
    /// A sentence for people.
    pub message: String,
}

impl FieldError {
    /// A fault of `field`: `code` for programs, `message` for people.
    pub fn new(field: impl Into<Cow<'static, str>>, code: &'static str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, message: message.into() }
    }
}

/// A problem as JSON, with its members in the order of the standard.
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

/// A problem: what the caller is told, and what the log is told.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Which kind.
    pub kind: Kind,
    /// A sentence or two for people: what to do about it.
    pub detail: Cow<'static, str>,
    /// Faults of fields.
    pub errors: Vec<FieldError>,
    /// Further members of the JSON answer, such as `upgrade_url`.
    pub extra: Vec<(&'static str, Value)>,
    /// Further headers of the answer.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Whether the form that was sent has a page, at the address that it was sent to.
    pub(crate) has_form: bool,
    /// What the log is told and the caller never is.
    cause: Option<Box<str>>,
    area: Option<LogArea>,
    /// Whether the stage lacks configuration. Such a problem is logged as a warning.
    unconfigured: bool,
}

impl Problem {
    /// A problem of that kind, with a public sentence that says what to do.
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
        }
    }

    /// 400.
    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::BadRequest, detail)
    }

    /// 401: there is no session.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(Kind::Unauthorized, "Your session has ended, or there was none. Sign in and try again.")
            .refused_by("session")
    }

    /// 401: the host app's token shows nothing. Why may be known to whoever holds the token (RFC 6750, 3).
    #[must_use]
    pub fn token_refused(why: &impl fmt::Display) -> Self {
        let told = format!("Bearer realm=\"onramp\", error=\"invalid_token\", error_description=\"{why}\"");
        Self::new(Kind::Unauthorized, why.to_string())
            .header(WWW_AUTHENTICATE, &told)
            .because(why)
            .within(LogArea::Access)
    }

    /// 402, with the link to where a plan is chosen.
    #[must_use]
    pub fn payment_required(upgrade_url: &str) -> Self {
        Self::new(Kind::PaymentRequired, "Everything is kept. Choose a plan to go on working.")
            .with("upgrade_url", json!(upgrade_url))
            .refused_by("access")
    }

    /// 403: the role does not allow it.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(Kind::Forbidden, "Only an admin of the organization can do this.").refused_by("role")
    }

    /// 403: a form of another site.
    #[must_use]
    pub fn cross_site() -> Self {
        Self::new(Kind::Forbidden, "This request came from another site. Open the page here and try again.")
            .refused_by("cross-site request")
    }

    /// 404. What is not there and what is not the caller's get the same words.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "The address may be mistyped, or it is not yours to see.")
    }

    /// 405, with the methods that the path has.
    #[must_use]
    pub fn method_not_allowed(allowed: &[Method]) -> Self {
        let allowed = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        Self::new(
            Kind::MethodNotAllowed,
            format!("This address answers to {allowed}. Go back, and use the buttons of the page."),
        )
        .header(ALLOW, &allowed)
    }

    /// 422, with every fault beside its field.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(Kind::Invalid, "Correct the fields named below and send the form again.") }
    }

    /// 429, with the seconds after which it is worth another try.
    #[must_use]
    pub fn too_many(retry_after: u64) -> Self {
        let minutes = retry_after.div_ceil(60).max(1);
        let unit = if minutes == 1 { "minute" } else { "minutes" };
        Self::new(Kind::TooMany, format!("Try again in {minutes} {unit}."))
            .header(RETRY_AFTER, &retry_after.to_string())
            .refused_by("limit")
    }

    /// 500. Say [`because`](Self::because) what.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(Kind::Internal, "We have been told. Try again in a few minutes.")
    }

    /// 503. Say [`because`](Self::because) what.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::new(Kind::Unavailable, "Nothing was lost. Try again in a moment.").header(RETRY_AFTER, "2")
    }

    /// 503: the stage lacks configuration that this route needs; `cause` names it for the log.
    ///
    /// Anyone can repeat such a request at will. So its log line is a warning with a message of its own, which neither
    /// stops a release nor pages an operator: raise a ticket for it.
    #[must_use]
    pub fn unconfigured(cause: impl fmt::Display) -> Self {
        Self { unconfigured: true, ..Self::unavailable().because(cause) }
    }

    /// 503 where another try may go well (`passing`), else 500, with the cause for the log.
    #[must_use]
    pub fn from_failure(passing: bool, cause: impl fmt::Display) -> Self {
        if passing { Self::unavailable() } else { Self::internal() }.because(cause)
    }

    /// Leads people back to the page of the form that they sent.
    #[must_use]
    pub(crate) const fn back_to_form(mut self) -> Self {
        self.has_form = true;
        self
    }

    /// Adds a member to the JSON answer.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Value) -> Self {
        self.extra.push((name, value));
        self
    }

    /// Adds a header to the answer. Text that is no header value is left out.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
        self
    }

    /// Adds what only the log is told. Neither personal data nor secrets belong in it.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string().into());
        self
    }

    /// Files the log line under a part of the system, unless it is under one already.
    #[must_use]
    pub fn within(mut self, area: LogArea) -> Self {
        self.area = self.area.or(Some(area));
        self
    }

    /// One of the rules of the door did not let the request in.
    fn refused_by(self, rule: &'static str) -> Self {
        self.because(rule).within(LogArea::Access)
    }

    /// The media type of a problem as JSON.
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

    /// The problem as JSON.
    pub(crate) fn body(&self) -> String {
        serde_json::to_string(&self.out()).unwrap_or_default()
    }

    /// Writes the log line. Called once, where the answer is made.
    pub fn log(&self) {
        let status = self.kind.status().as_u16();
        let area = self.area.map(LogArea::as_str);
        match &self.cause {
            Some(cause) if self.unconfigured => {
                tracing::warn!(area, status, %cause, "request needs configuration that is missing");
            }
            _ if status >= 500 => {
                tracing::error!(
                    area,
                    status,
                    cause = self.cause.as_deref().unwrap_or("unknown"),
                    "request failed"
                );
            }
            Some(cause) => tracing::info!(area, status, %cause, "request refused"),
            None => {}
        }
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
    async fn the_caller_is_told_what_to_do_and_never_the_cause() {
        let problem = Problem::unavailable().because("dynamodb: connection reset by 10.0.0.7");
        let (status, headers, body) = read(problem.into_response()).await;
        assert_eq!(status, 503);
        assert_eq!(headers["retry-after"], "2");
        assert_eq!(headers["content-type"], "application/problem+json");
        assert_eq!(
            body,
            json!({
                "type": "/problems/unavailable",
                "title": "We cannot answer right now",
                "status": 503,
                "detail": "Nothing was lost. Try again in a moment.",
                "errors": [],
            })
        );
    }

    #[tokio::test]
    async fn each_kind_brings_what_its_reader_needs() {
        let (_, _, body) =
            read(Problem::payment_required("https://x.example/organizations/1").into_response()).await;
        assert_eq!(body["upgrade_url"], "https://x.example/organizations/1");
        let (_, headers, _) =
            read(Problem::method_not_allowed(&[Method::GET, Method::POST]).into_response()).await;
        assert_eq!(headers["allow"], "GET, POST");
        let (_, headers, body) = read(Problem::too_many(61).into_response()).await;
        assert_eq!(
            (headers["retry-after"].to_str().unwrap(), &body["detail"]),
            ("61", &json!("Try again in 2 minutes."))
        );
        let faults = vec![FieldError::new("email", "required", "Enter your email address.")];
        let (_, _, body) = read(Problem::invalid(faults).into_response()).await;
        assert_eq!(
            body["errors"],
            json!([{ "field": "email", "code": "required", "message": "Enter your email address." }])
        );
    }
}
