//! An organization's status in words.

use domain::{billing::Pause, org::Org, status::Status};
use jiff::Timestamp;
use maud::{Markup, html};
use web::ui::Tone;

/// A status as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusBadge {
    /// Its mood.
    pub tone: Tone,
    /// Two words for a badge.
    pub label: &'static str,
    /// What it means for them, in a sentence or two.
    pub means: String,
}

impl StatusBadge {
    /// How the organization stands at `now`.
    #[must_use]
    pub fn of(org: &Org, now: Timestamp) -> Self {
        let status = org.status(now);
        let end = org.trial_ends_at(now).map(|end| org.zone.date(end));
        let (tone, label, means) = match status {
            Status::Pending => {
                (Tone::Notice, "No plan yet", "Everything is set up the moment your plan begins.".to_owned())
            }
            Status::Trialing => {
                let days = days_left(org.trial_days_remaining(now));
                let until = end.map(|end| format!(", until {end}")).unwrap_or_default();
                (Tone::Calm, "Free trial", format!("{days}{until}. Everything is open to you."))
            }
            Status::TrialExpired => {
                let on = end.map(|end| format!(" on {end}")).unwrap_or_default();
                let means = format!("Your trial ended{on}. Everything is kept and can be read; a plan opens it again at once.");
                (Tone::Ended, "Trial ended", means)
            }
            Status::Active => match (org.billing.cancel_at(), org.billing.paused()) {
                (Some(end), _) => {
                    let means = format!("Your plan runs until {} and is not renewed.", org.zone.date(end));
                    (Tone::Notice, "Active", means)
                }
                (None, Some(_)) => (Tone::Notice, "Active", "Everything is open to you.".to_owned()),
                (None, None) => (Tone::Success, "Active", "Your plan is paid and everything is open to you.".to_owned()),
            },
            Status::PastDue => (
                Tone::Warning,
                "Payment overdue",
                "The last payment did not go through. Everything keeps working while it is tried again.".to_owned(),
            ),
            Status::Unpaid => (
                Tone::Ended,
                "Unpaid",
                "The payment could not be collected. Everything is kept and can be read; a payment opens it again at once."
                    .to_owned(),
            ),
            Status::Paused => (
                Tone::Ended,
                "Paused",
                "Your plan is paused. Everything is kept and can be read until it goes on.".to_owned(),
            ),
            Status::Incomplete => (
                Tone::Warning,
                "Payment open",
                "Your first payment is not through yet. Everything opens as soon as it is.".to_owned(),
            ),
            Status::Canceled => (
                Tone::Ended,
                "Plan ended",
                "Your plan ended. Everything is kept and can be read; a plan opens it again at once.".to_owned(),
            ),
        };
        let pause = org.billing.paused().map(|it| payments_paused(it, org)).unwrap_or_default();
        Self { tone, label, means: means + &pause }
    }

    /// Its badge.
    #[must_use]
    pub fn badge(&self) -> Markup {
        html! { span class={ "badge " (self.tone.class()) } { (self.label) } }
    }
}

fn payments_paused(pause: Pause, org: &Org) -> String {
    match pause.resumes_at {
        Some(at) => format!(" Payments for your plan are paused until {}.", org.zone.date(at)),
        None => " Payments for your plan are paused.".to_owned(),
    }
}

/// "14 days left", "1 day left".
#[must_use]
pub fn days_left(days: u32) -> String {
    format!("{days} {} left", if days == 1 { "day" } else { "days" })
}
