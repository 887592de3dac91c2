//! Texts of `GET /operator/deliveries`: the webhooks to the host's endpoint.

pub const TITLE: &str = "Webhooks";
pub const LEAD: &str =
    "Webhooks that Onramp sent to your app in the last 7 days, newest first, each with its last attempt.";
pub const SEE: &str = "View webhooks to your app";
pub const OLDER: &str = "Show older webhooks";
pub const FIRST_PAGE: &str = "Back to the newest webhooks";
pub const ORGANIZATION: &str = "View organization";

pub const EMPTY_TITLE: &str = "No webhooks";
pub const EMPTY: &str = "Onramp sends webhooks if HOST_WEBHOOK_URL is set.";

pub const DELIVERED: &str = "Delivered";
pub const RETRYING: &str = "Will be sent again";
pub const GIVEN_UP: &str = "In the dead-letter queue";

pub const INVALID_AFTER: &str = "`after` must be the `next` of another page.";

/// Describes the last attempt: its state, status, number, and duration.
pub fn outcome(state: &str, status: Option<u16>, attempts: u32, ms: u64) -> String {
    let response = status.map_or_else(|| "no response".to_owned(), |status| format!("status {status}"));
    let attempts = if attempts == 1 { "1 attempt".to_owned() } else { format!("{attempts} attempts") };
    format!("{state}: {response}, {attempts}, {ms} ms")
}
