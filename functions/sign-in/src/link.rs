//! `/login/{token}`: a mailed link.

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State},
    http::header::SET_COOKIE,
    response::Response,
};
use domain::{
    people::{Session, SessionToken, User},
    secret::Secret,
};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use store::{Consumed, Link, Stored};
use web::{Kind, Problem, Wants};

use crate::{App, pages, trouble};

/// Where people land who did not come from anywhere.
const HOME: &str = "/dashboard";

/// `GET /login/{token}`: shows whom the link signs in, and a button. It uses nothing up.
pub async fn show(State(app): State<Arc<App>>, Path(token): Path<String>, request: Request) -> Response {
    let wants = Wants::of(request.headers());
    match find(&app, &token).await {
        Ok(link) => {
            let elsewhere = asked_elsewhere(&link, request.headers());
            let page = pages::confirm(&app.product, &token, link.address.as_str(), elsewhere);
            web::page(StatusCode::OK, page)
        }
        Err(problem) => refuse(&app, wants, problem),
    }
}

/// `POST /login/{token}`: uses the link up. Its address is proven by that, and a session begins.
pub async fn consume(State(app): State<Arc<App>>, Path(token): Path<String>, request: Request) -> Response {
    let wants = Wants::of(request.headers());
    sign_in(&app, &token).await.unwrap_or_else(|problem| refuse(&app, wants, problem))
}

/// When a link was asked for, if that was in another browser than the one that opens it.
fn asked_elsewhere(link: &Link, headers: &HeaderMap) -> Option<Timestamp> {
    let here = web::browser::mark(headers).map(|mark| mark.hash());
    link.browser.filter(|browser| here != Some(*browser)).and(link.asked_at)
}

async fn sign_in(app: &App, token: &str) -> Result<Response, Problem> {
    let link = find(app, token).await?;
    for attempt in 0..store::TRIES {
        let now = app.clock.now();
        let user = app.store.load_user(link.user).await.map_err(trouble)?;
        let user = user.filter(|user| user.value.address == link.address).ok_or_else(gone)?;
        let (after, session) = admit(&user, now)?;
        let secret = Secret::new(app.entropy.bytes());
        match app.store.consume_link(&link, &user, &after, &session, &secret).await {
            Ok(Consumed::SignedIn) => {
                let token = SessionToken { org: session.org, user: session.user, secret };
                tracing::info!(area = "access", organization = %session.org, user = %session.user, "signed in");
                let mut response = web::see_other(link.next.as_deref().unwrap_or(HOME));
                response.headers_mut().append(SET_COOKIE, web::session::set(&token));
                return Ok(response);
            }
            Ok(Consumed::Gone) => return Err(gone()),
            // The person changed meanwhile: what is written must follow from what they are now.
            Err(store::Error::Conflict) => store::pause(attempt).await,
            Err(error) => return Err(trouble(error)),
        }
    }
    Err(trouble(store::Error::Conflict))
}

/// The link of that token, if it still works. The table's own tidying is late, so the time is judged here.
async fn find(app: &App, token: &str) -> Result<Link, Problem> {
    let secret: Secret = token.parse().map_err(|()| gone())?;
    let link = app.store.load_link(secret.hash()).await.map_err(trouble)?;
    link.filter(|link| app.clock.now() < link.expires_at).ok_or_else(gone)
}

/// What the use of a mailed link proves of a person, and the session that begins with it.
fn admit(user: &Stored<User>, now: Timestamp) -> Result<(User, Session), Problem> {
    let mut after = user.value.clone();
    after.prove_address(now);
    let org = after.orgs.first().copied();
    let org = org
        .ok_or_else(|| Problem::new(Kind::Forbidden, "This account belongs to no organization any more."))?;
    let session = Session::begin(org, after.id, now);
    Ok((after, session))
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
        (Wants::Page, Kind::Forbidden) => web::page(problem.kind.status(), pages::nowhere(&app.product)),
        _ => web::refuse(wants, problem),
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        address::Address,
        name::Name,
        people::{Member, Role},
    };

    use super::*;

    fn user(verified: bool, from: Option<&str>) -> Stored<User> {
        let value = User {
            id: "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap(),
            name: Name::parse("Jo").unwrap(),
            address: Address::parse("jo@example.com").unwrap(),
            verified,
            sessions_valid_from: from.map(|from| from.parse().unwrap()),
            trial_used: true,
            orgs: vec!["org_0198c0de-0000-7000-8000-000000000001".parse().unwrap()],
        };
        Stored { value, version: 1 }
    }

    #[test]
    fn the_first_proof_ends_older_sessions_and_the_next_ones_do_not() {
        let now: Timestamp = "2026-01-15T09:00:00Z".parse().unwrap();
        let before: Timestamp = "2026-01-15T08:00:00Z".parse().unwrap();
        let holds = |user: &User, began| {
            let session = Session::begin(user.orgs[0], user.id, began);
            Member::prove(&session, user, Some(Role::Admin), now).is_some()
        };

        let (first, session) = admit(&user(false, None), now).unwrap();
        assert!(first.verified);
        assert!(!holds(&first, before), "a session from before the proof is over");
        assert!(holds(&first, session.created_at), "the session of the proof stands");

        let earlier = user(true, Some("2026-01-01T00:00:00Z"));
        let (again, _) = admit(&earlier, now).unwrap();
        assert_eq!(again, earlier.value, "nothing more is proven, so nothing is written");
        assert!(holds(&again, before));
    }

    #[test]
    fn who_belongs_nowhere_is_not_let_in() {
        let mut nowhere = user(true, None);
        nowhere.value.orgs.clear();
        let now = "2026-01-15T09:00:00Z".parse().unwrap();
        assert_eq!(admit(&nowhere, now).unwrap_err().kind, Kind::Forbidden);
    }
}
