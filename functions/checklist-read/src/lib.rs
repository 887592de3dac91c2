//! Every page and every JSON read of Onramp.
//!
//! Each handler reads as: who asks (`entry`), what they see ([`view::View`]), the answer. Nothing here decides or
//! changes anything; a session's last use apart, at most once an hour.

pub mod api;
mod app;
mod auth;
pub mod components;
mod compression;
pub mod config;
mod embed;
pub mod pages;
mod routes;
#[cfg(test)]
mod testing;
pub mod view;

use std::sync::Arc;

use boot::{ConfigErrors, Context, Handler};
use store::Store;

use crate::{app::App, config::Config};

/// Starts the function.
///
/// # Errors
/// Every bad variable at once.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let config = Arc::new(Config::read(&boot.env)?);
    let store = Store::new(&boot.aws.service("dynamodb"), config.table.clone());
    store.warm_up().await;
    let profile = web::SecurityProfile::paying(config.app_url.as_deref(), &config.checkout)
        .embedded_by(&config.embedders)
        .reached_at(config.public_url.as_ref().map(boot::BaseUrl::as_str));
    let keys = Arc::new(host::Keyring::new(config.keys.clone(), &boot.aws.service("secrets_manager")));
    let router = routes::router(App { store, clock: boot.clock, entropy: boot.entropy, keys, config });
    Ok(boot::handler(web::lambda::handler(web::secure(router, profile))))
}
