//! Every sentence of this crate that users read, by topic.

/// What an organization's status allows. Pages, the banner, the widget, and errors take the sentence
/// from here, so no two of them contradict each other.
pub mod access {
    use domain::org::Status;

    /// Leads to the plans for sale.
    pub const VIEW_PLANS: &str = "View plans";

    /// Says what the status allows, and without full access, what restores it.
    #[must_use]
    pub const fn sentence(status: Status) -> &'static str {
        match status {
            Status::Pending => "We’ll set everything up as soon as your plan starts.",
            Status::Trialing | Status::Active => "You have full access.",
            Status::TrialExpired | Status::Canceled => {
                "Your data is safe and read-only. Choose a plan to restore full access."
            }
            Status::PastDue => "Everything keeps working while we retry your payment.",
            Status::Unpaid => "Your data is safe and read-only. Pay to restore full access.",
            Status::Paused => "Your data is safe and read-only. Add a payment method to restore full access.",
            Status::Incomplete => "You’ll get full access as soon as your first payment goes through.",
        }
    }
}

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
