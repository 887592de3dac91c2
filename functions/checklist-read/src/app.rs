use std::sync::Arc;

use boot::Clock;
use store::Store;

use crate::config::Config;

/// What every request has at hand.
#[derive(Clone, Debug)]
pub struct App {
    /// The table.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// What the function was started with.
    pub config: Arc<Config>,
}
