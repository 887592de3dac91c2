//! `/login/{token}`: a mailed link.

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State, rejection::PathRejection},
    http::header::SET_COOKIE,
    response::Response,
};
use domain::{
    id::OrgId,
    people::{Session, SessionToken, User},
    secret::Secret,
    trial,
};
use http::{HeaderMap, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::{Admission, Consumed, Founding, Link};
use web::{Kind, Problem, Wants};

use crate::{App, pages, trouble};

/// Where people land who did not come from anywhere.
const HOME: &str = "/dashboard";
/// How long somebody who belongs nowhere can found an organization, once a link has shown who they are.
const FOUNDING: SignedDuration = SignedDuration::from_mins(10);

type Token = Result<Path<String>, PathRejection>;

/// `GET /login/{token}`: shows whom the link signs in, and a button. It uses nothing up.
pub async fn show(State(app): State<Arc<App>>, token: Token, request: Request) -> Response {
    let wants = Wants::of(request.headers());
    let token = text(token);
    match find(&app, &token).await {
        Ok(link) => {
            let elsewhere = asked_elsewhere(&link, request.headers());
            let page = pages::confirm(&app.product, &token, link.address.as_str(), elsewhere);
            web::page(StatusCode::OK, page)
        }
        Err(problem) => refuse(&app, wants, problem),
    }
}

/// `POST /login/{token}`: uses the link up. Its address is proven by that, and a session begins; the one that the
/// browser held so far ends.
pub async fn consume(State(app): State<Arc<App>>, token: Token, request: Request) -> Response {
    let wants = Wants::of(request.headers());
    let held = web::session::token(request.headers());
    let outcome = sign_in(&app, &text(token), held.as_ref(), wants).await;
    outcome.unwrap_or_else(|problem| refuse(&app, wants, problem))
}

/// What is not even text is no link.
fn text(token: Token) -> String {
    token.map(|Path(token)| token).unwrap_or_default()
}

/// When a link was asked for, if that was in another browser than the one that opens it.
fn asked_elsewhere(link: &Link, headers: &HeaderMap) -> Option<Timestamp> {
    let here = web::browser::mark(headers).map(|mark| mark.hash());
    link.browser.filter(|browser| here != Some(*browser)).and(link.asked_at)
}

async fn sign_in(
    app: &App,
    token: &str,
    held: Option<&SessionToken>,
    wants: Wants,
) -> Result<Response, Problem> {
    let link = find(app, token).await?;
    for attempt in 0..store::TRIES {
        let now = app.clock.now();
        let user = app.store.load_user(link.user).await.map_err(trouble)?;
        let user = user.filter(|user| user.value.address == link.address).ok_or_else(gone)?;
        let mut after = user.value.clone();
        after.prove_address();
        let secret = Secret::new(app.entropy.bytes());
        let session = home(&after, &link, held).map(|org| Session::begin(org, &after, now));
        let founding = Founding {
            secret_hash: secret.hash(),
            user: after.id,
            expires_at: trial::after(now, FOUNDING),
            used_for: None,
        };
        let admission = match &session {
            Some(session) => Admission::Session(session, &secret),
            None => Admission::Founding(&founding),
        };
        match app.store.consume_link(&link, &user, &after, admission, held).await {
            Ok(Consumed::Used) => {
                return Ok(match session {
                    Some(session) => signed_in(&link, &session, secret),
                    None => homeless(app, &after, &secret, wants),
                });
            }
            Ok(Consumed::Gone) => return Err(gone()),
            // The person changed meanwhile: what is written must follow from what they are now.
            Err(store::Error::Conflict) => store::pause(attempt).await,
            Err(error) => return Err(trouble(error)),
        }
    }
    Err(trouble(store::Error::Conflict))
}

/// Where a link signs in: in the organization that it was asked for, else where the browser was before, else where the
/// person joined last. `None` for somebody who belongs nowhere.
fn home(user: &User, link: &Link, held: Option<&SessionToken>) -> Option<OrgId> {
    let asked = link.next.as_deref().and_then(|next| next.strip_prefix("/organizations/"));
    let asked = asked.and_then(|rest| rest.split(['/', '?', '#']).next()?.parse().ok());
    user.led_to(asked.into_iter().chain(held.map(|token| token.org)))
}

fn signed_in(link: &Link, session: &Session, secret: Secret) -> Response {
    let token = SessionToken { org: session.org, user: session.user, secret };
    tracing::info!(area = "access", organization = %session.org, user = %session.user, "signed in");
    let mut response = web::see_other(link.next.as_deref().unwrap_or(HOME));
    response.headers_mut().append(SET_COOKIE, web::session::set(&token));
    response
}

/// What somebody gets who belongs nowhere: no session, which would be in no organization, but the way to one.
fn homeless(app: &App, user: &User, secret: &Secret, wants: Wants) -> Response {
    tracing::info!(area = "access", user = %user.id, "belongs to no organization");
    match wants {
        Wants::Page => {
            let form_token = Secret::new(app.entropy.bytes()).reveal();
            let page = pages::nowhere(&app.product, user, &secret.reveal(), &form_token);
            web::page(Kind::Forbidden.status(), page)
        }
        Wants::Json => {
            let create = json!({ "url": "/organizations/new", "founding": secret.reveal() });
            let problem = Problem::new(Kind::Forbidden, "This account belongs to no organization any more.");
            web::refuse(wants, problem.with("create_organization", create))
        }
    }
}

/// The link of that token, if it still works. The table's own tidying is late, so the time is judged here.
async fn find(app: &App, token: &str) -> Result<Link, Problem> {
    let secret: Secret = token.parse().map_err(|()| gone())?;
    let link = app.store.load_link(secret.hash()).await.map_err(trouble)?;
    link.filter(|link| app.clock.now() < link.expires_at).ok_or_else(gone)
}

/// Used, expired and never made are told alike.
fn gone() -> Problem {
    Problem::new(
        Kind::NotFound,
        "This link was used before, or it is older than 10 minutes. Ask for a new one.",
    )
}

/// A link that does not work leads to a new one; everything else is refused as everywhere.
fn refuse(app: &App, wants: Wants, problem: Problem) -> Response {
    if problem.kind == Kind::NotFound {
        tracing::info!(area = "access", status = 404, cause = "link", "request refused");
    }
    match (wants, problem.kind) {
        (Wants::Page, Kind::NotFound) => web::page(problem.kind.status(), pages::gone(&app.product)),
        _ => web::refuse(wants, problem),
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
            id: "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap(),
            name: Name::parse("Jo").unwrap(),
            address: Address::parse("jo@example.com").unwrap(),
            verified: true,
            epoch: 0,
            sessions_valid_from: None,
            trial_used: true,
            orgs: orgs.iter().map(|n| org(*n)).collect(),
        };
        let link = |next: Option<String>| Link {
            secret_hash: Secret::new([1; 32]).hash(),
            user: user(&[]).id,
            address: user(&[]).address,
            next,
            asked_at: None,
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
