//! `/login`: requests for a sign-in link.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, Request, State},
    http::header::SET_COOKIE,
    response::{IntoResponse, Response},
};
use domain::{
    limits::{SIGN_INS_OF_IP, network, sign_in_limits},
    people::{Address, SIGN_IN_LINK_TTL},
    secret::Secret,
    time,
};
use http::{HeaderMap, StatusCode, Uri};
use serde_json::json;
use store::{SignInRequest, SignInRequestResult};
use telemetry::LogArea;
use web::{FieldError, Fields, Kind, Problem, ResponseFormat, auth::AuthenticatedUser};

use crate::{App, pages, respond, words::login as words_of};

/// `GET /login`: shows the form, or a link to the next page if the user is signed in.
///
/// The query parameter `next` names the page to open after signing in.
pub async fn form(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Response {
    let next = next_of(&uri);
    let now = app.clock.now();
    let signed_in = AuthenticatedUser::try_load(&app.store, &headers, now).await.map(|user| user.found);
    // The page at `next` may require a recent sign-in or a verified address, and would redirect to
    // `/login` again. So the form is shown instead of a link to that page.
    let signed_in = signed_in.filter(|found| match next.as_deref() {
        Some(next) if next.starts_with("/operator") => found.session.is_fresh(now),
        Some(next) if next.starts_with("/invitations/") => found.user.value.verified,
        _ => true,
    });
    let page = match &signed_in {
        Some(found) => pages::already_signed_in(&app.product, found, next.as_deref()),
        None => pages::form(&app.product, next.as_deref(), "", None, None),
    };
    web::page(StatusCode::OK, page)
}

/// `POST /login`: writes a request for a link. The writes and the response are the same for known
/// and unknown addresses, so they do not reveal who has an account.
pub async fn request_link(State(app): State<Arc<App>>, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    respond(wants, write_request(&app, wants, request).await)
}

async fn write_request(app: &App, wants: ResponseFormat, request: Request) -> Result<Response, Problem> {
    let ip = network(&web::source_ip(request.extensions()));
    let secret = web::browser::secret(request.headers()).unwrap_or_else(|| Secret::new(app.entropy.bytes()));
    let fields = Fields::read(request).await?;
    let typed = fields.get("email").unwrap_or_default();
    let next = fields.get("next").and_then(web::next_path);
    let address = match parse_address(typed) {
        Ok(address) => address,
        Err(error) if wants == ResponseFormat::Page => {
            let page = pages::form(&app.product, next.as_deref(), typed, Some(&error.message), None);
            return Ok(web::page(Kind::Invalid.status(), page));
        }
        Err(error) => return Err(Problem::invalid(vec![error])),
    };

    let now = app.clock.now();
    let limits = sign_in_limits(&address, &ip, now);
    let sign_in = SignInRequest::new(app.entropy.bytes(), address, next, Some(secret.hash()), now);
    match app.store.request_sign_in(&sign_in, &limits).await? {
        SignInRequestResult::Recorded => {
            tracing::info!(area = %LogArea::Access, asked = %sign_in.id, "requested sign-in link");
            let mut response = match wants {
                ResponseFormat::Page => {
                    web::page(StatusCode::OK, pages::sent(&app.product, sign_in.address.as_str()))
                }
                ResponseFormat::Json => Json(json!({ "success": true })).into_response(),
            };
            response.headers_mut().append(SET_COOKIE, web::browser::set(&secret));
            Ok(response)
        }
        SignInRequestResult::Limited(window) => {
            let mut problem = Problem::too_many(window.retry_after(now)).because(window.limit.name);
            // The limit of a network counts requests for all addresses. So its newest request may
            // be for another address, and this address may have no valid link.
            let newest = window.newest.filter(|_| window.limit != SIGN_INS_OF_IP);
            if newest.is_some_and(|at| now < time::add(at, SIGN_IN_LINK_TTL)) {
                problem.detail = words_of::latest_link_works(&problem.detail).into();
            }
            if wants == ResponseFormat::Json {
                return Err(problem);
            }
            let page = pages::form(&app.product, sign_in.next.as_deref(), typed, None, Some(&problem));
            Ok(web::problem_page(problem, page))
        }
    }
}

fn parse_address(typed: &str) -> Result<Address, FieldError> {
    if typed.trim().is_empty() {
        return Err(FieldError::new("email", "required", words_of::EMAIL_REQUIRED));
    }
    Address::parse_existing(typed).map_err(|error| FieldError::new("email", error.code(), error.to_string()))
}

/// Returns the query parameter `next`, or `None` if it is not a path of this site.
fn next_of(uri: &Uri) -> Option<String> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).ok()?;
    pairs.into_iter().find(|(name, _)| name == "next").and_then(|(_, next)| web::next_path(&next))
}
