//! The page for a signed-in user whose email address is not verified.

pub const TITLE: &str = "Verify your email address";
pub const HEADING: &str = "First, verify your email address";
pub const NOTE: &str = "Verify your email address before you create another organization.";
pub const SUBMIT: &str = "Email me the link";
/// The text before and after the address of the user.
pub const TEXT: [&str; 2] =
    ["We’ll email a sign-in link to ", ". Open it to continue. Until then you can have one organization."];
