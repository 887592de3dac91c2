//! The Lambda function `checklist-write`: changes of the checklist by admins and by the host app.
//!
//! Admins send changes from Onramp's pages with a session, or from the host app's pages with an
//! embed token. The host app reports events over its bus, or with a signed `POST /host/events`.
//!
//! # Invariant
//!
//! No completion is lost. A change is one consistent read and one conditional write. If the
//! organization changed between the two, the function reads and decides again.
//!
//! # What it never does
//!
//! The function never sends email and never calls Stripe. Other functions react to the stored
//! change.
//!
//! # Where to start
//!
//! - `handlers::change`: the routes for admins. Start here.
//! - `handlers::view`: what a user collapses or hides for themselves.
//! - `handlers::host_events`: `POST /host/events`. `handlers::bus_event` handles events from the bus.
//! - `auth`: authenticates a request by its session or its embed token.
//! - `out`: the JSON responses to changes.
//! - `config`: reads the environment variables.
//! - `words`: contains the texts that API clients read.

mod auth;
mod config;
mod handlers;
mod out;
mod words;

use std::sync::Arc;

use axum::{Router, extract::DefaultBodyLimit, routing::post};
use event_bus::BusEvent;
use host_auth::Keys;
use runtime::{Clock, ConfigErrors, Context, Handler, SecretCache};
use store::Store;
use web::SecurityProfile;

use crate::config::Config;

/// Path at which the host app sends signed events.
const HOST_EVENTS: &str = "/host/events";

/// Paths that are exempt from the cross-site check. Their handlers verify a signature and ignore
/// cookies, so another site cannot abuse a user's session.
const SIGNED: &[&str] = &[HOST_EVENTS];

/// State that all handlers share.
struct App {
    store: Store,
    clock: Clock,
    keys: SecretCache<Keys>,
    config: Config,
}

/// Reads the configuration, opens the table, and returns the handler.
///
/// # Errors
/// [`ConfigErrors`] with every invalid variable.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let config = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("dynamodb"), config.table.clone());
    store.warm_up().await;
    let profile = SecurityProfile::app(config.app_url.as_deref())
        .with_exempt_paths(SIGNED)
        .with_embedders(&config.embedders)
        .with_public_url(config.public_url.as_deref());
    let keys = web::auth::host_keys(config.keys.clone(), &boot.aws);
    let app = Arc::new(App { store, clock: boot.clock, keys, config });
    let http = web::lambda::handler(web::secure(router(app.clone()), profile));
    Ok(runtime::handler(move |event| {
        let (app, http) = (app.clone(), http.clone());
        async move {
            match BusEvent::parse(event.payload.get()) {
                Some(event) => handlers::bus_event(&app, &event).await,
                None => http(event).await,
            }
        }
    }))
}

fn router(app: Arc<App>) -> Router {
    let host_events = post(handlers::host_events).layer(DefaultBodyLimit::max(handlers::MAX_BODY_BYTES));
    Router::new()
        .route("/onboarding/api/checklist/complete/{task}", post(handlers::complete))
        .route("/onboarding/api/checklist/uncomplete/{task}", post(handlers::uncomplete))
        .route("/onboarding/api/checklist/skip/{task}", post(handlers::skip))
        .route("/onboarding/api/checklist/unskip/{task}", post(handlers::unskip))
        .route("/onboarding/api/checklist/dismiss", post(handlers::dismiss))
        .route("/onboarding/api/checklist/restore", post(handlers::restore))
        .route("/onboarding/api/checklist/seen", post(handlers::confirm_completion))
        .route("/onboarding/api/checklist/view/{change}", post(handlers::change_view))
        .route(HOST_EVENTS, host_events)
        .with_state(app)
}
