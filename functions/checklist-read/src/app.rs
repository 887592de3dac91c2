use std::sync::Arc;

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
