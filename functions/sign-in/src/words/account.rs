//! `/account`: the user's organizations and sessions.

pub const TITLE: &str = "Your account";
pub const NAME: &str = "Your name";
pub const NAME_HINT: &str = "The members of your organizations see this name.";
pub const NAME_REQUIRED: &str = "Enter your name.";
pub const SAVE_NAME: &str = "Save name";
pub const IN_USE: &str =
    "This address already has an account or had a trial. Use a different one, or sign in with it.";
pub const VERIFIED: &str =
    "You’ve verified your email address. It isn’t possible yet to change a verified address.";
pub const ORGANIZATIONS: &str = "Organizations";
pub const CREATE_ORG: &str = "Create another organization";
pub const CURRENT: &str = "Current";
pub const SWITCH: &str = "Switch";
pub const SESSIONS: &str = "Active sessions";
pub const SIGN_OUT_ALL: &str = "Sign out everywhere";
/// Followed by the time at which the session started.
pub const SIGNED_IN: &str = "Signed in";
pub const THIS_BROWSER: &str = "This browser";
/// Followed by the time at which the session was last used.
pub const LAST_USED: &str = "Last used";
pub const SIGN_OUT: &str = "Sign out";

/// Accessible name of a button with the label [`SIGN_OUT`].
pub fn sign_out_label(started: &str) -> String {
    format!("Sign out of the session from {started}")
}

/// Accessible name of a button with the label [`SWITCH`].
pub fn switch_label(org: &str) -> String {
    format!("Switch to {org}")
}

pub mod correct {
    pub const TITLE: &str = "Wrong address?";
    pub const TEXT: &str =
        "Correct it here. You stay signed in, and we’ll send our emails to the new address.";
}

pub mod unverified {
    pub const NOTE: &str = "Your email address isn’t verified yet";
    pub const TEXT: &str = "Use the sign-in link that we email you. Then you can send your invitations, and create more \
         organizations.";
}

/// The note to a user who came from the host app.
pub mod portal {
    pub const TEXT: &str = "You’re signed in here for up to eight hours. To switch organizations, sign out other browsers, or \
         change your email address, sign in by email.";
    pub const SIGN_IN: &str = "Sign in by email";

    pub fn note(host: &str) -> String {
        format!("You came here from {host}")
    }
}
