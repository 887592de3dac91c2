//! Sign-up: a visitor becomes an organization, provisioned and signed in, in one write.

mod config;
mod form;
mod page;
mod signup;

use std::sync::Arc;

use axum::{Router, routing::get};
use boot::{Clock, ConfigErrors, Context, Handler, Rng};
use store::Store;

use crate::config::Config;

/// What every request has at hand.
struct App {
    store: Store,
    clock: Clock,
    entropy: Rng,
    config: Config,
}

/// Starts the function.
///
/// # Errors
/// Every bad variable at once.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let config = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("dynamodb"), config.table.clone());
    store.warm_up().await;
    let profile =
        web::SecurityProfile::app(None).reached_at(config.public_url.as_ref().map(boot::BaseUrl::as_str));
    let app = Arc::new(App { store, clock: boot.clock, entropy: boot.entropy, config });
    let routes =
        Router::new().route("/organizations/new", get(page::show).post(signup::sign_up)).with_state(app);
    Ok(boot::handler(web::lambda::handler(web::secure(routes, profile))))
}
