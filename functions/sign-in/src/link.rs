//! `/login/{token}`: an emailed sign-in link.
//!
//! `GET` changes nothing, because email scanners open links too. The page's button uses the link.
//! For a minute after that, the same browser can repeat the request, in case the first response was
//! lost.

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State, rejection::PathRejection},
    http::header::SET_COOKIE,
    response::Response,
};
use domain::{
    id::{OrgId, UserId},
    people::{ORG_CREATION_GRANT_TTL, Session, SessionToken, User},
    secret::{Hash, Secret},
    time,
};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::json;
use store::{Consumed, Link, LinkGrant, LinkLookup, OrgCreationGrant, Reissued, UsedLink};
use telemetry::LogArea;
use web::{Kind, Problem, ResponseFormat};

use crate::{App, browser::Browser, pages, words};

/// The path that opens after signing in if the request for the link named no path.
pub const HOME: &str = "/dashboard";

pub type Token = Result<Path<String>, PathRejection>;

/// `GET /login/{token}`: shows the address that the link signs in, and the button that uses the
/// link.
///
/// It does not change the link.
pub async fn show(State(app): State<Arc<App>>, token: Token, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    let (token, browser) = (text(token), Browser::of(&app, request.headers()));
    let (user, is_repeat) = match find(&app, &token).await {
        Ok(Found::Usable(link)) => {
            let elsewhere = requested_elsewhere(&link, request.headers());
            let page = pages::confirm(&app.product, &token, link.address.as_str(), elsewhere);
            return browser.set_cookie(web::page(StatusCode::OK, page));
        }
        Ok(Found::Used(used)) => (used.user, used.is_repeated_by(browser.hash(), app.clock.now())),
        Ok(Found::Expired(link)) => (link.user, false),
        Err(problem) => return problem_response(&app, wants, problem),
    };
    if app.is_signed_in(request.headers(), user).await {
        web::see_other(HOME)
    } else if is_repeat {
        let page = pages::confirm_again(&app.product, &token);
        browser.set_cookie(web::page(StatusCode::OK, page))
    } else {
        problem_response(&app, wants, expired())
    }
}

/// `POST /login/{token}`: uses the link, which verifies its address and starts a session.
///
/// The browser's previous session ends. For a minute, the same browser can repeat the request.
pub async fn consume(State(app): State<Arc<App>>, token: Token, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    let outcome = sign_in(&app, &text(token), request.headers(), wants).await;
    outcome.unwrap_or_else(|problem| problem_response(&app, wants, problem))
}

/// Returns the token in the path. A path segment that is not valid UTF-8 becomes an empty text,
/// which is not the token of any link.
pub fn text(token: Token) -> String {
    token.map(|Path(token)| token).unwrap_or_default()
}

/// Returns the time at which another browser requested the link. Returns `None` if this browser
/// requested it, or if the time or the browser is unknown.
fn requested_elsewhere(link: &Link, headers: &HeaderMap) -> Option<Timestamp> {
    let here = web::browser::secret(headers).map(|secret| secret.hash());
    link.browser.filter(|browser| here != Some(*browser)).and(link.requested_at)
}

async fn sign_in(
    app: &App,
    token: &str,
    headers: &HeaderMap,
    wants: ResponseFormat,
) -> Result<Response, Problem> {
    let previous = web::session::token(headers);
    let browser = web::browser::secret(headers).map(|secret| secret.hash());
    // After a conflict, the link or the user changed since they were read. Read both again.
    let response = store::retry(|| async {
        Ok::<_, Problem>(match find(app, token).await? {
            Found::Usable(link) => use_link(app, &link, previous.as_ref(), browser, wants).await,
            Found::Used(used) if app.is_signed_in(headers, used.user).await => {
                Ok(Some(web::see_other(used.next.as_deref().unwrap_or(HOME))))
            }
            Found::Used(used) if used.is_repeated_by(browser, app.clock.now()) => {
                repeat(app, &used, wants).await
            }
            Found::Used(_) => Ok(None),
            Found::Expired(link) => Ok(Some(expired_response(app, headers, wants, link.user).await)),
        })
    });
    response.await?.ok_or_else(expired)
}

/// Uses a link for the first time. Returns `None` if the user no longer has the address to which
/// the link was sent.
async fn use_link(
    app: &App,
    link: &Link,
    previous: Option<&SessionToken>,
    browser: Option<Hash>,
    wants: ResponseFormat,
) -> Result<Option<Response>, store::Error> {
    let now = app.clock.now();
    let user = app.store.load_user(link.user).await?;
    let Some(user) = user.filter(|user| user.value.address == link.address) else { return Ok(None) };
    let mut after = user.value.clone();
    after.verify_address();
    let secret = Secret::new(app.entropy.bytes());
    let session = target_org(&after, link, previous)
        .map(|org| Session { signed_in_at: Some(now), ..Session::begin(org, &after, now) });
    let grant = OrgCreationGrant {
        secret_hash: secret.hash(),
        user: after.id,
        expires_at: time::add(now, ORG_CREATION_GRANT_TTL),
        used_for: None,
    };
    let link_grant = match &session {
        Some(session) => LinkGrant::Session(session, &secret),
        None => LinkGrant::OrgCreation(&grant),
    };
    match app.store.consume_link(link, &user, &after, link_grant, previous, (browser, now)).await? {
        Consumed::Used => Ok(Some(match session {
            Some(session) => signed_in(link.next.as_deref(), &session, secret),
            None => no_org(app, &after, &secret, link.next.as_deref(), wants),
        })),
        // Another request used the link first, possibly an earlier request of this browser.
        Consumed::AlreadyUsed => Err(store::Error::Conflict),
    }
}

/// Repeats the response to a used link, with a new secret for the session or the organization
/// grant.
///
/// Returns `None` if the session ended or the organization grant was used in the meantime.
pub async fn repeat(
    app: &App,
    used: &UsedLink,
    wants: ResponseFormat,
) -> Result<Option<Response>, store::Error> {
    let secret = Secret::new(app.entropy.bytes());
    let repeated = app.store.reissue_used_link(used, &secret, app.clock.now()).await?;
    Ok(repeated.map(|repeated| match repeated {
        Reissued::Session(session) => signed_in(used.next.as_deref(), &session, secret),
        Reissued::OrgCreation(user) => no_org(app, &user, &secret, used.next.as_deref(), wants),
    }))
}

/// Responds to an expired link. If its user is signed in, redirects to the dashboard.
async fn expired_response(app: &App, headers: &HeaderMap, wants: ResponseFormat, owner: UserId) -> Response {
    if app.is_signed_in(headers, owner).await {
        web::see_other(HOME)
    } else {
        problem_response(app, wants, expired())
    }
}

/// Returns the organization in which a link signs the user in. The first of these applies:
///
/// - the organization whose page was requested
/// - the organization of the browser's previous session
/// - the organization that the user joined last
///
/// Organizations of which the user is not a member are skipped. Returns `None` for a user without
/// an organization.
fn target_org(user: &User, link: &Link, previous: Option<&SessionToken>) -> Option<OrgId> {
    let requested = link.next.as_deref().and_then(|next| next.strip_prefix("/organizations/"));
    let requested = requested.and_then(|rest| rest.split(['/', '?', '#']).next()?.parse().ok());
    user.default_org(requested.into_iter().chain(previous.map(|token| token.org)))
}

fn signed_in(next: Option<&str>, session: &Session, secret: Secret) -> Response {
    let token = SessionToken { org: session.org, user: session.user, secret };
    tracing::info!(area = %LogArea::Access, organization = %session.org, user = %session.user, "signed in");
    let mut response = web::see_other(next.unwrap_or(HOME));
    response.headers_mut().append(SET_COOKIE, web::session::set(&token));
    response
}

/// Responds to a user without an organization. The page contains a form that creates an
/// organization, and the JSON problem contains the data for it.
///
/// The user gets no session, because every session belongs to an organization.
fn no_org(app: &App, user: &User, secret: &Secret, next: Option<&str>, wants: ResponseFormat) -> Response {
    tracing::info!(area = %LogArea::Access, user = %user.id, "rejected sign-in: user has no organization");
    match wants {
        ResponseFormat::Page => {
            let form_token = Secret::new(app.entropy.bytes()).reveal();
            let invitation = next.filter(|next| next.starts_with("/invitations/"));
            let page = pages::no_org(&app.product, user, &secret.reveal(), &form_token, invitation);
            web::page(Kind::Forbidden.status(), page)
        }
        ResponseFormat::Json => {
            let create = json!({ "url": "/organizations/new", "founding": secret.reveal() });
            let problem = Problem::new(Kind::Forbidden, words::no_org::PROBLEM);
            web::problem_response(wants, problem.with("create_organization", create))
        }
    }
}

/// State of an existing link.
enum Found {
    Usable(Link),
    Expired(Link),
    Used(UsedLink),
}

/// Finds the link of a token.
///
/// DynamoDB deletes expired items late, so this function also checks whether the link has expired.
async fn find(app: &App, token: &str) -> Result<Found, Problem> {
    let secret: Secret = token.parse().map_err(|()| expired())?;
    Ok(match app.store.load_link(secret.hash()).await?.ok_or_else(expired)? {
        LinkLookup::Unused(link) if app.clock.now() < link.expires_at => Found::Usable(link),
        LinkLookup::Unused(link) => Found::Expired(link),
        LinkLookup::Used(used) => Found::Used(used),
    })
}

/// Returns the problem of a link that does not work. It is the same for a used, expired, or unknown
/// link.
fn expired() -> Problem {
    Problem::new(Kind::NotFound, words::link::EXPIRED)
}

/// Converts a problem into a response. The page of an expired link offers to request a new link.
fn problem_response(app: &App, wants: ResponseFormat, problem: Problem) -> Response {
    if problem.kind == Kind::NotFound {
        tracing::info!(area = %LogArea::Access, status = 404, cause = "link", "rejected request");
    }
    match (wants, problem.kind) {
        (ResponseFormat::Page, Kind::NotFound) => {
            web::page(problem.kind.status(), pages::expired(&app.product))
        }
        _ => web::problem_response(wants, problem),
    }
}

#[cfg(test)]
mod tests {
    use domain::people::{Address, Name};

    use super::*;

    #[test]
    fn link_opens_requested_then_previous_then_latest_org() {
        let org = |n: u8| format!("org_0198c0de-0000-7000-8000-00000000000{n}").parse::<OrgId>().unwrap();
        let user = |orgs: &[u8]| User {
            verified: true,
            trial_used: true,
            orgs: orgs.iter().map(|n| org(*n)).collect(),
            ..User::new(
                "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap(),
                Name::parse("Jo").unwrap(),
                Address::parse("jo@example.com").unwrap(),
            )
        };
        let link = |next: Option<String>| Link {
            secret_hash: Secret::new([1; 32]).hash(),
            user: user(&[]).id,
            address: user(&[]).address,
            next,
            requested_at: None,
            browser: None,
            expires_at: "2026-01-15T09:00:00Z".parse().unwrap(),
        };
        let previous = |n| SessionToken { org: org(n), user: user(&[]).id, secret: Secret::new([2; 32]) };
        for (orgs, next, before, expected) in [
            (&[1, 2, 3][..], Some(format!("/organizations/{}", org(1))), Some(2), Some(1)),
            (&[1, 2, 3], Some(format!("/organizations/{}?a=b", org(2))), None, Some(2)),
            (&[1, 2, 3], Some(format!("/organizations/{}", org(9))), Some(2), Some(2)),
            (&[1, 2, 3], Some("/dashboard".to_owned()), Some(1), Some(1)),
            (&[1, 2, 3], Some("/organizations/new".to_owned()), Some(9), Some(3)),
            (&[1, 2, 3], None, None, Some(3)),
            (&[], None, Some(1), None),
        ] {
            let found = target_org(&user(orgs), &link(next.clone()), before.map(previous).as_ref());
            assert_eq!(found, expected.map(org), "{orgs:?} {next:?} {before:?}");
        }
    }
}
