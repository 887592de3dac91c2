//! Sign-in by a mailed link, and sign-out.
//!
//! Asking for a link writes the same things and gives the same answer whether or not the address is known; the mail
//! itself is another function's. Looking at a link changes nothing, because mail scanners look too; only its button
//! uses it.

mod ask;
mod config;
mod link;
mod logout;
mod pages;

use std::sync::Arc;

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};
use boot::{Boot, Clock, Entropy, Faults, Handler};
use store::Store;
use web::{Problem, Profile, Wants};

use crate::config::Config;

/// What the function works with.
struct App {
    store: Store,
    clock: Clock,
    entropy: Entropy,
    product: String,
}

/// Starts the function.
///
/// # Errors
/// Every variable that is missing or wrong.
pub async fn start(boot: Boot) -> Result<Handler, Faults> {
    let Config { table, product } = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("DYNAMODB"), table);
    store.warm_up().await;
    let routes = router(Arc::new(App { store, clock: boot.clock, entropy: boot.entropy, product }));
    Ok(boot::handler(web::lambda::handler(web::harden(routes, Profile::app(None)))))
}

fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/login", get(ask::form).post(ask::ask))
        .route("/login/{token}", get(link::show).post(link::consume))
        .route("/logout", post(logout::logout))
        .with_state(app)
}

/// Gives the answer, or the problem in the caller's own kind.
fn answer(wants: Wants, outcome: Result<Response, Problem>) -> Response {
    outcome.unwrap_or_else(|problem| web::refuse(wants, problem))
}

/// What the caller is told when the table fails.
fn trouble(error: store::Error) -> Problem {
    Problem::trouble(error.is_passing(), error)
}

#[cfg(test)]
mod tests;
