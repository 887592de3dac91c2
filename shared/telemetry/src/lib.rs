//! Logs and metrics: JSON log lines, and metrics in the embedded metric format.
//!
//! Functions write log lines with `tracing`. This crate sets the format of the lines and lists
//! every metric once. The field `area` of a line names a part of the product. The span of a request
//! carries the fields that all its lines share, such as request ID and route. The route is a
//! pattern and never the path, which can contain the secret of a link.
//!
//! The crate never takes an address, a name, a token, or a body, and it never sends anything: both
//! kinds of line go to standard output.
//!
//! Start with [`init`], then:
//!
//! - `log_area`: the values of the field `area`.
//! - `metric`: the list of metrics, and how one is written.
//! - `parse_error`: a JSON error that is safe to log.

mod log_area;
mod metric;
mod parse_error;

pub use log_area::LogArea;
pub use metric::{Metric, Unit, collect, count, measure};
pub use parse_error::JsonError;

use tracing_subscriber::{filter::LevelFilter, fmt};

/// Sets up JSON log lines and metric lines on standard output, which Lambda sends to CloudWatch.
///
/// `level` is `error`, `warn`, `info`, `debug`, `trace`, or `off`. The default, also for an invalid
/// value, is `info`. Filter expressions are not supported, because parsing one would slow every
/// cold start.
///
/// `namespace` separates the metrics of several stacks in one account. The default is `Onramp`.
///
/// A second call has no effect.
pub fn init(level: Option<&str>, namespace: Option<&str>) {
    let level = level.and_then(|level| level.parse().ok());
    let first = fmt()
        .json()
        .flatten_event(true)
        .with_max_level(level.unwrap_or(LevelFilter::INFO))
        // The current span already has the request's ID, route, and user.
        .with_span_list(false)
        .with_target(false)
        .try_init()
        .is_ok();
    if first {
        metric::collect_as(namespace.unwrap_or(metric::NAMESPACE), metric::to_stdout);
    }
}
