//! Every sentence of this crate that users read, by topic.

/// Texts about invalid fields of forms.
pub mod form {
    /// Returns the heading above the list of a form's field errors.
    pub fn errors_to_fix(count: usize) -> String {
        if count == 1 { "1 error to fix".to_owned() } else { format!("{count} errors to fix") }
    }
}

/// The form that corrects the user's own email address.
pub mod address_form {
    pub const LABEL: &str = "Your email address";
    pub const HINT: &str = "We’ll send your emails and sign-in links here.";
    pub const SUBMIT: &str = "Correct address";
}

/// Menu, header, and footer of every page.
pub mod page {
    pub const DASHBOARD: &str = "Dashboard";
    pub const CHECKLIST: &str = "Setup";
    pub const MEMBERS: &str = "Members";
    pub const SETTINGS: &str = "Settings";
    pub const GUIDE: &str = "Guide";
    pub const SKIP_TO_CONTENT: &str = "Skip to content";
    pub const HOME: &str = "Home";
    pub const ACCOUNT: &str = "Your account and organizations";
    pub const MAIN_MENU: &str = "Main";
    pub const SIGN_OUT: &str = "Sign out";
    pub const HELP_MENU: &str = "Help";
    pub const SETUP_GUIDE: &str = "Setup guide";

    /// The link to the host app, from which the user came.
    pub fn back_to(host: &str) -> String {
        format!("Back to {host}")
    }

    /// Describes a public page to search engines and chat programs.
    pub fn description(product: &str) -> String {
        format!("Sign up for {product}, follow a short checklist, and be productive within five minutes.")
    }
}

/// Times relative to now.
pub mod time {
    pub const JUST_NOW: &str = "just now";
    pub const MINUTE: &str = "minute";
    pub const HOUR: &str = "hour";

    /// States how long ago something happened, such as "2 hours ago".
    pub fn ago(count: i64, unit: &str) -> String {
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {unit}{plural} ago")
    }
}
