//! `GET /login/{token}`: shows a sign-in link.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use store::Link;
use web::{PathParam, ResponseFormat};

use super::find::{Found, link_expired, load_link, respond_problem};
use crate::{
    App,
    handlers::{
        browser::{Browser, browser_hash},
        signed_in::HOME,
    },
    views::link as views,
};

/// Shows the address that the link signs in, and the button that uses the link.
///
/// It does not change the link.
pub async fn show(
    State(app): State<Arc<App>>,
    PathParam(token): PathParam,
    format: ResponseFormat,
    headers: HeaderMap,
) -> Response {
    let browser = Browser::of(&app, &headers);
    let (user, is_repeat) = match load_link(&app, &token).await {
        Ok(Found::Usable(link)) => {
            let elsewhere = requested_elsewhere(&link, &headers);
            let page = views::confirm(&app.product, &token, link.address.as_str(), elsewhere);
            return browser.set_cookie(web::page(StatusCode::OK, page));
        }
        Ok(Found::Used(used)) => (used.user, used.is_repeated_by(browser.hash(), app.clock.now())),
        Ok(Found::Expired(link)) => (link.user, false),
        Err(problem) => return respond_problem(&app, format, &headers, problem).await,
    };
    if app.is_signed_in(&headers, user).await {
        web::see_other(HOME)
    } else if is_repeat {
        browser.set_cookie(web::page(StatusCode::OK, views::confirm_again(&app.product, &token)))
    } else {
        respond_problem(&app, format, &headers, link_expired()).await
    }
}

/// Returns the time at which another browser requested the link. Returns `None` if this browser
/// requested it, or if the time or the browser is unknown.
fn requested_elsewhere(link: &Link, headers: &HeaderMap) -> Option<Timestamp> {
    let here = browser_hash(headers);
    link.browser.filter(|browser| here != Some(*browser)).and(link.requested_at)
}
