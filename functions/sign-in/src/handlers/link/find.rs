//! Finds the sign-in link that a path names.

use axum::response::Response;
use domain::{people::UsedLink, secret::Secret};
use http::HeaderMap;
use store::{Link, LinkLookup};
use web::{Kind, Problem, ResponseFormat};

use crate::{
    App,
    handlers::expired::{expired_link, respond_expired},
    views, words,
};

/// State of an existing link.
pub enum Found {
    Usable(Link),
    Expired(Link),
    Used(UsedLink),
}

/// Loads the link of a token.
///
/// DynamoDB deletes expired items late, so this function also checks whether the link has expired.
pub async fn load_link(app: &App, token: &str) -> Result<Found, Problem> {
    let secret: Secret = token.parse().map_err(|()| link_expired())?;
    Ok(match app.store.load_link(secret.hash()).await?.ok_or_else(link_expired)? {
        LinkLookup::Unused(link) if app.clock.now() < link.expires_at => Found::Usable(link),
        LinkLookup::Unused(link) => Found::Expired(link),
        LinkLookup::Used(used) => Found::Used(used),
    })
}

/// Returns the problem of a link that does not work. It is the same for a used, expired, or unknown
/// link.
pub fn link_expired() -> Problem {
    expired_link(words::link::EXPIRED)
}

/// Converts a problem into a response. The page of an expired link offers to request a new link.
pub async fn respond_problem(
    app: &App,
    format: ResponseFormat,
    headers: &HeaderMap,
    problem: Problem,
) -> Response {
    if problem.kind == Kind::NotFound {
        return respond_expired(app, format, headers, problem, views::link::expired).await;
    }
    web::problem_response(format, problem)
}
