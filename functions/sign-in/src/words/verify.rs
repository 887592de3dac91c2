//! `/verify/{token}`: the link that verifies an address.

use domain::{people::VERIFY_LINK_TTL, time::in_words};

pub const TITLE: &str = "Verify your email address";
pub const WAITING: &str = "Then we’ll send your invitations:";
pub const SUBMIT: &str = "Verify email address";
pub const DONE: &str = "Your email address is verified";
pub const DONE_TEXT: &str = "You can invite people and create more organizations.";
pub const STILL_WAITING: &str = "These invitations wait for you:";
pub const HELD: &str =
    "Some of your invitations can’t be sent without a plan or a free seat. The members page lists them.";
pub const SEND: &str = "Send invitations";
pub const VIEW_MEMBERS: &str = "View members";
pub const EXPIRED: &str =
    "This link has expired or belongs to an earlier address. Sign in to verify your address.";

pub const fn lead(address: &str) -> [&str; 3] {
    ["Confirm that ", address, " is your address. This signs you out in all other browsers."]
}

pub fn expired_lead() -> String {
    format!(
        "Links in a welcome email work for {}. Sign in with an emailed link instead: it verifies your address too.",
        in_words(VERIFY_LINK_TTL)
    )
}

pub const NOT_NEEDED: &str = "Your email address is verified already, so you don’t need this link.";

pub mod other_user {
    pub const TITLE: &str = "This link is for someone else";
    pub const NOTE: &str = "You’re signed in with a different account";
    pub const BOTH_YOURS: &str =
        "If the link is also yours, sign out and sign in with its address. That verifies it.";
    pub const SIGN_OUT: &str = "Sign out and continue";
    pub const STAY: &str = "Stay signed in";
    pub const PROBLEM: &str = "This link is for a different account. Sign out, then open it again.";

    pub const fn explanation<'a>(name: &'a str, address: &'a str) -> [&'a str; 5] {
        ["You’re signed in as ", name, " (", address, ")."]
    }
}
