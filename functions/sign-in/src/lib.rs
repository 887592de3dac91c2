//! The Lambda function `sign-in`: sign-in links, sessions, invitations, members, and the handoff to
//! the host app.
//!
//! # Invariant
//!
//! A request for a link makes the same writes and gets the same response for known and unknown
//! addresses. So it does not reveal who has an account.
//!
//! # What it never does
//!
//! The function never sends email. It writes the request for a link, and the function `mailer`
//! sends the link.
//!
//! A `GET` of an emailed link never uses the link, because email scanners open links too. Only the
//! button on the link's page uses it.
//!
//! # Where to start
//!
//! - `auth`: authenticates a request. Start here.
//! - `login`: the request for a sign-in link.
//! - `link`: the use of a sign-in link.
//! - `browser`: recognizes the browser that requested or used a link.
//! - `logout`: ends a session.
//! - `invitation`: accepts an invitation.
//! - `account`: the user's sessions and organizations.
//! - `members`: the members of an organization and its invitations.
//! - `seats`: counts the members of a plan that limits their number.
//! - `unsubscribe`: the link that stops trial reminders.
//! - `handoff`: signs a user in to the host app.
//! - `pages`: the pages of `login` and `link`.
//! - `config`: reads the environment variables.
//! - `words`: contains all texts that users read.

mod account;
mod auth;
mod browser;
mod config;
mod handoff;
mod invitation;
mod link;
mod login;
mod logout;
mod members;
mod pages;
mod seats;
mod unsubscribe;
mod words;

use std::sync::Arc;

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};
use domain::people::Operators;
use runtime::{Clock, ConfigErrors, Context, Handler, Rng};
use store::Store;
use web::{Problem, ResponseFormat, SecurityProfile};

use crate::{config::Config, handoff::HostApp};

/// The path to which email programs post from their own origins (RFC 8058).
///
/// The cross-site rule does not apply to this path. Its handler uses no cookie, only the secret in
/// the path. So another site cannot abuse the session of a user.
const ONE_CLICK: &[&str] = &["/mail/unsubscribe/{token}"];

/// Dependencies of all handlers.
struct App {
    store: Store,
    clock: Clock,
    entropy: Rng,
    product: String,
    host: HostApp,
    operators: Operators,
}

/// Starts the function and returns its handler.
///
/// # Errors
/// Returns every environment variable that is missing or invalid.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let Config { table, public_url, product, app_url, keys, operators } = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("DYNAMODB"), table);
    store.warm_up().await;
    let host = HostApp::new(app_url, handoff::signing_keys(keys, &boot.aws));
    let routes =
        router(Arc::new(App { store, clock: boot.clock, entropy: boot.entropy, product, host, operators }));
    let profile = SecurityProfile::app(None).with_exempt_paths(ONE_CLICK);
    let profile = profile.with_public_url(public_url.as_ref().map(runtime::BaseUrl::as_str));
    Ok(runtime::handler(web::lambda::handler(web::secure(routes, profile))))
}

fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/handover", post(handoff::hand_off))
        .route("/login", get(login::form).post(login::request_link))
        .route("/login/{token}", get(link::show).post(link::consume))
        .route("/logout", post(logout::logout))
        .route("/mail/unsubscribe/{token}", get(unsubscribe::show).post(unsubscribe::stop))
        .route("/mail/unsubscribe/{token}/undo", post(unsubscribe::undo))
        .route("/invitations/{token}", get(invitation::show).post(invitation::accept))
        .merge(account::routes())
        .merge(members::routes())
        .with_state(app)
}

/// Converts an outcome into a response. A problem becomes a page or JSON, as the client requested.
fn respond(wants: ResponseFormat, outcome: Result<Response, Problem>) -> Response {
    outcome.unwrap_or_else(|problem| web::problem_response(wants, problem))
}

#[cfg(test)]
mod tests;
