//! The label and the meaning of an organization's status.

use domain::{
    billing::{NextKind, Pause},
    org::{Org, Status},
};
use jiff::Timestamp;
use maud::{Markup, html};
use ui::{Tone, access};

use crate::words::{plans, status as words};

/// An organization's status for display.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusBadge {
    /// Color of the badge and of notes about the status.
    pub tone: Tone,
    /// Text of the badge: the plan if one is in use, and one to three words about the status.
    pub label: String,
    /// What the status means for the organization, in one to three sentences.
    pub meaning: String,
}

impl StatusBadge {
    /// Describes the organization's status at `now`, with dates in its time zone.
    pub fn of(org: &Org, now: Timestamp) -> Self {
        let status = org.status(now);
        let trial_end = org.trial_ends_at(now).map(|end| org.zone.date(end));
        let next = || super::next::sentence(org, now);
        let plan = || super::next::plan(org, now).map(words::plan);
        let possible = access::sentence(status).to_owned();
        let (tone, label, meaning) = match status {
            Status::Pending => (Tone::Notice, words::PENDING, possible),
            Status::Trialing if org.is_on_trial(now) => {
                let days = org.trial_days_remaining(now);
                // The days already say when Onramp's own trial ends.
                let next = next().filter(|_| org.billing.is_alive(now));
                let texts = [Some(words::trialing(days, trial_end)), plan(), next, Some(possible)];
                (Tone::Calm, words::TRIALING, join(texts))
            }
            Status::Trialing => (Tone::Notice, words::ACTIVE, join([plan(), next(), Some(possible)])),
            Status::TrialExpired => {
                (Tone::Ended, words::TRIAL_EXPIRED, after(&words::trial_expired(trial_end), &possible))
            }
            Status::Active if !org.billing.is_alive(now) => {
                (Tone::Notice, words::ACTIVE, after(&possible, words::NO_PLAN_TEXT))
            }
            Status::Active => {
                let kind = org.next_billing_event(now).map(|next| next.kind);
                let calm = matches!(kind, None | Some(NextKind::Renews)) && org.billing.paused(now).is_none();
                let tone = if calm { Tone::Success } else { Tone::Notice };
                let active = calm.then(|| words::ACTIVE_TEXT.to_owned());
                (tone, words::ACTIVE, join([active, Some(possible), plan(), next()]))
            }
            Status::PastDue if org.billing.is_overdue_by_date(now) => {
                (Tone::Notice, words::PAST_DUE, words::UNCONFIRMED_TEXT.to_owned())
            }
            Status::PastDue => (Tone::Warning, words::PAST_DUE, after(words::PAST_DUE_TEXT, &possible)),
            Status::Unpaid => (Tone::Ended, words::UNPAID, after(words::UNPAID_TEXT, &possible)),
            Status::Paused => (Tone::Ended, words::PAUSED, after(words::PAUSED_TEXT, &possible)),
            Status::Incomplete => (Tone::Warning, words::INCOMPLETE, possible),
            Status::Canceled => (Tone::Ended, words::CANCELED, after(words::CANCELED_TEXT, &possible)),
        };
        let pause = org.billing.paused(now).map(|pause| payments_paused(pause, org));
        let meaning = join([Some(meaning), pause]);
        let label = match org.plan(now) {
            Some(plan) => words::of_plan(plans::name(plan), label),
            None => label.to_owned(),
        };
        Self { tone, label, meaning }
    }

    /// Renders the label as a colored badge.
    pub fn badge(&self) -> Markup {
        html! { span class={ "badge " (self.tone.class()) } { (self.label) } }
    }
}

fn join<const N: usize>(sentences: [Option<String>; N]) -> String {
    sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Joins what happened with what is possible now.
fn after(happened: &str, possible: &str) -> String {
    format!("{happened} {possible}")
}

fn payments_paused(pause: Pause, org: &Org) -> String {
    match pause.resumes_at {
        Some(at) => words::payments_paused_until(org.zone.date(at)),
        None => words::PAYMENTS_PAUSED.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use domain::billing::{FactKind, SubscriptionStatus};
    use jiff::SignedDuration;

    use super::*;
    use crate::testing::{pending, subscription_fact};

    #[test]
    fn plan_is_unconfirmed_if_no_event_follows_its_trial() {
        let mut view = pending("Acme Corp", "Jo Doe");
        let mut trial = subscription_fact(SubscriptionStatus::Trialing);
        if let FactKind::Subscription { fact, .. } = &mut trial {
            fact.trial_end = Some(view.now);
        }
        view.record(trial);
        let view = view.later(SignedDuration::from_hours(24 * 7));
        assert_eq!(StatusBadge::of(&view.org, view.now).meaning, words::UNCONFIRMED_TEXT);
    }
}
