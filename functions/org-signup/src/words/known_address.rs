//! The page for an address that already has an account.

use domain::{people::SIGN_IN_LINK_TTL, time::in_words};

pub const TITLE: &str = "Check your email";
pub const HEADING: &str = "You already have an account";
pub const LEAD: &str = "We didn’t create a new organization. Sign in to create another one.";
pub const SIGN_IN: &str = "Go to sign-in";
pub const PROBLEM: &str =
    "An account with this email address already exists. We’ve emailed a sign-in link to it.";

pub fn sent() -> String {
    let period = in_words(SIGN_IN_LINK_TTL);
    format!("We’ve sent a sign-in link to this address. It’s valid for {period}.")
}
