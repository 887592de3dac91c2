//! `/portal/{token}`: a link from the host app.

pub const TITLE: &str = "Switch account?";
pub const SWITCH: &str = "Switch account";
pub const STAY: &str = "Don’t switch";
pub const SIGN_IN_BY_EMAIL: &str = "Sign in by email";
pub const EXPIRED: &str =
    "This link has expired or was already used. Go back and try again, or sign in by email.";
pub const EXPIRED_LEAD: &str = "Links like this one work once, for one minute. Go back to the page that you came from and try again, or sign in by email.";

/// Names the account and organization of this browser, and those of the link.
pub const fn lead<'a>(current: &'a str, org: &'a str, next: &'a str, next_org: &'a str) -> [&'a str; 9] {
    [
        "This browser is signed in as ",
        current,
        " in ",
        org,
        ". The link you opened is for ",
        next,
        " in ",
        next_org,
        ". If you switch, you’ll be signed out of the current account in this browser.",
    ]
}
