//! The page for a signed-in user who must use a sign-in link first: their address is not verified, or
//! they came from the host app.

pub const TITLE: &str = "Verify your email address";
pub const HEADING: &str = "First, verify your email address";
pub const NOTE: &str = "Verify your email address before you create another organization.";
pub const SUBMIT: &str = "Email me the link";
/// The text before and after the address of the user.
pub const TEXT: [&str; 2] =
    ["We’ll email a sign-in link to ", ". Open it to continue. Until then you can have one organization."];

/// The same page for a user who came from the host app.
pub mod portal {
    pub const TITLE: &str = "Sign in by email";
    pub const HEADING: &str = "First, sign in by email";
    /// The text before and after the address of the user.
    pub const TEXT: [&str; 2] = ["We’ll email a sign-in link to ", ". Open it to continue."];

    pub fn note(host: &str) -> String {
        format!("You came here from {host}. Sign in by email before you create another organization.")
    }
}
