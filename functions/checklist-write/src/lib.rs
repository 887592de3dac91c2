//! Changes of the checklist: by its admins over HTTP, and by the host app over the bus.
//!
//! An admin's change is two round trips: one consistent read of session, person, membership and organization, and one
//! write on condition that nobody wrote in between. Who lost that race reads and decides again, so no tick is lost.

mod answer;
mod back;
mod change;
mod config;
mod host;

use std::sync::Arc;

use boot::{Boot, Clock, Faults, Handler};
use store::Store;
use web::Profile;

use crate::config::Config;

/// What the function works with.
struct App {
    store: Store,
    clock: Clock,
    config: Config,
}

/// Starts the function.
///
/// # Errors
/// Every variable that is missing or wrong.
pub async fn start(boot: Boot) -> Result<Handler, Faults> {
    let config = Config::read(&boot.env)?;
    let store = Store::new(&boot.aws.service("DYNAMODB"), config.table.clone());
    store.warm_up().await;
    let profile = Profile::app(config.app_url.as_ref().map(boot::BaseUrl::as_str));
    let app = Arc::new(App { store, clock: boot.clock, config });
    let over_http = web::lambda::handler(web::harden(change::routes().with_state(app.clone()), profile));
    Ok(boot::handler(move |event| {
        let (app, over_http) = (app.clone(), over_http.clone());
        async move {
            if host::is_from_bus(event.payload.get()) {
                host::take_in(&app, event.payload.get()).await
            } else {
                over_http(event).await
            }
        }
    }))
}

#[cfg(test)]
mod tests;
