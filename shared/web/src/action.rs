//! What handlers of forms and links have in common: the parts of the request that they read, and
//! their responses.

use std::convert::Infallible;

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, header::SET_COOKIE, request::Parts},
    response::{IntoResponse, Response},
};
use domain::people::{SESSION_MAX_AGE, SessionToken};
use maud::Markup;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::{
    form::Fields,
    origin::{origin, source_ip},
    problem::{Kind, Problem},
    problem_response::{problem_page, problem_response},
    request_scope,
    response::{see_other, to_login},
    response_format::ResponseFormat,
    session,
};

/// A submitted form, or the same fields as JSON from an API client.
#[derive(Debug)]
pub struct FormRequest {
    /// The headers of the request.
    pub headers: HeaderMap,
    /// The format of the response.
    pub format: ResponseFormat,
    /// The path of the request.
    pub path: String,
    /// The [origin](origin()) of the stage, as the caller sees it.
    pub origin: String,
    /// The [IP address](source_ip) of the caller.
    pub ip: String,
    fields: Result<Fields, Problem>,
}

impl FormRequest {
    /// Returns the fields of the body. A handler asks for them only after it authenticated the
    /// request, so that other callers do not get errors of the body.
    ///
    /// # Errors
    /// See [`Fields::read`].
    pub fn fields(&self) -> Result<&Fields, Problem> {
        self.fields.as_ref().map_err(Clone::clone)
    }
}

impl<S: Send + Sync> FromRequest<S> for FormRequest {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Infallible> {
        let (headers, path) = (request.headers().clone(), request.uri().path().to_owned());
        let (origin, ip) = (origin(&request), source_ip(request.extensions()));
        let (format, fields) = (ResponseFormat::of(&headers), Fields::read(request).await);
        if let Ok(fields) = &fields {
            request_scope::set_fields(fields);
        }
        Ok(Self { headers, format, path, origin, ip, fields })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ResponseFormat {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// The parameter of a path, such as a token or an ID, which is not parsed yet. `T` is a tuple for a path
/// with several parameters.
///
/// A segment that is not valid UTF-8 becomes an empty text, which names nothing. So its response is
/// the same as for another unknown token or ID.
#[derive(Debug)]
pub struct PathParam<T = String>(pub T);

impl<T: DeserializeOwned + Default + Send, S: Send + Sync> FromRequestParts<S> for PathParam<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let segment = Path::from_request_parts(parts, state).await;
        Ok(Self(segment.map(|Path(segment)| segment).unwrap_or_default()))
    }
}

/// Converts the outcome of a handler into a response. A problem becomes a page or JSON.
#[must_use]
pub fn respond(format: ResponseFormat, outcome: Result<Response, Problem>) -> Response {
    outcome.unwrap_or_else(|problem| problem_response(format, problem))
}

/// Does the same as [`respond`], but redirects a browser without a session to the sign-in page.
/// After the sign-in, the user returns to the path `back`. The error page of a form leads there too.
#[must_use]
pub fn respond_or_login(format: ResponseFormat, back: &str, outcome: Result<Response, Problem>) -> Response {
    match outcome {
        Err(problem) if format == ResponseFormat::Page && problem.kind == Kind::Unauthorized => {
            to_login(back)
        }
        outcome => {
            request_scope::set_back(back);
            respond(format, outcome)
        }
    }
}

/// Redirects a browser to the page that asks before a change, at the path of the form.
///
/// Returns `None` if the form is confirmed with `confirmed=true`, if its fields are invalid, and for
/// API clients, which are not asked.
#[must_use]
pub fn ask_first(form: &FormRequest) -> Option<Response> {
    let is_unconfirmed = form.fields().is_ok_and(|fields| fields.get("confirmed") != Some("true"));
    (form.format == ResponseFormat::Page && is_unconfirmed).then(|| see_other(&form.path))
}

/// Renders a problem as JSON, or as the page that `page` returns, such as the form with the submitted
/// values.
pub fn problem_or_page(
    format: ResponseFormat,
    problem: Problem,
    page: impl FnOnce(&Problem) -> Markup,
) -> Response {
    match format {
        ResponseFormat::Json => problem.into_response(),
        ResponseFormat::Page => {
            let page = page(&problem);
            problem_page(problem, page)
        }
    }
}

/// Returns the response to a finished action: a redirect to `next` for a browser, and
/// `{"success": true}` for an API client.
#[must_use]
pub fn success(format: ResponseFormat, next: &str) -> Response {
    match format {
        ResponseFormat::Page => see_other(next),
        ResponseFormat::Json => Json(json!({ "success": true })).into_response(),
    }
}

/// Redirects to `next`, and stores the token of a new session in the browser.
#[must_use]
pub fn start_session(next: &str, token: &SessionToken) -> Response {
    let mut response = see_other(next);
    response.headers_mut().append(SET_COOKIE, session::set(token, SESSION_MAX_AGE));
    response
}

/// Adds to a response that the browser deletes the token of its session.
#[must_use]
pub fn end_session(mut response: Response) -> Response {
    response.headers_mut().append(SET_COOKIE, session::clear());
    response
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::header::LOCATION};

    use super::*;

    #[tokio::test]
    async fn form_request_reports_body_errors_only_for_fields() {
        for (body, valid) in [(r#"{"email":"jo@example.com"}"#, true), ("[]", false)] {
            let request = Request::post("/login").header("content-type", "application/json");
            let request = request.body(Body::from(body)).unwrap();
            let Ok(form) = FormRequest::from_request(request, &()).await;
            assert_eq!((form.format, form.ip.as_str()), (ResponseFormat::Json, "unknown"));
            assert_eq!(form.fields().is_ok(), valid, "{body}");
        }
    }

    #[test]
    fn only_a_browser_without_session_is_sent_to_login() {
        let respond = |format, problem| respond_or_login(format, "/account", Err(problem));
        let login = respond(ResponseFormat::Page, Problem::unauthorized());
        assert_eq!(login.headers()[LOCATION], "/login?next=/account");
        assert_eq!(respond(ResponseFormat::Json, Problem::unauthorized()).status(), 401);
        assert_eq!(respond(ResponseFormat::Page, Problem::forbidden()).status(), 403);
    }

    #[test]
    fn success_redirects_browsers_and_confirms_to_api_clients() {
        assert_eq!(success(ResponseFormat::Page, "/account").headers()[LOCATION], "/account");
        assert_eq!(success(ResponseFormat::Json, "/account").status(), 200);
        let cleared = end_session(success(ResponseFormat::Page, "/login"));
        assert!(cleared.headers()[SET_COOKIE].to_str().unwrap().ends_with("Max-Age=0"));
    }
}
