//! Paths to which pages link and redirect.

use domain::{billing::CustomerId, id::OrgId, org::Status};
use store::ListCursor;
use stripe::Mode;

/// Path of the review queue.
pub const QUEUE: &str = "/operator";

/// Path of the list of webhooks to the host's endpoint.
pub const DELIVERIES: &str = "/operator/deliveries";

/// Returns the path of the webhooks after a cursor.
pub fn deliveries_after(cursor: &str) -> String {
    format!("{DELIVERIES}?after={cursor}")
}

/// Path of the list of organizations.
pub const ORGANIZATIONS: &str = "/operator/organizations";

/// Returns the path of the organizations with a status after a cursor.
pub fn organizations_after(cursor: ListCursor, status: Option<Status>) -> String {
    let status = status.map(|status| format!("&status={}", status.as_str())).unwrap_or_default();
    format!("{ORGANIZATIONS}?cursor={cursor}{status}")
}

/// Returns the page of a customer in Stripe's dashboard.
pub fn stripe_customer(customer: &CustomerId, mode: Mode) -> String {
    let mode = match mode {
        Mode::Test => "test/",
        Mode::Live => "",
    };
    format!("https://dashboard.stripe.com/{mode}customers/{customer}")
}

/// Returns the path of an organization's page.
pub fn organization(id: OrgId) -> String {
    format!("/operator/organizations/{id}")
}

/// Returns the path to which the form that dismisses an item of the review queue posts.
pub fn dismissal(item: &str) -> String {
    format!("/operator/review/{item}/dismiss")
}
