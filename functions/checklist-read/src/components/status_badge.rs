//! The label and the meaning of an organization's status.

use domain::{billing::Pause, org::Org, status::Status};
use jiff::Timestamp;
use maud::{Markup, html};
use web::ui::Tone;

use crate::words::status as words;

/// An organization's status for display.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusBadge {
    /// Color of the badge and of notes about the status.
    pub tone: Tone,
    /// Text of the badge, one to three words.
    pub label: &'static str,
    /// What the status means for the organization, in one to three sentences.
    pub meaning: String,
}

impl StatusBadge {
    /// Describes the organization's status at `now`, with dates in its time zone.
    #[must_use]
    pub fn of(org: &Org, now: Timestamp) -> Self {
        let status = org.status(now);
        let trial_end = org.trial_ends_at(now).map(|end| org.zone.date(end));
        let (tone, label, meaning) = match status {
            Status::Pending => (Tone::Notice, words::PENDING, words::PENDING_TEXT.to_owned()),
            Status::Trialing => {
                let days = org.trial_days_remaining(now);
                (Tone::Calm, words::TRIALING, words::trialing(days, trial_end))
            }
            Status::TrialExpired => (Tone::Ended, words::TRIAL_EXPIRED, words::trial_expired(trial_end)),
            Status::Active => match (org.billing.cancel_at(), org.billing.paused()) {
                (Some(end), _) => (Tone::Notice, words::ACTIVE, words::active_until(org.zone.date(end))),
                (None, Some(_)) => (Tone::Notice, words::ACTIVE, words::ACTIVE_PAUSED_TEXT.to_owned()),
                (None, None) => (Tone::Success, words::ACTIVE, words::ACTIVE_TEXT.to_owned()),
            },
            Status::PastDue => (Tone::Warning, words::PAST_DUE, words::PAST_DUE_TEXT.to_owned()),
            Status::Unpaid => (Tone::Ended, words::UNPAID, words::UNPAID_TEXT.to_owned()),
            Status::Paused => (Tone::Ended, words::PAUSED, words::PAUSED_TEXT.to_owned()),
            Status::Incomplete => (Tone::Warning, words::INCOMPLETE, words::INCOMPLETE_TEXT.to_owned()),
            Status::Canceled => (Tone::Ended, words::CANCELED, words::CANCELED_TEXT.to_owned()),
        };
        let meaning = match org.billing.paused() {
            Some(pause) => format!("{meaning} {}", payments_paused(pause, org)),
            None => meaning,
        };
        Self { tone, label, meaning }
    }

    /// Renders the label as a colored badge.
    #[must_use]
    pub fn badge(&self) -> Markup {
        html! { span class={ "badge " (self.tone.class()) } { (self.label) } }
    }
}

fn payments_paused(pause: Pause, org: &Org) -> String {
    match pause.resumes_at {
        Some(at) => words::payments_paused_until(org.zone.date(at)),
        None => words::PAYMENTS_PAUSED.to_owned(),
    }
}
