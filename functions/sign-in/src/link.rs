//! `/login/{token}`: a mailed link.

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
    trial,
};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::json;
use store::{Consumed, Link, LinkGrant, LinkLookup, OrgCreationGrant, Reissued, UsedLink};
use telemetry::LogArea;
use web::{Kind, Problem, ResponseFormat};

use crate::{App, pages, store_problem};

/// Where people land who did not come from anywhere.
pub const HOME: &str = "/dashboard";

pub type Token = Result<Path<String>, PathRejection>;

/// `GET /login/{token}`: shows whom the link signs in, and a button. It uses nothing up.
pub async fn show(State(app): State<Arc<App>>, token: Token, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    let (token, browser) = (text(token), Browser::of(&app, request.headers()));
    let shown = match find(&app, &token).await {
        Ok(Found::Usable(link)) => {
            let elsewhere = asked_elsewhere(&link, request.headers());
            Ok(pages::confirm(&app.product, &token, link.address.as_str(), elsewhere))
        }
        Ok(Found::Used(used)) => {
            if app.is_signed_in(request.headers(), Some(used.user)).await {
                return web::see_other(HOME);
            }
            if !used.is_repeated_by(browser.hash(), app.clock.now()) {
                return refuse(&app, wants, gone());
            }
            Ok(pages::confirm_again(&app.product, &token))
        }
        Ok(Found::Expired(link)) => return spent(&app, request.headers(), wants, Some(link.user)).await,
        Err(problem) => Err(problem),
    };
    match shown {
        Ok(page) => browser.keep(web::page(StatusCode::OK, page)),
        Err(problem) => refuse(&app, wants, problem),
    }
}

/// `POST /login/{token}`: uses the link up. Its address is proven by that, and a session begins; the one that the
/// browser held so far ends. The same browser may repeat the request for a minute.
pub async fn consume(State(app): State<Arc<App>>, token: Token, request: Request) -> Response {
    let wants = ResponseFormat::of(request.headers());
    let outcome = sign_in(&app, &text(token), request.headers(), wants).await;
    outcome.unwrap_or_else(|problem| refuse(&app, wants, problem))
}

/// What is not even text is no link.
pub fn text(token: Token) -> String {
    token.map(|Path(token)| token).unwrap_or_default()
}

/// When a link was asked for, if that was in another browser than the one that opens it.
fn asked_elsewhere(link: &Link, headers: &HeaderMap) -> Option<Timestamp> {
    let here = web::browser::mark(headers).map(|mark| mark.hash());
    link.browser.filter(|browser| here != Some(*browser)).and(link.requested_at)
}

/// What a browser keeps so that it can be recognized for as long as a link works.
pub enum Browser {
    /// It kept this before.
    Known(Secret),
    /// It is given this now.
    New(Secret),
}

impl Browser {
    /// What the browser behind a request keeps, or is to keep.
    pub fn of(app: &App, headers: &HeaderMap) -> Self {
        match web::browser::mark(headers) {
            Some(mark) => Self::Known(mark),
            None => Self::New(Secret::new(app.entropy.bytes())),
        }
    }

    /// The hash of what it kept before this request.
    pub fn hash(&self) -> Option<Hash> {
        match self {
            Self::Known(mark) => Some(mark.hash()),
            Self::New(_) => None,
        }
    }

    /// Adds to a response what the browser is to keep.
    pub fn keep(&self, mut response: Response) -> Response {
        if let Self::New(mark) = self {
            response.headers_mut().append(SET_COOKIE, web::browser::set(mark));
        }
        response
    }
}

async fn sign_in(
    app: &App,
    token: &str,
    headers: &HeaderMap,
    wants: ResponseFormat,
) -> Result<Response, Problem> {
    let held = web::session::token(headers);
    let browser = web::browser::mark(headers).map(|mark| mark.hash());
    for attempt in 0..store::MAX_TRIES {
        let outcome = match find(app, token).await? {
            Found::Usable(link) => use_up(app, &link, held.as_ref(), browser, wants).await,
            Found::Used(used) if app.is_signed_in(headers, Some(used.user)).await => {
                return Ok(web::see_other(used.next.as_deref().unwrap_or(HOME)));
            }
            Found::Used(used) if used.is_repeated_by(browser, app.clock.now()) => {
                repeat(app, &used, wants).await
            }
            Found::Used(_) => Ok(None),
            Found::Expired(link) => return Ok(spent(app, headers, wants, Some(link.user)).await),
        };
        match outcome {
            Ok(Some(response)) => return Ok(response),
            Ok(None) => return Err(gone()),
            // Link or person changed meanwhile: what is written must follow from what they are now.
            Err(store::Error::Conflict) => store::pause(attempt).await,
            Err(error) => return Err(store_problem(error)),
        }
    }
    Err(store_problem(store::Error::Conflict))
}

/// Uses a link for the first time. `None` if its address is no longer its person's.
async fn use_up(
    app: &App,
    link: &Link,
    held: Option<&SessionToken>,
    browser: Option<Hash>,
    wants: ResponseFormat,
) -> Result<Option<Response>, store::Error> {
    let now = app.clock.now();
    let user = app.store.load_user(link.user).await?;
    let Some(user) = user.filter(|user| user.value.address == link.address) else { return Ok(None) };
    let mut after = user.value.clone();
    after.prove_address();
    let secret = Secret::new(app.entropy.bytes());
    let session = home(&after, link, held)
        .map(|org| Session { signed_in_at: Some(now), ..Session::begin(org, &after, now) });
    let founding = OrgCreationGrant {
        secret_hash: secret.hash(),
        user: after.id,
        expires_at: trial::add(now, ORG_CREATION_GRANT_TTL),
        used_for: None,
    };
    let admission = match &session {
        Some(session) => LinkGrant::Session(session, &secret),
        None => LinkGrant::OrgCreation(&founding),
    };
    match app.store.consume_link(link, &user, &after, admission, held, (browser, now)).await? {
        Consumed::Used => Ok(Some(match session {
            Some(session) => signed_in(link.next.as_deref(), &session, secret),
            None => homeless(app, &after, &secret, link.next.as_deref(), wants),
        })),
        // Another request was faster, perhaps this browser's own first one.
        Consumed::AlreadyUsed => Err(store::Error::Conflict),
    }
}

/// Gives what the link gave before once more. `None` if that was ended or used meanwhile.
pub async fn repeat(
    app: &App,
    used: &UsedLink,
    wants: ResponseFormat,
) -> Result<Option<Response>, store::Error> {
    let secret = Secret::new(app.entropy.bytes());
    let repeated = app.store.reissue_used_link(used, &secret, app.clock.now()).await?;
    Ok(repeated.map(|repeated| match repeated {
        Reissued::Session(session) => signed_in(used.next.as_deref(), &session, secret),
        Reissued::OrgCreation(user) => homeless(app, &user, &secret, used.next.as_deref(), wants),
    }))
}

/// The response to a link that opens nothing any longer: `owner`, who is signed in already, is led home; all others get
/// a page that leads to a new link.
pub async fn spent(app: &App, headers: &HeaderMap, wants: ResponseFormat, owner: Option<UserId>) -> Response {
    if app.is_signed_in(headers, owner).await { web::see_other(HOME) } else { refuse(app, wants, gone()) }
}

/// Where a link signs in: in the organization that it was asked for, else where the browser was before, else where the
/// person joined last. `None` for somebody who belongs nowhere.
fn home(user: &User, link: &Link, held: Option<&SessionToken>) -> Option<OrgId> {
    let asked = link.next.as_deref().and_then(|next| next.strip_prefix("/organizations/"));
    let asked = asked.and_then(|rest| rest.split(['/', '?', '#']).next()?.parse().ok());
    user.led_to(asked.into_iter().chain(held.map(|token| token.org)))
}

fn signed_in(next: Option<&str>, session: &Session, secret: Secret) -> Response {
    let token = SessionToken { org: session.org, user: session.user, secret };
    tracing::info!(area = %LogArea::Access, organization = %session.org, user = %session.user, "signed in");
    let mut response = web::see_other(next.unwrap_or(HOME));
    response.headers_mut().append(SET_COOKIE, web::session::set(&token));
    response
}

/// What somebody gets who belongs nowhere: no session, which would be in no organization, but the way to one.
fn homeless(app: &App, user: &User, secret: &Secret, next: Option<&str>, wants: ResponseFormat) -> Response {
    tracing::info!(area = %LogArea::Access, user = %user.id, "belongs to no organization");
    match wants {
        ResponseFormat::Page => {
            let form_token = Secret::new(app.entropy.bytes()).reveal();
            let invitation = next.filter(|next| next.starts_with("/invitations/"));
            let page = pages::nowhere(&app.product, user, &secret.reveal(), &form_token, invitation);
            web::page(Kind::Forbidden.status(), page)
        }
        ResponseFormat::Json => {
            let create = json!({ "url": "/organizations/new", "founding": secret.reveal() });
            let problem = Problem::new(Kind::Forbidden, "This account belongs to no organization any more.");
            web::problem_response(wants, problem.with("create_organization", create))
        }
    }
}

/// What the secret in a link leads to.
enum Found {
    /// A link that works.
    Usable(Link),
    /// One that is too old.
    Expired(Link),
    /// One that was used.
    Used(UsedLink),
}

/// What a token leads to. The table deletes expired items late, so the time is judged here.
async fn find(app: &App, token: &str) -> Result<Found, Problem> {
    let secret: Secret = token.parse().map_err(|()| gone())?;
    Ok(match app.store.load_link(secret.hash()).await.map_err(store_problem)?.ok_or_else(gone)? {
        LinkLookup::Unused(link) if app.clock.now() < link.expires_at => Found::Usable(link),
        LinkLookup::Unused(link) => Found::Expired(link),
        LinkLookup::Used(used) => Found::Used(used),
    })
}

/// Used, expired and never made are told alike.
fn gone() -> Problem {
    Problem::new(
        Kind::NotFound,
        "This link was used before, or it is older than 10 minutes. Ask for a new one.",
    )
}

/// A link that does not work leads to a new one; everything else is refused as everywhere.
fn refuse(app: &App, wants: ResponseFormat, problem: Problem) -> Response {
    if problem.kind == Kind::NotFound {
        tracing::info!(area = %LogArea::Access, status = 404, cause = "link", "request refused");
    }
    match (wants, problem.kind) {
        (ResponseFormat::Page, Kind::NotFound) => web::page(problem.kind.status(), pages::gone(&app.product)),
        _ => web::problem_response(wants, problem),
    }
}

#[cfg(test)]
mod tests {
    use domain::{address::Address, name::Name};

    use super::*;

    #[test]
    fn a_link_leads_to_what_was_asked_for_and_else_to_where_one_was() {
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
        let held = |n| SessionToken { org: org(n), user: user(&[]).id, secret: Secret::new([2; 32]) };
        for (orgs, next, before, led) in [
            (&[1, 2, 3][..], Some(format!("/organizations/{}", org(1))), Some(2), Some(1)),
            (&[1, 2, 3], Some(format!("/organizations/{}?a=b", org(2))), None, Some(2)),
            (&[1, 2, 3], Some(format!("/organizations/{}", org(9))), Some(2), Some(2)),
            (&[1, 2, 3], Some("/dashboard".to_owned()), Some(1), Some(1)),
            (&[1, 2, 3], Some("/organizations/new".to_owned()), Some(9), Some(3)),
            (&[1, 2, 3], None, None, Some(3)),
            (&[], None, Some(1), None),
        ] {
            let found = home(&user(orgs), &link(next.clone()), before.map(held).as_ref());
            assert_eq!(found, led.map(org), "{orgs:?} {next:?} {before:?}");
        }
    }
}
