//! The console for people at `/_local`: mails, domain events, calls, the clock, what Stripe may say, and faults.
//!
//! A page, its style sheet and its scripts; everything that moves on it comes from the control interface, which it
//! asks every two seconds while somebody looks. So it can do nothing that a program could not do as well.
//!
//! To mount it, give it a way to list the organizations and merge the router, which serves `GET /_local`,
//! `/_local/organizations`, `/_local/assets/{file}` and, of every mail there is, `/_local/mails`:
//!
//! ```ignore
//! let list: console::Organizations =
//!     Arc::new(move || Box::pin(ready(console::organizations(&engine.items(None), clock.now()))));
//! let app = app.merge(console::router(console::Console { organizations: list, functions: names }));
//! ```

mod assets;
mod gallery;
mod moment;
mod organization;
mod page;

pub use organization::{Organization, Organizations, organizations};

use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing};

/// What the console has to be told.
#[derive(Clone)]
pub struct Console {
    /// The organizations to choose from.
    pub organizations: Organizations,
    /// The functions' names, for the choice of a fault.
    pub functions: Vec<String>,
    /// Where Stripe's stand-in is.
    pub stripe: String,
}

/// Mails are shown in sandboxed frames that inherit this policy, and mails style themselves inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; \
    img-src 'self' data:; frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// Serves the page, its files, and the list of organizations.
pub fn router(console: Console) -> Router {
    Router::new()
        .route("/_local", routing::get(page))
        .route("/_local/organizations", routing::get(list))
        .route("/_local/assets/{file}", routing::get(asset))
        .merge(gallery::router())
        .with_state(console)
}

async fn page(State(console): State<Console>) -> Response {
    let html = page::render(&console.functions, &console.stripe).into_string();
    dressed("text/html; charset=utf-8", html)
}

async fn list(State(console): State<Console>) -> Json<Vec<Organization>> {
    Json((console.organizations)().await)
}

async fn asset(Path(file): Path<String>) -> Response {
    match assets::find(&file) {
        Some(asset) => dressed(asset.content_type, asset.text),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A new build must never meet the old build's files in a browser, so nothing is kept.
fn dressed(content_type: &'static str, body: impl IntoResponse) -> Response {
    let headers: [(HeaderName, &'static str); 5] = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    (headers, body).into_response()
}

#[cfg(test)]
mod tests;
