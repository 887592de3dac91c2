//! Logs and metrics: JSON log lines, and metric lines in CloudWatch's embedded metric format.
//!
//! Functions write log lines with the crate `tracing`, and this crate sets the format of the lines.
//! The field `area` of a log line names a part of the product. All log lines of one request contain
//! the same request ID and the same route.
//!
//! # Invariant
//!
//! Each metric is defined once, in the list of [`Metric`]. Log lines and metric lines are single
//! lines of JSON on standard output, which Lambda sends to CloudWatch.
//!
//! # What it never does
//!
//! This crate never sends a line over the network, and it adds no field for an address, a name, a
//! token, or a body. The logged route is a pattern such as `/login/{token}`. It is never the
//! requested path, because a path can contain the secret of a link.
//!
//! # Where to start
//!
//! - [`init`]: sets up log lines and metric lines at the start of a function.
//! - `log_area`: the values of the field `area`.
//! - `metric`: the list of metrics, and the functions that write them.
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
/// `level` is `error`, `warn`, `info`, `debug`, `trace`, or `off`. For `None` or an invalid value,
/// the level is `info`. Filter expressions such as `info,hyper=warn` are not supported, because the
/// code that parses such an expression would slow down every cold start.
///
/// `namespace` is the CloudWatch namespace of the metrics. With different namespaces, the metrics
/// of several stacks in one account stay separate. The default is `Onramp`.
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
