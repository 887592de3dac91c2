//! The trial banner: how long it lasts, or what stopped, and what to do about it.

use domain::{
    billing::{Issue, IssueKind},
    status::Status,
};
use maud::{Markup, html};
use web::ui::{Tone, Weight, link_button, post_button};

use super::{moment, plans, status_badge::days_left};
use crate::view::View;

/// From this many days left on the banner is more than calm.
const NOTICE: u32 = 7;
/// From this many days left on it warns.
const WARNING: u32 = 3;

/// What the banner says. None where there is nothing to say.
pub(crate) struct Banner {
    pub tone: Tone,
    pub icon: &'static str,
    pub lead: String,
    pub text: Markup,
    /// The button, for admins.
    pub button: Option<Button>,
}

/// The words on a button, and where it leads.
#[derive(Clone, Copy)]
pub(crate) enum Button {
    /// To the plans.
    Plans(&'static str),
    /// To where the plan is paid and looked after; to the plans, while nobody pays.
    Portal(&'static str),
}

/// The banner; nothing for an organization that is paid and well.
#[must_use]
pub fn render(view: &View) -> Markup {
    let Some(banner) = banner(view) else { return html! {} };
    // A primary button at every glance would be nagging; it comes when time is short.
    let weight = match banner.tone {
        Tone::Warning | Tone::Ended => Weight::Primary,
        _ => Weight::Secondary,
    };
    html! {
        aside class={ "banner " (banner.tone.class()) } aria-label="Plan" {
            p class="banner-text" {
                strong class="banner-lead" {
                    span aria-hidden="true" { (banner.icon) " " }
                    (banner.lead)
                }
                span { (banner.text) }
            }
            @if let (Some(button), true) = (banner.button, view.admin.is_some()) {
                @match button {
                    Button::Portal(label) if view.org.billing.payer().is_some() => {
                        (post_button(weight, plans::PORTAL, label, None))
                    }
                    Button::Plans(label) | Button::Portal(label) => (link_button(weight, &view.plans(), label)),
                }
            }
        }
    }
}

/// What there is to say, in whatever dress it is said.
pub(crate) fn banner(view: &View) -> Option<Banner> {
    let status = view.status();
    // What is over by itself says so, and how it goes on; everything else waits for the payment.
    let over = matches!(status, Status::Unpaid | Status::Paused | Status::Canceled);
    if let (Some(issue), false) = (view.org.billing.issue(), over) {
        return Some(payment(&issue, view));
    }
    let kept = html! { "Everything is kept and can be read. A plan opens it again at once." };
    let ended = |lead: &str, text, button| {
        Some(Banner { tone: Tone::Ended, icon: "⏸️", lead: lead.to_owned(), text, button: Some(button) })
    };
    match status {
        Status::Active => None,
        Status::Trialing => Some(trial(view)),
        Status::TrialExpired => ended("Your trial has ended", kept, Button::Plans("Choose a plan")),
        Status::Canceled => ended("Your plan has ended", kept, Button::Plans("Choose a plan")),
        Status::Paused => ended(
            "Your plan is paused",
            html! { "Everything is kept and can be read." },
            Button::Portal("See your plan"),
        ),
        Status::PastDue => Some(Banner {
            tone: Tone::Warning,
            icon: "💳",
            lead: "A payment is overdue".to_owned(),
            text: html! { "It will be tried again. Until then everything keeps working." },
            button: Some(Button::Portal("Update payment")),
        }),
        Status::Unpaid => ended(
            "A payment is missing",
            html! { "Everything is kept and can be read. A payment opens it again at once." },
            Button::Portal("Update payment"),
        ),
        Status::Pending => Some(Banner {
            tone: Tone::Notice,
            icon: "💳",
            lead: "No plan yet".to_owned(),
            text: html! { "Your organization is set up the moment its plan begins." },
            button: Some(Button::Plans("Choose a plan")),
        }),
        Status::Incomplete => Some(Banner {
            tone: Tone::Warning,
            icon: "💳",
            lead: "Your first payment is open".to_owned(),
            text: html! { "Everything opens as soon as it is through." },
            button: Some(Button::Portal("Finish the payment")),
        }),
    }
}

fn trial(view: &View) -> Banner {
    let days = view.org.trial_days_remaining(view.now);
    let end = view.org.trial_ends_at(view.now).map(|end| moment::date(end, &view.org.zone));
    let subscribed = view.org.plan_follows_trial();
    let (tone, icon, urge) = match days {
        ..=WARNING => (Tone::Warning, "⏳", "Add a payment method and nothing stops."),
        days if days <= NOTICE => (Tone::Notice, "🗓️", "A good moment to choose a plan."),
        _ => (Tone::Calm, "🎁", "Try everything, without limits."),
    };
    let (tone, urge) = if subscribed { (Tone::Calm, "Then your plan begins.") } else { (tone, urge) };
    let button = match (subscribed, tone) {
        (true, _) => None,
        (_, Tone::Warning) => Some(Button::Plans("Add payment")),
        _ => Some(Button::Plans("Upgrade now")),
    };
    let text = html! { @if let Some(end) = end { "Your trial ends on " (end) ". " } (urge) };
    Banner { tone, icon, lead: days_left(days), text, button }
}

fn payment(issue: &Issue, view: &View) -> Banner {
    let since = moment::date(issue.since, &view.org.zone);
    let meanwhile = match view.status() {
        Status::Incomplete | Status::Pending | Status::TrialExpired => {
            "Everything opens as soon as it is through."
        }
        _ => "Until then everything keeps working.",
    };
    let (lead, text) = match issue.kind {
        IssueKind::PaymentFailed => (
            "A payment failed",
            html! { "It was tried on " (since) " and will be tried again. " (meanwhile) },
        ),
        IssueKind::ActionRequired => (
            "Your bank asks you to confirm a payment",
            html! { "It waits for you since " (since) ". " (meanwhile) },
        ),
    };
    Banner {
        tone: Tone::Warning,
        icon: "💳",
        lead: lead.to_owned(),
        text,
        button: Some(Button::Portal("Update payment")),
    }
}

#[cfg(test)]
mod tests {
    use domain::billing::SubscriptionStatus;
    use jiff::SignedDuration;

    use super::*;
    use crate::testing::{pending, read, subscribed, trial};

    fn after_days(days: i64) -> View {
        trial().later(SignedDuration::from_hours(days * 24) + SignedDuration::from_secs(1))
    }

    #[test]
    fn it_grows_more_urgent_as_the_end_comes_near() {
        for (days, words, button, tone) in [
            (0, "14 days left", Some("Upgrade now"), "tone-calm"),
            (6, "8 days left", Some("Upgrade now"), "tone-calm"),
            (7, "7 days left", Some("Upgrade now"), "tone-notice"),
            (10, "4 days left", Some("Upgrade now"), "tone-notice"),
            (11, "3 days left", Some("Add payment"), "tone-warning"),
            (13, "1 day left", Some("Add payment"), "tone-warning"),
            (14, "Your trial has ended", Some("Choose a plan"), "tone-ended"),
            (99, "Your trial has ended", Some("Choose a plan"), "tone-ended"),
        ] {
            let shown = render(&after_days(days));
            let text = read(&shown);
            assert!(text.contains(words), "day {days}: {text}");
            assert!(shown.0.contains(tone), "day {days}: {}", shown.0);
            assert!(button.is_none_or(|button| text.ends_with(button)), "day {days}: {text}");
            assert!(days >= 14 || text.contains("ends on January 22, 2025"), "day {days}: {text}");
        }
    }

    #[test]
    fn members_read_it_and_admins_act_on_it() {
        assert!(render(&trial()).0.contains("/organizations/org_"));
        let member = render(&trial().as_member());
        assert!(read(&member).contains("14 days left"));
        assert!(!member.0.contains("/organizations/"));
    }

    #[test]
    fn who_pays_is_led_to_the_portal_and_who_does_not_to_the_plans() {
        let unlinked = |status| {
            let mut view = subscribed(status);
            view.org.billing.customer = None;
            view
        };
        for (view, portal) in [
            (subscribed(SubscriptionStatus::PastDue), true),
            (subscribed(SubscriptionStatus::Unpaid), true),
            (subscribed(SubscriptionStatus::Paused), true),
            (subscribed(SubscriptionStatus::Incomplete), true),
            (unlinked(SubscriptionStatus::Incomplete), true),
            (subscribed(SubscriptionStatus::Canceled), false),
            (trial(), false),
        ] {
            let shown = render(&view).0;
            assert_eq!(shown.contains(r#"action="/billing/portal""#), portal, "{shown}");
            assert_eq!(shown.contains(r#"href="/organizations/org_"#), !portal, "{shown}");
        }
    }

    #[test]
    fn an_organization_without_a_plan_is_told_so() {
        assert!(read(&render(&pending("Acme Corp", "Jo Doe"))).contains("No plan yet"));
    }
}
