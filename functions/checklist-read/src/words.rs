//! Every text that customers read on the pages of this function, by page or component.
//!
//! Markup stays in the views. A function takes values that a view has already rendered, such as a
//! date, and returns the complete sentence. The texts of tasks and milestones are in the checklist
//! definitions, and the texts of errors are in the crate `web`.

use std::fmt::Display;

use maud::{Markup, Render, html};

/// Labels that several pages use.
pub mod label {
    pub const ADMIN: &str = "Admin";
    pub const ADMINS: &str = "Admins";
    pub const CHOOSE_PLAN: &str = "Choose a plan";
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
    pub const VIEW_PLANS: &str = "View plans";
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

/// The progress bar of a checklist.
pub mod progress {
    pub const LABEL: &str = "Setup progress";
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
    pub const VIEW_FULL_CHECKLIST: &str = "View full checklist";
    pub const USEFUL_LINKS: &str = "Useful links";
    pub const ABOUT_GUIDE: &str = "How to complete each step, and answers to common questions";
    pub const ABOUT_DASHBOARD: &str = "Your organization and its projects";
    pub const ABOUT_PLAN: &str = "Your current plan and what happens next";

    pub fn heading(product: &str, given_name: &str) -> String {
        format!("Welcome to {product}, {given_name}")
    }

    pub fn for_member(organization: impl Display) -> String {
        format!("You’re a member of {organization}. Everything is set up, and you can start right away.")
    }

    pub fn provisioned(organization: impl Display, project: impl Display) -> String {
        format!(
            "{organization} is ready. We created a first project, “{project}”, and a short checklist to \
             get you started."
        )
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

    pub fn created_on(date: &impl Render) -> Markup {
        html! { "Created on " (date) }
    }
}

/// The setup guide with its common questions.
pub mod guide {
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
            "Yes. We detect what you do in the product within seconds. Use “Mark as done” for work you \
             did elsewhere.",
        ),
        (
            "I dismissed the checklist. Is it gone?",
            "No. We keep your progress. Open the checklist from the dashboard and choose “Restore \
             checklist”.",
        ),
        ("Who sees the checklist?", "Your organization’s admins. Members go straight to their work."),
        (
            "What happens when the trial ends?",
            "We don’t delete anything. You can still view all your data, and you can edit again as soon \
             as you choose a plan.",
        ),
        (
            "Do I need a credit card to try it?",
            "No. A trial only needs your name and email address. We never charge you without your consent.",
        ),
        ("How do I sign in again?", "We email you a sign-in link. There’s no password to remember."),
    ];
}

/// A task, on every page that shows one.
pub mod task {
    pub const NEXT: &str = "Next task";
    pub const RESTORE: &str = "Restore";
    // What completed a task, if no person is known. A comma and the time follow.
    pub const COMPLETED_BY_EVENT: &str = "Completed automatically";
    pub const COMPLETED_BY_PAYMENT: &str = "Completed with your payment";
    pub const COMPLETED_BY_INVITATION: &str = "Completed with your invitation";
    // These follow the title of a task, for screen readers.
    pub const SKIPPED: &str = ", skipped";
    pub const DONE: &str = ", done";
    /// This precedes [`duration`], for screen readers.
    pub const ABOUT: &str = "about ";

    pub fn duration(minutes: u8) -> String {
        format!("{minutes} min")
    }

    pub fn about(minutes: u8) -> String {
        format!("{ABOUT}{}", duration(minutes))
    }

    /// Returns a description that the duration follows.
    pub fn with_duration(description: &str, minutes: u8) -> String {
        format!("{description} About {minutes} min.")
    }

    /// The label of the check mark, for screen readers.
    pub fn mark_as_done(title: &str) -> String {
        format!("{}: {title}", super::label::MARK_AS_DONE)
    }
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

/// The note about a completed checklist.
pub mod celebration {
    use super::{Display, Markup, Render, html};

    pub const TITLE: &str = "You’re all set up!";
    pub const TITLE_AFTERWARDS: &str = "Setup is complete";
    pub const SKIPPED_STEPS: &str = "Skipped steps stay here in case you need them.";

    pub fn ready_since(organization: impl Display, date: &impl Render) -> Markup {
        html! { (organization) " has been ready since " (date) "." }
    }

    pub fn ready(organization: impl Display) -> String {
        format!("{organization} is ready.")
    }
}

/// The notes with "Undo". They name no person, because every admin of the organization sees them.
pub mod undo {
    pub const UNDO: &str = "Undo";
    pub const DISMISSED: &str = "The setup checklist was dismissed.";
    /// What "Undo" restores, for screen readers.
    pub const CHECKLIST: &str = "setup checklist";

    pub fn skipped(title: &str) -> String {
        format!("“{title}” was skipped.")
    }
}

/// The widget, on the dashboard and in the host app.
pub mod widget {
    pub const SEE_ALL: &str = "See all";
    /// Completes "See all" for screen readers.
    pub const SEE_ALL_TASKS: &str = " tasks";
    pub const NEXT: &str = "Next";
    pub const COMPLETE: &str = "You’re all set up";
    /// The text must not say that every step is completed, because steps can be skipped.
    pub const COMPLETE_TEXT: &str = "There’s nothing left to set up.";
    /// What "Dismiss" hides, for screen readers.
    pub const CHECKLIST: &str = "setup checklist";
}

/// The frame around an embedded part. The host app's developer reads these texts in the console.
pub mod frame {
    pub const TITLE: &str = "Onboarding";
    pub const UNAVAILABLE: &str = "Onramp is temporarily unavailable. Retrying automatically.";
    pub const BAD_QUERY: &str =
        "invalid frame URL: `part` must be `widget` or `banner`, and no parameter may appear twice";
}

/// The note about admins whose email address is undeliverable.
pub mod undeliverable {
    use super::{Display, Markup, Render, html};

    pub const LABEL: &str = "Email";
    pub const TO_YOU: &str = "We can’t deliver email to you";
    pub const INVITE_ONE: &str = "invite that address";
    pub const INVITE_SEVERAL: &str = "invite those addresses";

    pub fn to_one(name: impl Display) -> String {
        format!("We can’t deliver email to {name}")
    }

    pub fn to_several(count: usize) -> String {
        format!("We can’t deliver email to {count} admins")
    }

    /// Says what to do about one address. `invite` is the link with the text [`INVITE_ONE`].
    pub fn advice_for_one(invite: &impl Render) -> Markup {
        html! {
            "We no longer send trial and payment notices to this address. To use a different address, "
            (invite) " as an admin. Then remove the admin with this address."
        }
    }

    /// Says what to do about several addresses. `invite` is the link with the text
    /// [`INVITE_SEVERAL`].
    pub fn advice_for_several(invite: &impl Render) -> Markup {
        html! {
            "We no longer send trial and payment notices to these addresses. To use different addresses, "
            (invite) " as admins. Then remove the admins with these addresses."
        }
    }

    pub fn bounced(name: impl Display, address: &str, since: &impl Render) -> Markup {
        html! { (name) " (" (address) "): email to this address has bounced since " (since) "." }
    }

    pub fn complained(name: impl Display, address: &str, on: &impl Render) -> Markup {
        html! { (name) " (" (address) "): our email was marked as spam on " (on) "." }
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

    pub fn switch_to(there: impl Display) -> String {
        format!("Switch to {there}")
    }

    pub fn stay_in(here: impl Display) -> String {
        format!("Stay in {here}")
    }
}

/// An organization's status: the label of its badge, and its meaning.
pub mod status {
    use super::{Display, days_left};

    pub const PENDING: &str = "No plan yet";
    pub const PENDING_TEXT: &str = "We’ll set everything up as soon as your plan starts.";
    pub const TRIALING: &str = "Free trial";
    pub const TRIAL_EXPIRED: &str = "Trial ended";
    pub const ACTIVE: &str = "Active";
    pub const ACTIVE_TEXT: &str = "Your plan is active. You have full access.";
    pub const ACTIVE_PAUSED_TEXT: &str = "You have full access.";
    pub const PAST_DUE: &str = "Payment overdue";
    pub const PAST_DUE_TEXT: &str =
        "Your last payment didn’t go through. Everything keeps working while we retry it.";
    pub const UNPAID: &str = "Unpaid";
    pub const UNPAID_TEXT: &str =
        "We couldn’t collect your payment. Your data is safe and read-only. Pay to restore full access.";
    pub const PAUSED: &str = "Paused";
    pub const PAUSED_TEXT: &str = "Your plan is paused. Your data is safe and read-only until it resumes.";
    pub const INCOMPLETE: &str = "Payment pending";
    pub const INCOMPLETE_TEXT: &str =
        "Your first payment hasn’t gone through yet. You’ll get full access as soon as it does.";
    pub const CANCELED: &str = "Plan ended";
    pub const CANCELED_TEXT: &str =
        "Your plan ended. Your data is safe and read-only. Choose a plan to restore full access.";
    pub const PAYMENTS_PAUSED: &str = "Payments for your plan are paused.";

    pub fn trialing(days: u32, end: Option<impl Display>) -> String {
        let until = end.map(|end| format!(" (until {end})")).unwrap_or_default();
        format!("{}{until}. You have full access.", days_left(days))
    }

    pub fn trial_expired(end: Option<impl Display>) -> String {
        let on = end.map(|end| format!(" on {end}")).unwrap_or_default();
        format!(
            "Your trial ended{on}. Your data is safe and read-only. Choose a plan to restore full access."
        )
    }

    pub fn active_until(end: impl Display) -> String {
        format!("Your plan ends on {end} and won’t renew.")
    }

    pub fn payments_paused_until(date: impl Display) -> String {
        format!("Payments for your plan are paused until {date}.")
    }
}

/// The banner about the trial, the plan, or a payment.
pub mod banner {
    use super::{Markup, Render, html};

    pub const LABEL: &str = "Plan";
    pub const TRIAL_ENDED: &str = "Your trial has ended";
    pub const PLAN_ENDED: &str = "Your plan has ended";
    pub const ENDED_TEXT: &str = "Your data is safe and read-only. Choose a plan to restore full access.";
    pub const PAUSED: &str = "Your plan is paused";
    pub const PAUSED_TEXT: &str = "Your data is safe and read-only.";
    pub const PAST_DUE: &str = "A payment is overdue";
    pub const PAST_DUE_TEXT: &str = "We’ll retry it automatically. Everything keeps working in the meantime.";
    pub const UNPAID: &str = "Payment required";
    pub const UNPAID_TEXT: &str = "Your data is safe and read-only. Pay to restore full access.";
    pub const PENDING: &str = "No plan yet";
    pub const PENDING_TEXT: &str = "We’ll set up your organization as soon as your plan starts.";
    pub const INCOMPLETE: &str = "Your first payment is pending";
    pub const INCOMPLETE_TEXT: &str = "You’ll get full access as soon as it goes through.";
    pub const ADD_PAYMENT: &str = "Add payment";
    pub const UPGRADE: &str = "Upgrade now";
    // What to do during a trial. The first three depend on the time that is left, and the last is
    // for a plan that follows the trial.
    pub const TRIAL_URGENT: &str = "Add a payment method to keep your access.";
    pub const TRIAL_SOON: &str = "Now is a good time to choose a plan.";
    pub const TRIAL_CALM: &str = "Try everything, without limits.";
    pub const TRIAL_SUBSCRIBED: &str = "Your plan starts then.";
    pub const PAYMENT_FAILED: &str = "A payment failed";
    pub const ACTION_REQUIRED: &str = "Your bank needs you to confirm a payment";
    // What works until the payment succeeds.
    pub const MEANWHILE_NO_ACCESS: &str = "You’ll get full access as soon as it goes through.";
    pub const MEANWHILE_FULL_ACCESS: &str = "Everything keeps working in the meantime.";

    pub fn trial_ends(date: &impl Render) -> Markup {
        html! { "Your trial ends on " (date) "." }
    }

    pub fn payment_failed(date: &impl Render) -> Markup {
        html! { "We tried on " (date) " and will retry automatically." }
    }

    pub fn action_required(since: &impl Render) -> Markup {
        html! { "The payment has been pending since " (since) "." }
    }
}

/// The page of an organization and its plan.
pub mod organization {
    use super::{Markup, Render, html};

    pub const DETAILS: &str = "Details";
    pub const STATUS: &str = "Status";
    pub const TRIAL_ENDS: &str = "Trial ends";
    pub const TRIAL_ENDED: &str = "Trial ended";
    pub const SIGNED_UP: &str = "Signed up";
    pub const SET_UP_ON: &str = "Set up on";

    pub fn payment_failed(date: &impl Render) -> Markup {
        html! { "The payment of " (date) " didn’t go through. We’ll retry it automatically." }
    }

    pub fn action_required(date: &impl Render) -> Markup {
        html! { "The payment of " (date) " is waiting for you to confirm it with your bank." }
    }

    pub fn managed_by(admins: &[&str]) -> String {
        format!("{} can manage the plan.", admins.join(", "))
    }
}

/// The plans, and the button that opens the billing portal.
pub mod plans {
    use super::{Display, Markup, Render, html};

    pub const TITLE: &str = "Plans";
    pub const SINGLE: &str = "Single user";
    pub const SINGLE_TEXT: &str = "For one person.";
    pub const SINGLE_FEATURES: [&str; 3] = ["All projects and clients", "All reports", "One user"];
    pub const TEAM: &str = "Team";
    pub const TEAM_TEXT: &str = "For teams.";
    pub const TEAM_FEATURES: [&str; 3] =
        ["All projects and clients", "All reports", "Invite as many people as you like"];
    pub const VIEW_INVOICES: &str = "View invoices and payment details";
    pub const MANAGE: &str = "Manage plan and billing";
    pub const MANAGE_TEXT: &str = "Change or cancel your plan, update your payment method, or view invoices.";
    pub const FIRST_PAYMENT_TEXT: &str = "Your first payment is pending. Pay with this or another card. If \
                                          you don’t pay within a day, the plan is canceled and you can \
                                          choose again.";
    pub const CHARGE_LATER: &str = "You won’t be charged today";
    pub const CHARGE_TODAY: &str = "You’ll be charged today";
    pub const CHARGE_TODAY_TEXT: &str = "Your plan starts immediately with full access.";
    pub const CHARGE_TODAY_TRIAL_TEXT: &str = "Your trial has less than 48 hours left, which is too short to \
                                               carry over. Your plan starts immediately.";

    pub fn charge_later(date: &impl Render) -> Markup {
        html! { "Your trial continues until " (date) ". We’ll charge you then, not today." }
    }

    pub fn choose(plan: impl Display) -> String {
        format!("Choose {plan}")
    }

    pub fn choose_and_pay(plan: impl Display) -> String {
        format!("Choose {plan} and pay")
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

/// The pages of the problem types of API errors.
pub mod problem {
    use web::Kind;

    /// The HTTP status of the problem, as "HTTP status 404".
    pub fn status(status: u16) -> String {
        format!("HTTP status {status}")
    }

    /// What the kind of problem means, and what the caller can do about it.
    pub const fn text(kind: Kind) -> (&'static str, &'static str) {
        match kind {
            Kind::BadRequest => (
                "We couldn’t process the request because its path, query, headers, or body are \
                 malformed, or because it names an unknown value.",
                "Correct the request as “detail” describes, and send it again.",
            ),
            Kind::Unauthorized => (
                "The request has no valid credentials. Its session or embed token is missing, invalid, \
                 or expired.",
                "Sign in again, or get a new embed token, and repeat the request.",
            ),
            Kind::PaymentRequired => (
                "The organization doesn’t have full access, for example because its trial has ended or \
                 its payment is pending. Its data is safe.",
                "An admin can choose a plan or pay at the address in “upgrade_url”.",
            ),
            Kind::Forbidden => (
                "The request is valid, but the caller isn’t allowed to make it. For example, the user \
                 isn’t an admin, or another site sent the request.",
                "Read “detail” for the reason and the next step. Repeating the same request won’t help.",
            ),
            Kind::NotFound => (
                "Nothing exists at this address, or the caller can’t see it. The response is the \
                 same in both cases.",
                "Check the address, or ask an admin of the organization for access.",
            ),
            Kind::MethodNotAllowed => (
                "The address exists, but it doesn’t support the method of the request.",
                "Use one of the methods in the “Allow” header.",
            ),
            Kind::Conflict => (
                "The request contradicts stored data, for example because it would remove the \
                 organization’s last admin.",
                "Load the current data, then decide whether the request is still needed.",
            ),
            Kind::TooLarge => (
                "The body of the request is larger than this address accepts.",
                "Send a smaller body. For a list of events, send fewer events per request.",
            ),
            Kind::Invalid => (
                "The request is well formed, but some of its values are invalid.",
                "Read “detail” and the entries of “errors”, which name each invalid field. Correct the \
                 values and send the request again.",
            ),
            Kind::TooMany => (
                "The caller has reached a limit on this kind of request.",
                "Wait for the number of seconds in the “Retry-After” header, then try again.",
            ),
            Kind::Internal => (
                "We couldn’t complete the request because of an internal error. We’ve logged it.",
                "Try again in a few minutes. If the problem persists, contact support and include the \
                 “x-request-id” header.",
            ),
            Kind::Unavailable => (
                "This service, or one that it depends on, is temporarily unavailable.",
                "Wait for the number of seconds in the “Retry-After” header, then send the same request \
                 again.",
            ),
        }
    }
}
