//! What was counted: a test's functions run on its own thread, so each thread keeps its own lines.

use std::cell::RefCell;

use serde_json::Value;

thread_local! {
    static LINES: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
}

/// Starts to count, from nothing.
pub fn begin() {
    telemetry::collect(|line| {
        LINES.with(|lines| lines.borrow_mut().push(serde_json::from_str(line).unwrap()));
    });
    LINES.with(|lines| lines.borrow_mut().clear());
}

/// How often a metric was counted since.
pub fn counted(metric: &str) -> u64 {
    measured(metric).into_iter().sum()
}

/// The values of a metric since, in their order.
pub fn measured(metric: &str) -> Vec<u64> {
    LINES.with(|lines| lines.borrow().iter().filter_map(|line| line[metric].as_u64()).collect())
}
