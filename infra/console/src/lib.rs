//! Web console at `/_local`: emails, domain events, calls, the clock, Stripe events, and faults.
//!
//! The console is a page with a style sheet and scripts. While the page is visible, the scripts
//! read all data from the control interface every two seconds. Other programs can use the same
//! interface, so they can do everything that the console can do.
//!
//! To add the console to an application, create a [`Console`] and merge its router. The router
//! serves `GET /_local`, `/_local/organizations`, `/_local/assets/{file}`, and the email gallery at
//! `/_local/mails`:
//!
//! ```ignore
//! let list: console::Organizations =
//!     Arc::new(move || Box::pin(ready(console::organizations(&engine.items(None), clock.now()))));
//! let console = console::Console { organizations: list, functions: names, stripe: origin };
//! let app = app.merge(console::router(console));
//! ```

mod assets;
mod gallery;
mod moment;
mod organization;
mod page;
mod words;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing,
};
pub use organization::{OpenRun, Organization, Organizations, organizations};

/// Configuration of the console.
#[derive(Clone)]
pub struct Console {
    /// Lists the organizations for the event form.
    pub organizations: Organizations,
    /// Names of the functions for the fault form.
    pub functions: Vec<String>,
    /// Origin of the Stripe mock.
    pub stripe: String,
}

/// Content security policy of the console. It allows inline styles, because emails contain them and
/// the sandboxed frames that show emails inherit this policy.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; \
    img-src 'self' data:; frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// Returns the router of the page, its files, the list of organizations, and the email gallery.
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
    asset_response("text/html; charset=utf-8", html)
}

async fn list(State(console): State<Console>) -> Json<Vec<Organization>> {
    Json((console.organizations)().await)
}

async fn asset(Path(file): Path<String>) -> Response {
    match assets::find(&file) {
        Some(asset) => asset_response(asset.content_type, asset.text),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Builds a response with security headers. Browsers must not cache the response. Otherwise, the
/// page of a new build could run with script files of an old build.
fn asset_response(content_type: &'static str, body: impl IntoResponse) -> Response {
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
