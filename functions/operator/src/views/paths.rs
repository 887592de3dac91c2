//! Paths to which pages link and redirect.

use domain::id::OrgId;

/// Path of the review queue.
pub const QUEUE: &str = "/operator";

/// Path of the list of webhooks to the host's endpoint.
pub const DELIVERIES: &str = "/operator/deliveries";

/// Returns the path of the webhooks after a cursor.
pub fn deliveries_after(cursor: &str) -> String {
    format!("{DELIVERIES}?after={cursor}")
}

/// Returns the path of an organization's page.
pub fn organization(id: OrgId) -> String {
    format!("/operator/organizations/{id}")
}

/// Returns the path to which the form that dismisses an item of the review queue posts.
pub fn dismissal(item: &str) -> String {
    format!("/operator/review/{item}/dismiss")
}
