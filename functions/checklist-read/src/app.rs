//! The dependencies of all handlers.

use std::sync::Arc;

use axum::extract::{FromRef, State};
use runtime::{Clock, Rng, SecretCache};
use store::Store;

use crate::config::Config;

/// State that all handlers share.
#[derive(Clone, Debug)]
pub struct App {
    /// The table, opened once at startup.
    pub store: Store,
    /// The only source of the current time.
    pub clock: Clock,
    /// Source of form tokens.
    pub entropy: Rng,
    /// Keys that verify the host app's embed tokens.
    pub keys: Arc<SecretCache<host_auth::Keys>>,
    /// The function's configuration, validated at startup.
    pub config: Arc<Config>,
}

/// Extractor of the configuration, for handlers that need nothing else of [`App`].
pub type Settings = State<Arc<Config>>;

impl FromRef<App> for Arc<Config> {
    fn from_ref(app: &App) -> Self {
        app.config.clone()
    }
}
