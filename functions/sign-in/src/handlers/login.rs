//! `/login`: requests for a sign-in link.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::header::SET_COOKIE,
    response::Response,
};
use domain::{
    limits::{RateLimitWindow, SIGN_INS_OF_IP, network, sign_in_limits},
    people::{Address, SIGN_IN_LINK_TTL},
    secret::Secret,
    time,
};
use http::{HeaderMap, StatusCode, Uri};
use jiff::Timestamp;
use store::{SignInRequest, SignInRequestResult};
use telemetry::LogArea;
use web::{FieldError, Fields, FormRequest, Problem, ResponseFormat, auth::AuthenticatedUser};

use crate::{
    App,
    views::login::{self as views, LoginForm},
    words::login as words_of,
};

/// `GET /login`: shows the form, or a link to the next page if the user is signed in.
///
/// The query parameter `next` names the page to open after signing in. If the membership of the
/// browser's session ended, the page says so.
pub async fn show(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Response {
    let (next, now) = (parse_next(&uri), app.clock.now());
    let found = AuthenticatedUser::try_find(&app.store, app.session_idle, &headers, now).await;
    let page = match &found {
        Some(Ok(user)) if may_open(user, next.as_deref()) => {
            views::already_signed_in(&app.product, user, next.as_deref())
        }
        _ => {
            let invalid = found.as_ref().and_then(|found| found.as_ref().err());
            let left = invalid.filter(|found| found.is_former_member(app.session_idle, now));
            let left = left.map(|found| &found.org.value.name);
            let user = found.as_ref().and_then(|found| found.as_ref().ok());
            let portal = user.filter(|user| user.found.session.is_portal());
            let typed = portal.map_or("", |user| user.found.user.value.address.as_str());
            LoginForm { next: next.as_deref(), left, user, typed, problem: None }.render(&app.product)
        }
    };
    web::page(StatusCode::OK, page)
}

/// `POST /login`: writes a request for a link. The writes and the response are the same for known
/// and unknown addresses, so they do not reveal who has an account.
pub async fn request_link(State(app): State<Arc<App>>, form: FormRequest) -> Response {
    web::respond(form.format, write_request(&app, &form).await)
}

async fn write_request(app: &App, form: &FormRequest) -> Result<Response, Problem> {
    let fields = form.fields()?;
    let next = fields.get("next").and_then(web::next_path);
    let address = match parse_address(fields) {
        Ok(address) => address,
        Err(error) => {
            let (user, problem) = (load_viewer(app, form).await, Problem::invalid(vec![error]));
            return Ok(respond_rejected(app, form, next.as_deref(), problem, user.as_ref()));
        }
    };
    let now = app.clock.now();
    let browser = web::browser::secret(&form.headers).unwrap_or_else(|| Secret::new(app.entropy.bytes()));
    let limits = sign_in_limits(&address, &network(&form.ip), now);
    let request = SignInRequest::new(app.entropy.bytes(), address, next, Some(browser.hash()), now);
    let (result, user) = tokio::join!(app.store.request_sign_in(&request, &limits), load_viewer(app, form));
    Ok(match result? {
        SignInRequestResult::Recorded => respond_sent(app, form.format, &request, &browser, user.as_ref()),
        SignInRequestResult::Limited(window) => {
            let problem = limit_problem(&window, now);
            respond_rejected(app, form, request.next.as_deref(), problem, user.as_ref())
        }
    })
}

fn parse_address(fields: &Fields) -> Result<Address, FieldError> {
    let typed = fields.get("email").unwrap_or_default();
    if typed.trim().is_empty() {
        return Err(FieldError::new("email", "required", words_of::EMAIL_REQUIRED));
    }
    Address::parse_existing(typed).map_err(|error| FieldError::new("email", error.code(), error.to_string()))
}

/// Returns the query parameter `next`, or `None` if it is not a path of this site.
fn parse_next(uri: &Uri) -> Option<String> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).ok()?;
    pairs.into_iter().find(|(name, _)| name == "next").and_then(|(_, next)| web::next_path(&next))
}

/// Returns whether the page at `next` accepts the session of the user.
///
/// The page may require a recent sign-in or a verified address, and would redirect to `/login`
/// again. So the form is shown instead of a link to that page. The form is also for a user who came
/// from the host app, because some pages lead such a user here.
fn may_open(user: &AuthenticatedUser, next: Option<&str>) -> bool {
    match next {
        _ if user.found.session.is_portal() => false,
        Some(next) if next.starts_with("/operator") => user.found.session.is_fresh(user.now),
        Some(next) if next.starts_with("/invitations/") => user.found.user.value.verified,
        _ => true,
    }
}

/// Returns the problem of a user who requests links too often.
///
/// The limit of a network counts requests for all addresses. So its newest request may be for
/// another address, and this address may have no valid link.
fn limit_problem(window: &RateLimitWindow, now: Timestamp) -> Problem {
    let mut problem = Problem::too_many(window.retry_after(now)).because(window.limit.name);
    let newest = window.newest.filter(|_| window.limit != SIGN_INS_OF_IP);
    if newest.is_some_and(|at| now < time::add(at, SIGN_IN_LINK_TTL)) {
        problem.detail = words_of::latest_link_works(&problem.detail).into();
    }
    problem
}

/// Loads the signed-in user of the browser that gets a page.
async fn load_viewer(app: &App, form: &FormRequest) -> Option<AuthenticatedUser> {
    match form.format {
        ResponseFormat::Page => app.signed_in(&form.headers).await,
        ResponseFormat::Json => None,
    }
}

/// Responds with the address to which the link is sent, and ties the link to this browser.
fn respond_sent(
    app: &App,
    format: ResponseFormat,
    request: &SignInRequest,
    browser: &Secret,
    user: Option<&AuthenticatedUser>,
) -> Response {
    tracing::info!(area = %LogArea::Access, asked = %request.id, "requested sign-in link");
    let mut response = match format {
        ResponseFormat::Page => {
            web::page(StatusCode::OK, views::sent(&app.product, request.address.as_str(), user))
        }
        ResponseFormat::Json => web::success(format, ""),
    };
    response.headers_mut().append(SET_COOKIE, web::browser::set(browser));
    response
}

/// Responds with the problem. A page contains the form with the entered address.
fn respond_rejected(
    app: &App,
    form: &FormRequest,
    next: Option<&str>,
    problem: Problem,
    user: Option<&AuthenticatedUser>,
) -> Response {
    let typed = form.fields().ok().and_then(|fields| fields.get("email")).unwrap_or_default();
    web::problem_or_page(form.format, problem, |problem| {
        LoginForm { next, typed, problem: Some(problem), left: None, user }.render(&app.product)
    })
}
