//! Labels, hints, and errors of the sign-up form.

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
