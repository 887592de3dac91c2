//! The texts of this function that API clients read. They are ASCII, because they appear in JSON.

pub const COMPLETED_BY_EVENT: &str = "An event completed this task, so it stays completed.";

pub const UNKNOWN_VIEW: &str =
    "Unknown view. Use collapse, expand, hide-calm, hide-notice, hide-warning, or hide-last-day.";

/// Errors of `POST /host/events`. An error of a single event is in the list `faults` of that
/// event's result.
pub mod events {
    pub const NOT_JSON: &str =
        "The signature is valid, but the body is not JSON, or an object contains a key twice.";
    pub const WRONG_COUNT: &str = "Send one event or an array of 1 to 25 events.";
    pub const NOT_AN_EVENT: &str = "an event must be an object, and its fields id, type, organization_id, actor, and \
                                    occurred_at must be strings";
    pub const NO_TYPE: &str = "type is missing";
    pub const NO_ORGANIZATION: &str = "organization_id is missing";
    pub const BAD_TIME: &str = "occurred_at must be an RFC 3339 timestamp, such as 2026-01-15T09:00:00Z";
}
