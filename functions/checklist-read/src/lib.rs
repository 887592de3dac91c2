//! The Lambda function `checklist-read`: pages, embedded parts, assets, and the checklist as JSON.
//!
//! It is also the `$default` route of the API, so it responds to every path that no other function
//! handles.
//!
//! # Invariant
//!
//! Session, user, membership, and organization of a response come from one consistent read.
//!
//! # What it never does
//!
//! The function never changes an organization. Its only write is the last-seen time of a session,
//! at most once an hour.
//!
//! # Where to start
//!
//! - `routes`: lists all routes with their handlers. Start here.
//! - `auth`: authenticates a request and loads its [`view::View`], which most handlers take and
//!   render.
//! - [`view`]: the view model of all pages, fragments, and JSON reads.
//! - [`pages`]: the pages, one per file.
//! - [`components`]: HTML components that several pages share.
//! - `embed`: the widget and the banner for pages of the host app.
//! - [`api`]: the checklist as JSON.
//! - `words`: contains all texts of the pages.
//! - `compression`: compresses assets with gzip.
//! - `app` and [`config`]: the state of all handlers, and the environment variables.

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
mod words;

use std::sync::Arc;

use runtime::{ConfigErrors, Context, Handler};
use store::Store;

use crate::{app::App, config::Config};

/// Reads the configuration, opens the table, and returns the handler.
///
/// # Errors
/// [`ConfigErrors`] with every invalid variable.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let config = Arc::new(Config::read(&boot.env)?);
    let store = Store::new(&boot.aws.service("dynamodb"), config.table.clone());
    store.warm_up().await;
    let profile = web::SecurityProfile::app_with_checkout(config.app_url.as_deref(), &config.checkout)
        .with_embedders(&config.embedders)
        .with_public_url(config.public_url.as_ref().map(runtime::BaseUrl::as_str));
    let keys = Arc::new(web::auth::host_keys(config.keys.clone(), &boot.aws));
    let router = routes::router(App { store, clock: boot.clock, entropy: boot.entropy, keys, config });
    Ok(runtime::handler(web::lambda::handler(web::secure(router, profile))))
}
