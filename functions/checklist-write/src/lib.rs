//! Changes of the checklist: by its admins over HTTP, from our pages and from the host app's; and by the host app, over
//! the bus and over HTTP.
//!
//! An admin's change is two round trips: one consistent read of session, person, membership and organization, and one
//! write on condition that nobody wrote in between. Who lost that race reads and decides again, so no tick is lost.

mod auth;
mod change;
mod config;
mod host_events;
mod host_events_http;
mod redirect;
mod response;

use std::sync::Arc;

use boot::{Clock, ConfigErrors, Context, Handler};
use host::Keyring;
use store::Store;
use web::SecurityProfile;

use crate::config::Config;

/// Where the host app's servers post what happened. A signature is all the authority that it takes, so no cookie can be
/// abused.
const SIGNED: &[&str] = &[host_events_http::PATH];

/// What the function works with.
struct App {
    store: Store,
    clock: Clock,
    keys: Keyring,
    config: Config,
}

/// Starts the function.
///
/// # Errors
/// Every variable that is missing or wrong.
pub async fn start(boot: Context) -> Result<Handler, ConfigErrors> {
    let config = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("DYNAMODB"), config.table.clone());
    store.warm_up().await;
    let profile = SecurityProfile::app(config.app_url.as_ref().map(boot::BaseUrl::as_str))
        .with_exempt_paths(SIGNED)
        .with_embedders(&config.embedders)
        .with_public_url(config.public_url.as_ref().map(boot::BaseUrl::as_str));
    let keys = Keyring::new(config.keys.clone(), &boot.aws.service("secrets_manager"));
    let app = Arc::new(App { store, clock: boot.clock, keys, config });
    let routes = change::routes().merge(host_events_http::routes()).with_state(app.clone());
    let over_http = web::lambda::handler(web::secure(routes, profile));
    Ok(boot::handler(move |event| {
        let (app, over_http) = (app.clone(), over_http.clone());
        async move {
            if host_events::is_from_bus(event.payload.get()) {
                host_events::ingest(&app, event.payload.get()).await
            } else {
                over_http(event).await
            }
        }
    }))
}

#[cfg(test)]
mod tests;
