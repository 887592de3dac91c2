//! Texts of the components that several pages share, by component.

use std::fmt::Display;

use maud::{Markup, Render, html};

use super::{days_left, label};

/// The progress bar of a checklist.
pub mod progress {
    use super::super::done_of;

    pub const LABEL: &str = "Setup progress";

    /// Returns for example "3 of 8 done", "3 of 8 done, 1 skipped", or "7 done, 1 skipped" when
    /// nothing is left to do.
    pub fn count(done: usize, skipped: usize, total: usize) -> String {
        match skipped {
            0 => done_of(done, total),
            _ if done + skipped == total => format!("{done} done, {skipped} skipped"),
            _ => format!("{}, {skipped} skipped", done_of(done, total)),
        }
    }

    /// Returns for example "1 step left" or "5 steps left".
    pub fn steps_left(count: usize) -> String {
        format!("{count} {} left", if count == 1 { "step" } else { "steps" })
    }
}

/// The steps of the host app that make an organization ready.
pub mod setup {
    use super::Display;

    /// Name of the progress bar.
    pub const LABEL: &str = "Setup of your organization";
    pub const WAITS: &str = "Setup waits for you";
    pub const HELD: &str = "It begins when you verify your email address.";
    pub const TRIAL_WAITS: &str = "Your trial starts when everything is ready, so you lose no day.";
    pub const FAILED: &str = "Setup is taking longer";
    pub const FAILED_TEXT: &str = "Something went wrong on our side. Our team has been notified and is working \
                                   on it. Nothing is lost.";

    /// Returns for example "Setting up… 2 of 3".
    pub fn running(step: usize, total: usize) -> String {
        format!("Setting up… {step} of {total}")
    }

    /// Returns what happens now, for example "Setting up your workspace. You can look around."
    pub fn step(title: &str) -> String {
        format!("{title}. You can look around meanwhile.")
    }

    pub fn ready(organization: impl Display) -> String {
        format!("{organization} is ready")
    }

    pub fn ready_text(product: &str) -> String {
        format!("{product} is waiting for you.")
    }
}

/// A task, on every page that shows one.
pub mod task {
    pub const NEXT: &str = "Next task";
    pub const RESTORE: &str = "Restore";
    /// Reopens a task that an admin marked as done.
    pub const UNDO: &str = "Not done";
    // What completed a task, if no person is known. A comma and the time follow.
    pub const COMPLETED_BY_EVENT: &str = "Completed automatically";
    pub const COMPLETED_BY_PAYMENT: &str = "Completed with your payment";
    pub const COMPLETED_BY_INVITATION: &str = "Completed with your invitation";
    /// The state of an invitation that is written before the address is verified.
    pub const WAITS_FOR_VERIFICATION: &str = "Waiting until you verify your email address";
    // These follow the title of a task, for screen readers.
    pub const SKIPPED: &str = ", skipped";
    pub const DONE: &str = ", done";
    /// Leads to the task in the setup guide.
    pub const GUIDE: &str = "See the guide";
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

    pub fn done(title: &str) -> String {
        format!("“{title}” is done.")
    }

    pub fn skipped(title: &str) -> String {
        format!("“{title}” was skipped.")
    }
}

/// The widget, on the dashboard and in the host app.
pub mod widget {
    pub const COLLAPSE: &str = "Collapse";
    pub const EXPAND: &str = "Expand";
    pub const SEE_ALL: &str = "See all";
    /// Completes "See all" for screen readers.
    pub const SEE_ALL_TASKS: &str = " tasks";
    pub const NEXT: &str = "Next";
    pub const COMPLETE: &str = "You’re all set up";
    /// The text must not say that every step is completed, because steps can be skipped.
    pub const COMPLETE_TEXT: &str = "There’s nothing left to set up.";
    /// What "Dismiss" hides and "Collapse" collapses, for screen readers.
    pub const CHECKLIST: &str = "setup checklist";
    // Without full access, these replace the next task.
    pub const PAUSED: &str = "Setup is paused";
    pub const NOT_STARTED: &str = "Setup starts with your plan";
    pub const PAUSED_TEXT: &str = "You can continue as soon as you have full access.";
    pub const NOT_STARTED_TEXT: &str = "You can look at the tasks now.";
}

/// The frame around an embedded part. The host app's developer reads these texts in the console.
pub mod frame {
    pub const TITLE: &str = "Onboarding";
    pub const UNAVAILABLE: &str = "Onramp is temporarily unavailable. Retrying automatically.";
    pub const BAD_QUERY: &str =
        "invalid frame URL: `part` must be `widget` or `banner`, and no parameter may appear twice";
}

/// What happens next: a charge, or an end.
pub mod next {
    use std::fmt::Display;

    use domain::billing::Plan;

    use crate::words::plans::name;

    pub const PAYMENT_PENDING: &str =
        "Your payment is on its way. A card takes seconds, a bank transfer or debit a few days.";
    pub const CONFIRMING: &str = "We’re confirming your plan with Stripe.";
    pub const ENDING: &str = "Your plan has reached its end. We’re confirming this with Stripe.";

    pub fn trial_ends(date: Option<impl Display>) -> String {
        format!("Your trial ends{}.", on(date))
    }

    pub fn trial_ends_without_charge(date: Option<impl Display>) -> String {
        format!("You canceled your plan, so it ends with your trial{}. You won’t be charged.", on(date))
    }

    /// Returns "your plan" with its name, if it is known.
    fn your(plan: Option<Plan>) -> String {
        plan.map_or_else(|| "Your plan".to_owned(), |plan| format!("Your {} plan", name(plan)))
    }

    pub fn plan_starts(
        plan: Option<Plan>,
        date: Option<impl Display>,
        amount: Option<impl Display>,
    ) -> String {
        let charge = amount.map_or_else(|| "you".to_owned(), |amount| amount.to_string());
        format!("{} starts{}. We’ll charge {charge} then.", your(plan), on(date))
    }

    pub fn renews(plan: Option<Plan>, date: Option<impl Display>, amount: Option<impl Display>) -> String {
        let amount = amount.map(|amount| format!(" for {amount}")).unwrap_or_default();
        format!("{} renews{}{amount}.", your(plan), on(date))
    }

    pub fn ends(plan: Option<Plan>, date: Option<impl Display>) -> String {
        format!("{} ends{} and won’t renew.", your(plan), on(date))
    }

    pub fn overdue(since: Option<impl Display>, amount: Option<impl Display>) -> String {
        payment_has_been("overdue", since, amount)
    }

    /// Returns the text about a payment that the bank lets an admin confirm.
    pub fn pending(since: Option<impl Display>, amount: Option<impl Display>) -> String {
        payment_has_been("pending", since, amount)
    }

    fn payment_has_been(state: &str, since: Option<impl Display>, amount: Option<impl Display>) -> String {
        let amount = amount.map_or_else(|| "A payment".to_owned(), |amount| format!("A payment of {amount}"));
        let since = since.map(|since| format!(" since {since}")).unwrap_or_default();
        format!("{amount} has been {state}{since}.")
    }

    pub fn needs_payment_method(date: Option<impl Display>) -> String {
        match date {
            Some(date) => format!("Add a payment method by {date} to keep your plan."),
            None => "Add a payment method to resume your plan.".to_owned(),
        }
    }

    fn on(date: Option<impl Display>) -> String {
        date.map(|date| format!(" on {date}")).unwrap_or_default()
    }
}

/// An organization's status: the label of its badge, and its meaning.
pub mod status {
    use super::{Display, days_left};

    pub const PENDING: &str = "No plan yet";
    pub const TRIALING: &str = "Free trial";
    pub const TRIAL_EXPIRED: &str = "Trial ended";
    pub const ACTIVE: &str = "Active";
    pub const ACTIVE_TEXT: &str = "Your plan is active.";
    pub const NO_PLAN_TEXT: &str = "You don’t have a plan yet.";
    pub const PAST_DUE: &str = "Payment overdue";
    pub const PAST_DUE_TEXT: &str = "Your last payment didn’t go through.";
    pub const UNCONFIRMED_TEXT: &str = "Stripe hasn’t confirmed your plan since your trial ended. Everything \
                                        keeps working. Our team has been notified.";
    pub const UNPAID: &str = "Unpaid";
    pub const UNPAID_TEXT: &str = "We couldn’t collect your payment.";
    pub const PAUSED: &str = "Paused";
    pub const PAUSED_TEXT: &str = "Your plan is paused.";
    pub const INCOMPLETE: &str = "Payment pending";
    pub const CANCELED: &str = "Plan ended";
    pub const CANCELED_TEXT: &str = "Your plan has ended.";
    pub const PAYMENTS_PAUSED: &str = "Payments for your plan are paused.";

    /// Returns the badge of a plan with a status, such as "Team · Free trial".
    pub fn of_plan(plan: impl Display, status: &str) -> String {
        format!("{plan} · {status}")
    }

    /// Says which plan is in use. `plan` contains its price.
    pub fn plan(plan: impl Display) -> String {
        format!("Your plan: {plan}.")
    }

    pub fn trialing(days: u32, end: Option<impl Display>) -> String {
        let until = end.map(|end| format!(" (until {end})")).unwrap_or_default();
        format!("{}{until}.", days_left(days))
    }

    pub fn trial_expired(end: Option<impl Display>) -> String {
        let on = end.map(|end| format!(" on {end}")).unwrap_or_default();
        format!("Your trial ended{on}.")
    }

    pub fn payments_paused_until(date: impl Display) -> String {
        format!("Payments for your plan are paused until {date}.")
    }
}

/// The banner about the trial, the plan, or a payment.
pub mod banner {
    use super::{Display, Markup, Render, html};

    pub const LABEL: &str = "Plan";
    pub const TRIAL_ENDED: &str = "Your trial has ended";
    pub const PLAN_ENDED: &str = "Your plan has ended";
    pub const PAUSED: &str = "Your plan is paused";
    pub const PAST_DUE: &str = "A payment is overdue";
    pub const UNPAID: &str = "Payment required";
    pub const PENDING: &str = "No plan yet";
    pub const INCOMPLETE: &str = "Your first payment is pending";
    pub const ADD_PAYMENT: &str = "Add payment";
    pub const UPGRADE: &str = "Upgrade now";
    pub const HIDE: &str = "Hide";
    /// What "Hide" hides, for screen readers.
    pub const HIDE_WHAT: &str = "trial notice";
    // What to do during a trial. The first four depend on the time that is left, and the last is
    // for a plan that follows the trial.
    pub const TRIAL_URGENT: &str = "Add a payment method to keep your access.";
    pub const TRIAL_LAST_DAYS: &str = "After that, your data is safe and read-only until you choose a plan.";
    pub const TRIAL_SOON: &str = "Now is a good time to choose a plan.";
    pub const TRIAL_CALM: &str = "Try everything, without limits.";
    pub const ADD_PAYMENT_METHOD: &str = "Add a payment method";
    pub const RENEWS_NO_MORE: &str = "Your plan is canceled";
    pub const NO_PLAN: &str = "You don’t have a plan";
    pub const NO_PLAN_TEXT: &str = "You have full access. Choose a plan to keep it.";
    pub const CONFIRMING: &str = "Your trial has ended";
    pub const PAYMENT_FAILED: &str = "A payment failed";
    pub const ACTION_REQUIRED: &str = "Your bank needs you to confirm a payment";
    // What works until the payment succeeds.
    pub const MEANWHILE_NO_ACCESS: &str = "You’ll get full access as soon as it goes through.";
    pub const MEANWHILE_FULL_ACCESS: &str = "Everything keeps working in the meantime.";

    pub fn today(time: &impl Render) -> Markup {
        html! { "today at " (time) }
    }

    pub fn tomorrow(time: &impl Render) -> Markup {
        html! { "tomorrow at " (time) }
    }

    pub fn on(date: &impl Render) -> Markup {
        html! { "on " (date) }
    }

    pub fn trial_ends(when: &impl Render) -> Markup {
        html! { "Your trial ends " (when) "." }
    }

    pub fn payment_failed(
        amount: Option<impl Display>,
        date: &impl Render,
        next: Option<impl Render>,
    ) -> Markup {
        html! {
            (payment(amount)) " failed on " (date) "."
            @if let Some(next) = next { " We’ll try again on " (next) "." }
        }
    }

    pub fn action_required(amount: Option<impl Display>, since: &impl Render) -> Markup {
        html! { (payment(amount)) " has been pending since " (since) "." }
    }

    fn payment(amount: Option<impl Display>) -> String {
        amount.map_or_else(|| "The payment".to_owned(), |amount| format!("The payment of {amount}"))
    }
}
