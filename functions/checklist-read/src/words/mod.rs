//! Every text that customers read on the pages of this function, by page or component.
//!
//! Markup stays in the views. A function takes values that a view has already rendered, such as a
//! date, and returns the complete sentence. The texts of tasks and milestones are in the checklist
//! definitions, and the texts of errors are in the crate `web`.

mod components;
pub mod plans;
pub mod problem;

use std::fmt::Display;

use maud::{Markup, Render, html};

pub use components::*;

/// Labels that several pages use.
pub mod label {
    pub const ADMIN: &str = "Admin";
    pub const ADMINS: &str = "Admins";
    pub const CONFIRM_PAYMENT: &str = "Confirm payment";
    pub const COMPLETE_PAYMENT: &str = "Complete payment";
    pub const CONTINUE_SETUP: &str = "Continue setup";
    pub const DASHBOARD: &str = "Dashboard";
    pub const DISMISS: &str = "Dismiss";
    pub const GETTING_STARTED: &str = "Getting started";
    pub const GO_TO_DASHBOARD: &str = "Go to dashboard";
    pub const GOT_IT: &str = "Got it";
    pub const MARK_AS_DONE: &str = "Mark as done";
    pub const PLAN: &str = "Plan";
    pub const PLAN_AND_DETAILS: &str = "Plan & details";
    pub const SETUP_GUIDE: &str = "Setup guide";
    pub const SKIP: &str = "Skip";
    pub const TIME_ZONE: &str = "Time zone";
    pub const UPDATE_PAYMENT: &str = "Update payment";
    pub const VIEW_PLAN: &str = "View plan";
    pub use ui::access::VIEW_PLANS;
}

/// Adds the arrow of a link that leads to the next step.
pub fn onward(label: impl Display) -> String {
    format!("{label} →")
}

/// Returns for example "14 days left" or "1 day left".
pub fn days_left(days: u32) -> String {
    format!("{days} {} left", if days == 1 { "day" } else { "days" })
}

/// Returns for example "3 of 8 done".
pub fn done_of(done: usize, total: usize) -> String {
    format!("{done} of {total} done")
}

/// Returns for example "1 task done" or "3 tasks done".
pub fn tasks_done(count: usize) -> String {
    format!("{} done", tasks(count))
}

/// Returns for example "1 task skipped" or "3 tasks skipped".
pub fn tasks_skipped(count: usize) -> String {
    format!("{} skipped", tasks(count))
}

fn tasks(count: usize) -> String {
    format!("{count} {}", if count == 1 { "task" } else { "tasks" })
}

/// The home page of Onramp.
pub mod landing {
    use super::Display;

    pub const TITLE: &str = "Get started";
    pub const TITLE_SIGNED_IN: &str = "Home";
    pub const LEAD: &str = "Fill in one short form and you’re in: your organization, a first project, and a \
                            checklist to guide you.";
    pub const START_TRIAL: &str = "Start free trial";
    pub const SIGN_IN: &str = "Sign in";
    pub const NO_CARD: &str = "No credit card required. Nothing to install.";
    /// The progress in the example of a checklist.
    pub const EXAMPLE_DONE: &str = "3 of 8 done";
    pub const EXAMPLE_PERCENTAGE: &str = "37%";
    pub const HOW_IT_WORKS: &str = "How it works";
    /// Title and text of each step.
    pub const STEPS: [(&str, &str); 3] = [
        ("Sign up", "Enter your name and email address. You’re signed in immediately."),
        ("Look around", "Your first project is ready. We’ll email you a welcome message with useful links."),
        ("Settle in", "Complete a few short steps as you work. Skip any you don’t need."),
    ];

    pub fn heading(product: &str) -> String {
        format!("Your team in {product}, before your coffee gets cold.")
    }

    pub fn go_to(organization: impl Display) -> String {
        format!("Go to {organization}")
    }
}

/// The first page after sign-up.
pub mod welcome {
    use super::{Display, Markup, Render, html};

    pub const TITLE: &str = "Welcome";
    pub const START_CHECKLIST: &str = "Start with the checklist";
    pub const FIRST_STEPS: &str = "Suggested first steps";
    pub const ALL_SET_UP: &str = "You’re all set up";
    pub const USEFUL_LINKS: &str = "Useful links";
    pub const ABOUT_PRODUCT: &str = "Where your team works";
    pub const ABOUT_GUIDE: &str = "How to complete each step, and answers to common questions";
    pub const ABOUT_DASHBOARD: &str = "Your organization and its projects";
    pub const ABOUT_PLAN: &str = "Your current plan and what happens next";

    pub fn heading(product: &str, given_name: &str) -> String {
        format!("Welcome to {product}, {given_name}")
    }

    pub fn for_member(organization: impl Display) -> String {
        format!("You’re a member of {organization}. Everything is set up, and you can start right away.")
    }

    /// Returns the text while the steps of the host app are under way, for an admin or a member.
    pub fn setting_up(organization: impl Display, is_admin: bool) -> String {
        match is_admin {
            true => format!("You’ve created {organization}, and we’re preparing it for you."),
            false => format!("You’re a member of {organization}. We’re preparing it for you."),
        }
    }

    pub fn provisioned(organization: impl Display, project: impl Display) -> String {
        format!(
            "{organization} is ready. We created a first project, “{project}”, and a short checklist to \
             get you started."
        )
    }

    /// Returns the text for an organization whose checklist is dismissed or cannot be changed.
    pub fn provisioned_before(organization: impl Display, project: impl Display) -> String {
        format!("{organization} is ready, with a first project, “{project}”.")
    }

    pub fn not_provisioned(organization: impl Display) -> String {
        format!(
            "You’ve created {organization}. We’ll create your first project and checklist as soon as your \
             plan starts."
        )
    }

    pub fn trial_ends(date: &impl Render) -> Markup {
        html! { "Your trial ends on " (date) ". Until then you have full access." }
    }
}

/// The dashboard of an organization.
pub mod dashboard {
    use super::{Markup, Render, html};

    pub const PROJECTS: &str = "Projects";
    pub const NO_PROJECT: &str = "Your first project comes with your plan";
    pub const NO_PROJECT_TEXT: &str =
        "We’ll create it, along with everything else, as soon as your plan starts.";
    pub const ORGANIZATION: &str = "Organization";
    pub const CREATED: &str = "Created";
    pub const SHOW_CHECKLIST: &str = "Show setup checklist";

    pub fn open(product: &str) -> String {
        format!("Open {product}")
    }

    pub const fn new_role(admin: bool) -> &'static str {
        if admin { "You’re now an admin" } else { "You’re now a member" }
    }

    pub fn role_changed(date: &impl Render) -> Markup {
        html! { "An admin changed your role on " (date) "." }
    }

    /// Returns the plan with its price, and what happens next.
    pub fn plan(plan: &str, next: Option<String>) -> String {
        [Some(format!("{plan}.")), next].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    pub fn created_on(date: &impl Render) -> Markup {
        html! { "Created on " (date) }
    }
}

/// The setup guide with its common questions.
pub mod guide {
    use domain::org::Status;
    use ui::access;

    pub const LEAD: &str = "How to complete each step, how long it takes, and why it’s worth it.";
    pub const QUESTIONS: &str = "Questions";
    /// Common questions, each with its answer.
    pub const FAQ: [(&str, &str); 7] = [
        (
            "Do I have to do every step?",
            "No. Skip any step you don’t need. Skipped steps don’t block completion, and you can \
             restore them anytime.",
        ),
        (
            "Are steps completed automatically?",
            "Yes. We detect what you do in the product within seconds. Skip a step that you already did \
             elsewhere.",
        ),
        (
            "I dismissed the checklist. Is it gone?",
            "No. We keep your progress. Open the checklist from the dashboard and choose “Restore \
             checklist”.",
        ),
        ("Who sees the checklist?", "Your organization’s admins. Members go straight to their work."),
        ("What happens when the trial ends?", access::sentence(Status::TrialExpired)),
        (
            "Do I need a credit card to try it?",
            "No. A trial only needs your name and email address. We never charge you without your consent.",
        ),
        ("How do I sign in again?", "We email you a sign-in link. There’s no password to remember."),
    ];
}

/// The page with the organization's checklist.
pub mod checklist {
    use super::{Display, Markup, Render, html};

    pub const PROGRESS: &str = "Progress";
    pub const MILESTONES: &str = "Milestones";
    pub const ACCOUNT_CREATED: &str = "Account created";
    pub const DISMISSED: &str = "Checklist dismissed";
    pub const RESTORE: &str = "Restore checklist";
    pub const DISMISS: &str = "Dismiss checklist";
    pub const DISMISS_COMPLETE: &str =
        "You’re done here. You can dismiss the checklist and restore it anytime.";
    pub const DISMISS_OPEN: &str = "Don’t need the checklist? You can dismiss it and restore it anytime.";
    pub const MEMBER_TITLE: &str = "Your admins handle setup";

    pub fn lead(steps: usize, organization: impl Display, product: &str) -> String {
        format!("{steps} short steps to get {organization} up and running in {product}.")
    }

    pub fn latest(title: &str, when: &impl Render) -> Markup {
        html! { "Latest: " (title) ", " (when) }
    }

    /// Returns the text about a dismissed checklist. `when` is the rendered time. The text names no
    /// person, because the store does not record who dismissed the checklist.
    pub fn dismissed(when: &impl Render) -> Markup {
        html! { "The checklist was dismissed " (when) ". We’ve kept your progress." }
    }

    /// Returns the text for a member who is not an admin. `admins` are the names of the admins. The
    /// list can be empty, and the text then names no one.
    pub fn for_member(organization: impl Display, admins: &[&str]) -> String {
        let names =
            if admins.is_empty() { String::new() } else { format!(" Your admins: {}.", admins.join(", ")) };
        format!(
            "Only admins of {organization} can see the checklist. You don’t need to set anything up.\
             {names}"
        )
    }
}

/// The page at the URL of an organization of which the user is a member, while they are signed in
/// to a different one.
pub mod other_org {
    use super::{Display, Markup, Render, html};

    pub const TITLE: &str = "Switch organization";

    pub fn heading(there: impl Display) -> String {
        format!("This page belongs to {there}")
    }

    pub fn lead(here: &impl Render, there: &impl Render) -> Markup {
        html! {
            "You’re signed in to " (here) ". You also belong to " (there)
            ". Switch organizations to see this page."
        }
    }

    /// The lead for a user who came from the host app at `host`.
    pub fn lead_from(host: &str, here: &impl Render, there: &impl Render) -> Markup {
        html! {
            "You came here from " (host) " to " (here) ". You also belong to " (there)
            ". Sign in by email to see this page."
        }
    }

    pub const SIGN_IN: &str = "Sign in by email";

    pub fn switch_to(there: impl Display) -> String {
        format!("Switch to {there}")
    }

    pub fn stay_in(here: impl Display) -> String {
        format!("Stay in {here}")
    }
}

/// The page of an organization and its plan.
pub mod organization {
    pub const DETAILS: &str = "Details";
    pub const STATUS: &str = "Status";
    pub const TRIAL_ENDS: &str = "Trial ends";
    pub const TRIAL_ENDED: &str = "Trial ended";
    pub const SIGNED_UP: &str = "Signed up";
    pub const SET_UP_ON: &str = "Set up on";
    pub const NOT_CHOSEN: &str = "You didn’t choose a plan";
    pub const NOT_CHARGED: &str = "Nothing was charged. Choose a plan whenever you’re ready.";

    pub fn managed_by(admins: &[&str]) -> String {
        format!("{} can manage the plan.", admins.join(", "))
    }
}

/// The page that Stripe Checkout returns to.
pub mod paid {
    pub const TITLE: &str = "Your plan";
    pub const THANK_YOU: &str = "Thank you";
    pub const ALMOST_THERE: &str = "Almost there";
    pub const INCOMPLETE: &str = "Your first payment hasn’t gone through yet. It may take a moment, or your \
                                  bank may ask you to confirm it.";
    pub const AWAITING: &str =
        "We’re waiting for Stripe to confirm your plan. This usually takes a few seconds.";
    pub const PREVIOUS_ENDED: &str = "Your previous plan has ended. If you just chose a new one, Stripe will \
                                      confirm it, usually within a few seconds.";
    pub const WAITING: &str = "Waiting for Stripe";
    pub const UPDATES: &str = "This page updates automatically. You can safely leave it.";
    /// Replaces [`UPDATES`] when the script stops waiting.
    pub const STILL_WAITING: &str =
        "We haven’t received confirmation from Stripe yet. Check again in a few minutes. Nothing is lost.";
    pub const CHECK_AGAIN: &str = "Check again";
}
