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
//! button on the link's page uses it. A portal link is not emailed, so its `GET` uses it.
//!
//! # Where to start
//!
//! - `handlers::link`: the use of a sign-in link. Start here.
//! - `handlers`: the handlers, one module for each page or link, and one for all changes of
//!   sessions.
//! - `auth`: authenticates a request.
//! - `host_app`: how users get to the host app.
//! - `views`: the pages, in modules of the same names.
//! - `words`: all texts that users read, by page.
//! - `config`: reads the environment variables.

mod auth;
mod config;
mod handlers;
mod host_app;
mod views;
mod words;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};
use domain::{
    mail::brake::Budget,
    people::{IdleTimeout, Operators},
};
use runtime::{Clock, ConfigErrors, Context, Handler, Rng};
use store::Store;
use web::SecurityProfile;

use crate::{config::Config, host_app::HostApp};

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
    session_idle: IdleTimeout,
    limit_per_ip: u32,
    budget: Budget,
    host: HostApp,
    operators: Operators,
}

/// Starts the function and returns its handler.
///
/// # Errors
/// Returns every environment variable that is missing or invalid.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let Config { table, public_url, product, session_idle, limit_per_ip, budget, app_url, keys, operators } =
        Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("dynamodb"), table);
    store.warm_up().await;
    // After a sign-in, the response to its form can lead to the host app.
    let profile = SecurityProfile::app(app_url.as_deref()).with_exempt_paths(ONE_CLICK);
    let profile = profile.with_public_url(public_url.as_deref());
    let host = HostApp::new(app_url, keys, &boot.aws);
    let (clock, entropy) = (boot.clock, boot.entropy);
    let routes = router(Arc::new(App {
        store,
        clock,
        entropy,
        product,
        session_idle,
        limit_per_ip,
        budget,
        host,
        operators,
    }));
    Ok(runtime::handler(web::lambda::handler(web::secure(routes, profile))))
}

fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/account", get(handlers::account::show))
        .route("/account/email", post(handlers::account::correct_email))
        .route("/account/name", post(handlers::account::change_name))
        .route("/account/sessions/end", post(handlers::sessions::end))
        .route(
            "/account/sessions/end-all",
            get(handlers::sessions::confirm_end_all).post(handlers::sessions::end_all),
        )
        .route("/handover", get(handlers::handoff::open).post(handlers::handoff::hand_off))
        .route("/invitations/{token}", get(handlers::invitation::show).post(handlers::invitation::accept))
        .route("/login", get(handlers::login::show).post(handlers::login::request_link))
        .route("/login/{token}", get(handlers::link::show).post(handlers::link::consume))
        .route("/logout", post(handlers::sessions::log_out))
        .route(
            "/mail/unsubscribe/{token}",
            get(handlers::unsubscribe::show).post(handlers::unsubscribe::stop),
        )
        .route("/mail/unsubscribe/{token}/undo", post(handlers::unsubscribe::undo))
        .route("/members", get(handlers::members::show))
        .route("/members/invitations", post(handlers::members::invite))
        .route("/members/invitations/{invitation}/resend", post(handlers::members::resend))
        .route(
            "/members/invitations/{invitation}/revoke",
            get(handlers::members::confirm::revoke).post(handlers::members::revoke),
        )
        .route("/members/leave", get(handlers::members::confirm::leave).post(handlers::members::leave))
        .route(
            "/members/{user}/remove",
            get(handlers::members::confirm::remove).post(handlers::members::remove),
        )
        .route("/members/{user}/role", post(handlers::members::change_role))
        .route("/portal/{token}", get(handlers::portal::open).post(handlers::portal::enter))
        .route("/settings", get(handlers::settings::show).post(handlers::settings::change))
        .route("/organizations/switch", post(handlers::sessions::switch))
        .route("/verify/{token}", get(handlers::verify::show).post(handlers::verify::verify))
        .with_state(app)
}
