use std::sync::Arc;

use boot::{Clock, Rng};
use store::Store;

use crate::config::Config;

/// What every request has at hand.
#[derive(Clone, Debug)]
pub struct App {
    /// The table.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Where forms take their tokens from.
    pub entropy: Rng,
    /// The keys whose tokens show pieces of ours in the host app.
    pub keys: Arc<host::Keyring>,
    /// What the function was started with.
    pub config: Arc<Config>,
}
