//! Every text that users read, by page: headings, labels, form errors, and problem details.

use domain::{people::ORG_CREATION_GRANT_TTL, time::in_words};

/// Labels, hints, and errors of the sign-up form.
pub mod form {
    pub const TITLE: &str = "Create your organization";
    pub const HEADING: &str = "Set up your organization";
    pub const NAME: &str = "Organization";
    pub const NAME_HINT: &str = "Your company or team. You can invite others later.";
    pub const NAME_REQUIRED: &str = "Enter your organization’s name.";
    pub const FULL_NAME: &str = "Your name";
    pub const FULL_NAME_REQUIRED: &str = "Enter your name.";
    pub const EMAIL: &str = "Email address";
    pub const EMAIL_HINT: &str = "We’ll send your welcome email and sign-in links here.";
    pub const INDUSTRY: &str = "What does your organization do?";
    pub const INDUSTRY_HINT: &str = "We use this to choose your first steps. Optional.";
    pub const INDUSTRY_OTHER: &str = "Something else";
    pub const INDUSTRY_INVALID: &str = "Choose an option from the list or leave it empty.";
    pub const START: &str = "How would you like to start?";
    pub const TRIAL_HINT: &str = "Everything included. Choose a plan later.";
    pub const PLAN: &str = "With a plan";
    pub const PLAN_HINT: &str = "Choose one on the next page.";
    pub const START_INVALID: &str = "Choose whether to start a trial.";
    pub const SUBMIT: &str = "Create organization";
    pub const HAVE_ACCOUNT: &str = "Already have an account?";
    pub const SIGN_IN: &str = "Sign in";

    /// Returns the text above the form. `known` is whether the user has an account, and `trial` is
    /// whether they can start a trial.
    pub const fn lead(known: bool, trial: bool) -> &'static str {
        match (known, trial) {
            (true, true) => "Another organization with its own team, projects, and plan.",
            (true, false) => {
                "Another organization with its own team and projects. You’ll choose its plan on the next page."
            }
            (false, true) => "Fill in one form and you’re in. No credit card or confirmation needed.",
            (false, false) => "Fill in one form and you’re in. You’ll choose a plan on the next page.",
        }
    }

    pub fn trial(days: u16) -> String {
        format!("Free for {days} {}", if days == 1 { "day" } else { "days" })
    }
}

/// The page for a signed-in user whose email address is not verified.
pub mod unverified {
    pub const TITLE: &str = "Verify your email address";
    pub const HEADING: &str = "First, verify your email address";
    pub const NOTE: &str = "Verify your email address before you create another organization.";
    pub const SUBMIT: &str = "Email me the link";
    /// The text before and after the address of the user.
    pub const TEXT: [&str; 2] = [
        "We’ll email a sign-in link to ",
        ". Open it to continue. Until then you can have one organization.",
    ];
}

/// The page for an address that already has an account.
pub mod known_address {
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
}

/// The detail for a form whose organization grant has expired or was used.
pub fn form_expired() -> String {
    let period = in_words(ORG_CREATION_GRANT_TTL);
    format!("This form was already used or has expired ({period}). Sign in again to start over.")
}
