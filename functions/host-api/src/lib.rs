//! The Lambda function `host-api`: the server API, with which the host app's server creates, reads,
//! and changes organizations by its own ids.
//!
//! # Invariant
//!
//! Every handler takes a `Caller`, the proof of a valid key, and every change takes a
//! `Writer`. Requests of the same content have the same effect as one of them.
//!
//! # What it never does
//!
//! It reads no cookie and sends no CORS header. It never sends email and never calls Stripe. Other
//! functions react to the stored change.
//!
//! # Where to start
//!
//! - `handlers::create`: creates an organization, or returns the existing one. Start here.
//! - `handlers::import`: the fields of an organization that existed before Onramp.
//! - `handlers::organization`: reads and changes one organization. `handlers::list` lists them.
//! - `handlers::checklist`: reads the checklist, and changes its tasks.
//! - `handlers::trial`: extends the trial.
//! - `handlers::provisioning`: records the result of a provisioning step.
//! - `handlers::member`: adds, changes, and removes a member. `handlers::people`: lists members, and
//!   finds users.
//! - `handlers::change_user`: changes a user.
//! - `auth`: authenticates a request by its API key.
//! - `body`: parses the fields of a JSON body. `query`: parses the query parameters.
//! - `person`: the person for whom the host app vouches.
//! - `version`: the entity tag of an organization, and `If-Match`.
//! - `out`: the JSON responses. `words`: the texts that API clients read.

mod auth;
mod body;
mod config;
mod handlers;
mod out;
mod person;
mod query;
mod subject;
mod version;
mod words;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post, put},
};
use host_auth::ApiKeys;
use jiff::Timestamp;
use runtime::{Clock, ConfigErrors, Context, Handler, Rng, SecretCache};
use store::Store;
use web::SecurityProfile;

use crate::config::Config;

/// Paths that are exempt from the cross-site check. A request without a key is rejected, and no page
/// of another site knows a key.
const KEYED: &[&str] = &[
    "/api/v1",
    "/api/v1/organizations",
    "/api/v1/organizations/{org}",
    "/api/v1/organizations/{org}/checklist",
    "/api/v1/organizations/{org}/checklist/{task}/complete",
    "/api/v1/organizations/{org}/checklist/{task}/skip",
    "/api/v1/organizations/{org}/checklist/{task}/unskip",
    "/api/v1/organizations/{org}/members",
    "/api/v1/organizations/{org}/members/{user}",
    "/api/v1/organizations/{org}/portal-links",
    "/api/v1/organizations/{org}/trial/extend",
    "/api/v1/provisioning/{run}/steps/{step}",
    "/api/v1/users",
    "/api/v1/users/{user}",
];

/// State that all handlers share.
struct App {
    store: Store,
    clock: Clock,
    entropy: Rng,
    keys: SecretCache<ApiKeys>,
    config: Config,
}

impl App {
    /// Returns the current time in the precision of the table. So the first response about an
    /// organization has the same times as later ones.
    fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

/// Reads the configuration, opens the table, and returns the handler.
///
/// # Errors
/// [`ConfigErrors`] with every invalid variable.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let config = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("dynamodb"), config.table.clone());
    store.warm_up().await;
    let profile =
        SecurityProfile::api().with_exempt_paths(KEYED).with_public_url(config.public_url.as_deref());
    let keys = auth::api_keys(config.keys.clone(), &boot.aws);
    let app = Arc::new(App { store, clock: boot.clock, entropy: boot.entropy, keys, config });
    Ok(runtime::handler(web::lambda::handler(web::secure(router(app), profile))))
}

fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/api/v1", get(handlers::base))
        .route("/api/v1/organizations", post(handlers::create).get(handlers::list))
        .route("/api/v1/organizations/{org}", get(handlers::show).patch(handlers::change))
        .route("/api/v1/organizations/{org}/checklist", get(handlers::checklist))
        .route("/api/v1/organizations/{org}/checklist/{task}/complete", post(handlers::complete_task))
        .route("/api/v1/organizations/{org}/checklist/{task}/skip", post(handlers::skip_task))
        .route("/api/v1/organizations/{org}/checklist/{task}/unskip", post(handlers::unskip_task))
        .route("/api/v1/organizations/{org}/members", get(handlers::members).post(handlers::add_member))
        .route(
            "/api/v1/organizations/{org}/members/{user}",
            put(handlers::put_member).delete(handlers::remove_member),
        )
        .route("/api/v1/organizations/{org}/portal-links", post(handlers::create_portal_link))
        .route("/api/v1/organizations/{org}/trial/extend", post(handlers::extend_trial))
        .route("/api/v1/provisioning/{run}/steps/{step}", post(handlers::report_step))
        .route("/api/v1/users", get(handlers::find_user))
        .route("/api/v1/users/{user}", get(handlers::user).patch(handlers::change_user))
        .with_state(app)
}
