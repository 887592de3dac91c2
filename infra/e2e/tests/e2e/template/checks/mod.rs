//! All checks by name. Each check is one function, which returns the violations that it finds.

mod api;
mod code;
mod delivery;
mod functions;
mod mail;
mod parameters;
mod policies;
mod release;
mod storage;

use crate::template::stack::Stack;

/// A violation that a check found in the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub check: &'static str,
    /// Description of the violation and the part of the template.
    pub place: String,
}

type Check = fn(&Stack) -> Vec<String>;

/// Name of the check that runs before all others: the local stack supports everything in the
/// template.
pub const SUPPORTED: &str = "supported";

pub const CHECKS: &[(&str, Check)] = &[
    ("table-recovery", storage::table_recovery),
    ("table-protected", storage::table_protected),
    ("table-encrypted", storage::table_encrypted),
    ("table-stream", storage::table_stream),
    ("table-expiry", storage::table_expiry),
    ("retained", storage::retained),
    ("bucket-closed", storage::bucket_closed),
    ("queue-retention", storage::queue_retention),
    ("tls-only", storage::tls_only),
    ("log-retention", storage::log_retention),
    ("policy-no-wildcard", policies::no_wildcard),
    ("policy-key-prefixes", policies::key_prefixes),
    ("policy-actions", policies::actions),
    ("policy-secrets", policies::secrets),
    ("policy-sender", policies::sender),
    ("policy-event-source", policies::event_source),
    ("policy-named", policies::named),
    ("async-destination", delivery::async_destination),
    ("rule-dead-letter", delivery::rule_dead_letter),
    ("stream-source", delivery::stream_source),
    ("stream-failure", delivery::stream_failure),
    ("change-retention", delivery::change_retention),
    ("function-limits", functions::limits),
    ("function-lease", functions::lease),
    ("function-reserved", functions::reserved),
    ("function-logs", functions::logs),
    ("function-runtime", functions::runtime),
    ("secrets-by-reference", functions::secrets_by_reference),
    ("release-gradual", release::gradual),
    ("release-alarms", release::alarms),
    ("release-responses", release::responses),
    ("release-at-once", release::at_once),
    ("api-throttle", api::throttle),
    ("api-route-throttle", api::route_throttle),
    ("api-access-log", api::access_log),
    ("api-domain", api::domain),
    ("api-public-url", api::public_url),
    ("mail-tls", mail::tls),
    ("mail-suppression", mail::suppression),
    ("mail-feedback", mail::feedback),
    ("parameters-described", parameters::described),
    ("parameters-bounded", parameters::bounded),
    ("parameters-grouped", parameters::grouped),
    ("sample-values-rejected", parameters::sample_values_rejected),
    ("code-functions", code::functions),
    ("code-variables", code::variables),
    ("code-routes", code::routes),
    ("code-head-routes", code::head_routes),
    ("code-indexes", code::indexes),
    ("code-rule-events", code::rule_events),
    ("code-stream-events", code::stream_events),
    ("code-host-source", code::host_source),
    ("code-buses", code::buses),
];

/// Runs all checks on a template.
pub fn check(text: &str) -> Vec<Finding> {
    match Stack::read(text) {
        Ok(stack) => CHECKS
            .iter()
            .flat_map(|(check, find)| find(&stack).into_iter().map(|place| Finding { check, place }))
            .collect(),
        Err(faults) => faults.into_iter().map(|place| Finding { check: SUPPORTED, place }).collect(),
    }
}

/// Runs the check with this name, and returns the violations. If the local stack does not support
/// the template, no other check can run. Then only the check [`SUPPORTED`] returns violations.
pub fn check_one(name: &str, text: &str) -> Vec<String> {
    match Stack::read(text) {
        Ok(stack) => {
            let of_name = CHECKS.iter().filter(|(check, _)| *check == name);
            of_name.flat_map(|(_, find)| find(&stack)).collect()
        }
        Err(faults) if name == SUPPORTED => faults,
        Err(_) => Vec::new(),
    }
}
