//! Captures the metrics of one test. All functions of a test run on the thread of that test, so
//! each thread stores the metric lines of its own test.

use std::cell::RefCell;

use serde_json::Value;

thread_local! {
    static LINES: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
}

/// Starts counting at zero.
pub fn begin() {
    telemetry::collect(|line| {
        LINES.with(|lines| lines.borrow_mut().push(serde_json::from_str(line).unwrap()));
    });
    LINES.with(|lines| lines.borrow_mut().clear());
}

/// Returns the sum of a metric since [`begin`].
pub fn counted(metric: &str) -> u64 {
    measured(metric).into_iter().sum()
}

/// Returns the values of a metric since [`begin`], in order.
pub fn measured(metric: &str) -> Vec<u64> {
    LINES.with(|lines| lines.borrow().iter().filter_map(|line| line[metric].as_u64()).collect())
}
