//! What operators see: JSON log lines and metrics in the embedded metric format.
//!
//! Nothing here takes an address, a name, a token or a body. Log lines are written
//! with `tracing`; this crate sets how they look and names what is counted.

mod metric;

pub use metric::{Metric, collect, count};

use tracing_subscriber::{EnvFilter, fmt};

/// Sets up JSON log lines on standard output, which Lambda hands to CloudWatch, and metrics beside them.
/// `RUST_LOG` narrows or widens them; the default is `info`.
///
/// A second call changes nothing.
pub fn init() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let first = fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_current_span(false)
        .with_target(false)
        .try_init()
        .is_ok();
    if first {
        metric::collect(metric::to_stdout);
    }
}
