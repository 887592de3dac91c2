//! What operators see: JSON log lines and metrics in the embedded metric format.
//!
//! Nothing here takes an address, a name, a token or a body. Log lines are written
//! with `tracing`; this crate sets how they look and names what is counted.

mod log_area;
mod metric;
mod unreadable;

pub use log_area::LogArea;
pub use metric::{Metric, Unit, collect, count, measure};
pub use unreadable::Unreadable;

use tracing_subscriber::{filter::LevelFilter, fmt};

/// Sets up JSON log lines on standard output, which Lambda hands to CloudWatch, and metrics beside them.
/// `level` narrows or widens them: `error`, `warn`, `info`, `debug`, `trace` or `off`; the default is `info`. It
/// is a level and no expression: reading one would cost a start more than all its log lines.
/// `namespace` keeps the metrics of one stack apart from those of another in the same account; the default is `Onramp`.
///
/// A second call changes nothing.
pub fn init(level: Option<&str>, namespace: Option<&str>) {
    let level = level.and_then(|level| level.parse().ok());
    let first = fmt()
        .json()
        .flatten_event(true)
        .with_max_level(level.unwrap_or(LevelFilter::INFO))
        // The request's id, route and person stand in its span.
        .with_span_list(false)
        .with_target(false)
        .try_init()
        .is_ok();
    if first {
        metric::collect_as(namespace.unwrap_or(metric::NAMESPACE), metric::to_stdout);
    }
}
