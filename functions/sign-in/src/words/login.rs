//! `/login`: the form that requests a sign-in link, and the page after it.

pub const LEAD: &str = "We’ll email you a sign-in link. No password needed.";
pub const EMAIL: &str = "Email address";
pub const EMAIL_REQUIRED: &str = "Enter your email address.";
pub const SUBMIT: &str = "Send sign-in link";
pub const NEW_HERE: &str = "New here?";
pub const CREATE_ORG: &str = "Create an organization";

pub const LEFT: &str = "You left it, or an admin removed you. Sign in to open your other organizations, or ask an admin to invite you again.";

/// Title of the note for a user whose membership ended.
pub fn left(org: &str) -> String {
    format!("You’re no longer in {org}")
}

/// The detail for a user who requests links too often while the latest link still works.
pub fn latest_link_works(retry: &str) -> String {
    format!("The link in the latest email we sent still works. {retry}")
}

pub mod signed_in {
    pub const TITLE: &str = "You’re already signed in";
    pub const CONTINUE: &str = "Continue";

    pub const fn lead<'a>(name: &'a str, org: &'a str) -> [&'a str; 5] {
        ["You’re signed in as ", name, " in ", org, "."]
    }
}

pub mod sent {
    use domain::{people::SIGN_IN_LINK_TTL, time::in_words};

    pub const TITLE: &str = "Check your email";
    pub const NOT_RECEIVED: &str = "Didn’t get it?";
    pub const CHECK_SPAM: &str = "Wait a minute and check your spam folder, or";
    pub const TRY_ANOTHER: &str = "try another address";

    pub fn lead(address: &str) -> [String; 3] {
        let period = in_words(SIGN_IN_LINK_TTL);
        [
            "If ".to_owned(),
            address.to_owned(),
            format!(" has an account, a sign-in link is on its way. You can use it once within {period}."),
        ]
    }
}
