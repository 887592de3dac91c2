//! The Lambda function `checklist-read`: pages, embedded parts, assets, and the JSON read of the
//! checklist.
//!
//! It is also the `$default` route of the API, so it responds to every path that no other function
//! has.
//!
//! Invariant: session, user, membership, and organization come from one consistent read. The
//! function never changes an organization. Its only write is a session's last-seen time, at most
//! once an hour.
//!
//! Start with `routes`, which lists the handlers. Most of them take a [`view::View`], which `auth`
//! loads, and render it:
//!
//! | module | content |
//! |---|---|
//! | [`pages`], [`components`] | the pages, and the parts that several pages share |
//! | `embed` | the widget and the banner for pages of the host app |
//! | [`api`] | the checklist as JSON |
//! | `words` | all texts of the pages |
//! | `compression` | gzip for assets |

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

use boot::{ConfigErrors, Context, Handler};
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
        .with_public_url(config.public_url.as_ref().map(boot::BaseUrl::as_str));
    let keys = Arc::new(host::Keyring::new(config.keys.clone(), &boot.aws.service("secrets_manager")));
    let router = routes::router(App { store, clock: boot.clock, entropy: boot.entropy, keys, config });
    Ok(boot::handler(web::lambda::handler(web::secure(router, profile))))
}
