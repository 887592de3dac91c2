//! Every text that users read, by page: headings, labels, form errors, and problem details.
//!
//! A text with highlighted values is an array of parts. [`emphasized`](crate::views::emphasized)
//! shows the parts at odd indexes, which are the values, in bold.

pub mod account;
pub mod confirm;
pub mod invitation;
pub mod link;
pub mod login;
pub mod members;
pub mod no_org;
pub mod portal;
pub mod role;
pub mod settings;
pub mod unsubscribe;
pub mod verify;

/// Title and button of the pages that sign a user in.
pub const SIGN_IN: &str = "Sign in";
/// Button that emails a sign-in link to the address that the page names.
pub const EMAIL_LINK: &str = "Email me the link";
/// Link to the dashboard.
pub const GO_TO_DASHBOARD: &str = "Go to dashboard";
/// Heading of an expired or used link.
pub const LINK_NO_LONGER_WORKS: &str = "This link no longer works";

/// Detail of the problem of a link to the host app that a page loads as a part of itself.
pub const NOT_A_VISIT: &str = "This link signs you in to the product. Open it in a browser tab.";

/// Returns the title of a page whose form was rejected.
pub fn error_title(title: &str) -> String {
    format!("Error: {title}")
}
