//! Paths to which pages link and redirect.

use domain::id::OrgId;

/// Path of the review queue.
pub const QUEUE: &str = "/operator";

/// Returns the path of an organization's page.
pub fn organization(id: OrgId) -> String {
    format!("/operator/organizations/{id}")
}

/// Returns the path to which the form that dismisses an item of the review queue posts.
pub fn dismissal(item: &str) -> String {
    format!("/operator/review/{item}/dismiss")
}
