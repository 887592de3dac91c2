//! The page for a verified user without an organization.

use domain::{people::ORG_CREATION_GRANT_TTL, time::in_words};

pub const TITLE: &str = "You’re not in any organization";
pub const INVITED: &str = "You have an invitation.";
pub const ACCEPT: &str = "Accept invitation";
pub const NAME: &str = "Organization";
pub const NAME_HINT: &str = "You’ll choose a plan on the next page.";
pub const NAME_HINT_TRIAL: &str =
    "It starts with a free trial if one is available. Otherwise, you’ll choose a plan on the next page.";
pub const CREATE: &str = "Create organization";
pub const PROBLEM: &str = "This account no longer belongs to an organization.";

pub fn form_expires() -> String {
    format!("This form expires in {}.", in_words(ORG_CREATION_GRANT_TTL))
}

pub const fn lead(address: &str) -> [&str; 3] {
    [
        "Your account is ",
        address,
        ". You left your last organization or were removed from it. Ask an admin to invite you again, or \
         create your own.",
    ]
}
