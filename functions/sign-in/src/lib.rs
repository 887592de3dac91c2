//! Who comes in, and who belongs: sign-in by a mailed link, sessions, invitations, members, and the way into the host
//! app.
//!
//! Asking for a link writes the same things and gives the same answer whether or not the address is known; the mail
//! itself is another function's. Looking at a link changes nothing, because mail scanners look too; only its button
//! uses it.

mod account;
mod ask;
mod auth;
mod config;
mod handoff;
mod invitation;
mod link;
mod logout;
mod members;
mod pages;
mod unsubscribe;

use std::sync::Arc;

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};
use boot::{Clock, ConfigErrors, Context, Handler, Rng};
use domain::operator::Operators;
use store::Store;
use web::{Problem, ResponseFormat, SecurityProfile};

use crate::{
    config::Config,
    handoff::{HostApp, Keys},
};

/// Where mail programs post for their readers, from origins of their own (RFC 8058). The link's secret is all the
/// authority that it takes, so no cookie can be abused.
const ONE_CLICK: &[&str] = &["/mail/unsubscribe/{token}"];

/// What the function works with.
struct App {
    store: Store,
    clock: Clock,
    entropy: Rng,
    product: String,
    host: HostApp,
    operators: Operators,
}

/// Starts the function.
///
/// # Errors
/// Every variable that is missing or wrong.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let Config { table, public_url, product, app_url, keys, operators } = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("DYNAMODB"), table);
    store.warm_up().await;
    let host = HostApp::new(app_url, Keys::new(keys, &boot.aws));
    let routes =
        router(Arc::new(App { store, clock: boot.clock, entropy: boot.entropy, product, host, operators }));
    let profile = SecurityProfile::app(None).exempting(ONE_CLICK);
    let profile = profile.reached_at(public_url.as_ref().map(boot::BaseUrl::as_str));
    Ok(boot::handler(web::lambda::handler(web::secure(routes, profile))))
}

fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/handover", post(handoff::lead))
        .route("/login", get(ask::form).post(ask::ask))
        .route("/login/{token}", get(link::show).post(link::consume))
        .route("/logout", post(logout::logout))
        .route("/mail/unsubscribe/{token}", get(unsubscribe::show).post(unsubscribe::stop))
        .route("/mail/unsubscribe/{token}/undo", post(unsubscribe::undo))
        .route("/invitations/{token}", get(invitation::show).post(invitation::accept))
        .merge(account::routes())
        .merge(members::routes())
        .with_state(app)
}

/// Gives the answer, or the problem in the caller's own kind.
fn respond(wants: ResponseFormat, outcome: Result<Response, Problem>) -> Response {
    outcome.unwrap_or_else(|problem| web::refuse(wants, problem))
}

/// What the caller is told when the table fails.
fn store_problem(error: store::Error) -> Problem {
    Problem::from_failure(error.is_passing(), error)
}

#[cfg(test)]
mod tests;
