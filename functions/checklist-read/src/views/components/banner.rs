//! The banner about the trial, the plan, or a payment. Its button leads to the next step.

use domain::{
    billing::{Issue, NextKind},
    org::Status,
    trial::{EndDay, Urgency, UrgencyStep},
};
use maud::{Markup, html};
use ui::{Tone, Weight, access, icon, link_button, post_button};

use super::{moment, setup::SetupState};
use crate::{
    views::View,
    words::{self, banner as text, label, status},
};

/// Path that opens Stripe's billing portal.
pub const PORTAL: &str = "/billing/portal";

/// Content of the banner, independent of its markup.
pub(crate) struct Banner {
    pub tone: Tone,
    pub icon: &'static str,
    pub lead: String,
    pub text: Markup,
    /// The button. `None` for a member who is not an admin.
    pub button: Option<Button>,
    /// The step of urgency until whose end a user can hide the banner. `None` if it stays.
    pub hides: Option<UrgencyStep>,
}

/// Target of the banner's button, with its label.
#[derive(Clone, Copy)]
pub(crate) enum Button {
    /// Leads to the plans.
    Plans(&'static str),
    /// Leads to the billing portal, or to the plans if the organization has no Stripe customer.
    Portal(&'static str),
}

impl Button {
    fn render(self, view: &View, weight: Weight) -> Markup {
        match self {
            Self::Portal(label) if view.may_open_portal() => post_button(weight, PORTAL, label, None),
            Self::Plans(label) | Self::Portal(label) => link_button(weight, &view.plans(), label),
        }
    }
}

/// Renders the banner's button alone, for pages that do not show the banner, but the same next step.
/// Empty if the banner has none.
pub fn action(view: &View, weight: Weight) -> Markup {
    banner(view).and_then(|banner| banner.button).map_or_else(Markup::default, |it| it.render(view, weight))
}

/// Returns the label of the banner's button, if it leads to the billing portal for a payment.
pub fn remedy(view: &View) -> Option<&'static str> {
    match banner(view)?.button? {
        Button::Portal(label) if label != label::VIEW_PLAN => Some(label),
        Button::Portal(_) | Button::Plans(_) => None,
    }
}

/// Returns the command that hides the banner, without the prefix of the checklist's routes.
pub(crate) fn hide(step: UrgencyStep) -> String {
    format!("view/hide-{}", step.as_str())
}

/// Renders the banner. Empty for an organization with an active plan and no open payment, and after
/// the user hid it.
pub fn render(view: &View) -> Markup {
    let Some(banner) = banner(view) else { return html! {} };
    // Users see the banner again and again, so its button is primary only if they must act now.
    let weight = match banner.tone {
        Tone::Warning | Tone::Ended => Weight::Primary,
        _ => Weight::Secondary,
    };
    html! {
        aside class={ "banner " (banner.tone.class()) } aria-label=(text::LABEL) {
            p class="banner-text" {
                strong class="banner-lead" {
                    (icon(banner.icon))
                    (banner.lead)
                }
                span { (banner.text) }
            }
            @if let Some(button) = banner.button { (button.render(view, weight)) }
            @if let Some(step) = banner.hides {
                @let path = format!("/onboarding/api/checklist/{}", hide(step));
                (post_button(Weight::Quiet, &path, text::HIDE, Some(text::HIDE_WHAT)))
            }
        }
    }
}

/// Returns the content of the banner, or `None` if there is nothing to show, or if the user hid it.
pub(crate) fn banner(view: &View) -> Option<Banner> {
    let banner = of_status(view)?;
    Some(Banner { button: banner.button.filter(|_| view.admin.is_some()), ..banner })
}

fn of_status(view: &View) -> Option<Banner> {
    let status = view.status();
    // In these statuses, the banner is about the status, even if a payment is open. In all other
    // statuses, an open payment takes precedence.
    let ended = matches!(status, Status::Unpaid | Status::Paused | Status::Canceled);
    if let (Some(issue), false) = (view.org.billing.issue(), ended) {
        return Some(payment(&issue, view));
    }
    if let (Some(setup), Status::Trialing | Status::Active) = (SetupState::of(view), status) {
        return Some(setting_up(setup, view));
    }
    let plain = |tone, icon, lead: &str, button| {
        let text = html! { (access::sentence(status)) };
        Some(Banner { tone, icon, lead: lead.to_owned(), text, button: Some(button), hides: None })
    };
    let view_plans = Button::Plans(label::VIEW_PLANS);
    let update_payment = Button::Portal(label::UPDATE_PAYMENT);
    match status {
        Status::Active => active(view),
        Status::Trialing => Some(trial(view))
            .filter(|banner| banner.hides.is_none() || !view.preferences.hides_banner(&view.org, view.now)),
        Status::TrialExpired => plain(Tone::Ended, "⏸️", text::TRIAL_ENDED, view_plans),
        Status::Canceled => plain(Tone::Ended, "⏸️", text::PLAN_ENDED, view_plans),
        Status::Paused => plain(Tone::Ended, "⏸️", text::PAUSED, Button::Portal(text::ADD_PAYMENT_METHOD)),
        Status::PastDue if view.org.billing.is_overdue_by_date(view.now) => Some(Banner {
            tone: Tone::Notice,
            icon: "⏳",
            lead: text::CONFIRMING.to_owned(),
            text: html! { (status::UNCONFIRMED_TEXT) },
            button: None,
            hides: None,
        }),
        Status::PastDue => plain(Tone::Warning, "💳", text::PAST_DUE, update_payment),
        Status::Unpaid => plain(Tone::Ended, "⏸️", text::UNPAID, update_payment),
        Status::Pending => plain(Tone::Notice, "💳", text::PENDING, view_plans),
        Status::Incomplete => {
            let button = Button::Portal(label::COMPLETE_PAYMENT);
            plain(Tone::Warning, "💳", text::INCOMPLETE, button)
        }
    }
}

fn setting_up(setup: SetupState<'_>, view: &View) -> Banner {
    let (tone, icon) = if setup.has_failed() { (Tone::Warning, "⚙️") } else { (Tone::Notice, "⏳") };
    let text = html! { (setup.text(view)) };
    Banner { tone, icon, lead: setup.title(), text, button: None, hides: None }
}

fn trial(view: &View) -> Banner {
    let next = super::next::sentence(&view.org, view.now);
    let plain = |tone, icon, lead: String, button| {
        let text = html! { (next.as_deref().unwrap_or_default()) };
        Banner { tone, icon, lead, text, button, hides: None }
    };
    if !view.org.is_on_trial(view.now) {
        return plain(Tone::Notice, "⏳", text::CONFIRMING.to_owned(), None);
    }
    let lead = words::days_left(view.org.trial_days_remaining(view.now));
    let urgency = view.org.trial_urgency(view.now);
    match (view.org.next_billing_event(view.now).map(|next| next.kind), urgency) {
        (Some(NextKind::PlanStarts), urgency) => {
            let hides = urgency.map(|urgency| urgency.step);
            Banner { hides, ..plain(Tone::Calm, "⏳", lead, None) }
        }
        (Some(NextKind::Ends), _) => plain(Tone::Notice, "🗓️", lead, Some(Button::Portal(label::VIEW_PLAN))),
        (Some(NextKind::NeedsPaymentMethod), _) => {
            plain(Tone::Warning, "💳", lead, Some(Button::Portal(text::ADD_PAYMENT_METHOD)))
        }
        (_, Some(urgency)) => ending(view, urgency, lead),
        (_, None) => plain(Tone::Calm, "🎁", lead, Some(Button::Plans(label::VIEW_PLANS))),
    }
}

/// Returns the banner about the end of a trial that no plan follows.
fn ending(view: &View, urgency: Urgency, lead: String) -> Banner {
    let (tone, icon, advice, button) = match urgency.step {
        UrgencyStep::Calm => (Tone::Calm, "🎁", text::TRIAL_CALM, label::VIEW_PLANS),
        UrgencyStep::Notice => (Tone::Notice, "🗓️", text::TRIAL_SOON, text::UPGRADE),
        UrgencyStep::Warning if urgency.day == EndDay::Later => {
            (Tone::Warning, "⏳", text::TRIAL_URGENT, text::ADD_PAYMENT)
        }
        UrgencyStep::Warning | UrgencyStep::LastDay => {
            (Tone::Warning, "⏳", text::TRIAL_LAST_DAYS, text::ADD_PAYMENT)
        }
    };
    let (end, zone) = (urgency.trial_ends_at, &view.org.zone);
    let when = match urgency.day {
        EndDay::Today => text::today(&moment::time(end, zone)),
        EndDay::Tomorrow => text::tomorrow(&moment::time(end, zone)),
        EndDay::Later => text::on(&moment::date(end, zone)),
    };
    let text = html! { (text::trial_ends(&when)) " " (advice) };
    Banner { tone, icon, lead, text, button: Some(Button::Plans(button)), hides: Some(urgency.step) }
}

/// Returns the banner of an active organization. Empty if the plan renews.
fn active(view: &View) -> Option<Banner> {
    let next = super::next::sentence(&view.org, view.now).unwrap_or_default();
    let banner = |tone, icon, lead: &str, text: &str, button| {
        let text = html! { (text) };
        Some(Banner { tone, icon, lead: lead.to_owned(), text, button: Some(button), hides: None })
    };
    if !view.org.billing.is_alive(view.now) {
        return banner(
            Tone::Notice,
            "💳",
            text::NO_PLAN,
            text::NO_PLAN_TEXT,
            Button::Plans(label::VIEW_PLANS),
        );
    }
    match view.org.next_billing_event(view.now).map(|next| next.kind) {
        Some(NextKind::Ends) => {
            banner(Tone::Notice, "🗓️", text::RENEWS_NO_MORE, &next, Button::Portal(label::VIEW_PLAN))
        }
        _ => None,
    }
}

fn payment(issue: &Issue, view: &View) -> Banner {
    let meanwhile = match view.status() {
        Status::Incomplete | Status::Pending | Status::TrialExpired => text::MEANWHILE_NO_ACCESS,
        _ => text::MEANWHILE_FULL_ACCESS,
    };
    let (lead, reason, button) = super::next::problem(issue, &view.org, view.now);
    Banner {
        tone: Tone::Warning,
        icon: "💳",
        lead: lead.to_owned(),
        text: html! { (reason) " " (meanwhile) },
        button: Some(Button::Portal(button)),
        hides: None,
    }
}

#[cfg(test)]
mod tests {
    use domain::{billing::SubscriptionStatus, people::ViewCommand};
    use jiff::SignedDuration;

    use super::*;
    use crate::testing::{pending, read, subscribed, trial};

    fn after_days(days: i64) -> View {
        trial().later(SignedDuration::from_hours(days * 24) + SignedDuration::from_secs(1))
    }

    #[test]
    fn banner_becomes_more_urgent_as_the_trial_end_approaches() {
        for (days, lead, button, tone) in [
            (0, "14 days left", "View plans", "tone-calm"),
            (6, "8 days left", "View plans", "tone-calm"),
            (7, "7 days left", "Upgrade now", "tone-notice"),
            (10, "4 days left", "Upgrade now", "tone-notice"),
            (11, "3 days left", "Add payment", "tone-warning"),
            (13, "1 day left", "Add payment", "tone-warning"),
            (14, "Your trial has ended", "View plans", "tone-ended"),
            (99, "Your trial has ended", "View plans", "tone-ended"),
        ] {
            let shown = render(&after_days(days));
            let text = read(&shown);
            assert!(text.contains(lead), "day {days}: {text}");
            assert!(shown.0.contains(tone), "day {days}: {}", shown.0);
            let button = if days < 14 { format!("{button} Hide") } else { button.to_owned() };
            assert!(text.ends_with(&button), "day {days}: {text}");
            assert!(days >= 13 || text.contains("ends on January 22, 2025"), "day {days}: {text}");
        }
    }

    /// The trial ends on January 22, 2025, at 11:00 in Berlin and at 02:00 in Los Angeles.
    #[test]
    fn last_days_follow_the_calendar_of_the_organization() {
        for (zone, hours_left, says) in [
            ("Europe/Berlin", 36, "Your trial ends on January 22, 2025 . Add"),
            ("Europe/Berlin", 35, "Your trial ends tomorrow at 11:00 CET . After"),
            ("Europe/Berlin", 12, "Your trial ends tomorrow at 11:00 CET . After"),
            ("Europe/Berlin", 11, "Your trial ends today at 11:00 CET . After"),
            ("America/Los_Angeles", 11, "Your trial ends tomorrow at 02:00 PST . After"),
            ("America/Los_Angeles", 1, "Your trial ends today at 02:00 PST . After"),
        ] {
            let mut view = after_days(0);
            view.org.zone = domain::time::Zone::named(zone);
            let end = view.org.trial_ends_at(view.now).unwrap();
            view.now = domain::time::add(end, -SignedDuration::from_hours(hours_left));
            let shown = render(&view);
            let text = read(&shown);
            assert!(text.contains(says), "{zone}, {hours_left} hours: {text}");
            assert!(shown.0.contains("January 22, 2025"), "{}", shown.0);
        }
    }

    #[test]
    fn hidden_banner_returns_with_the_next_step_of_urgency() {
        for (hidden_on, returns_on) in [(0, 7), (7, 11), (11, 14)] {
            let view = after_days(hidden_on);
            let step = view.org.trial_urgency(view.now).unwrap().step;
            let mut preferences = view.preferences.clone();
            preferences.apply(ViewCommand::HideBanner(step), &view.org, view.now);
            for day in hidden_on..=returns_on {
                let view = View { preferences: preferences.clone(), ..after_days(day) };
                assert_eq!(render(&view).0.is_empty(), day < returns_on, "hidden on {hidden_on}: {day}");
            }
        }
    }

    #[test]
    fn members_see_the_banner_without_its_button() {
        assert!(render(&trial()).0.contains("/organizations/org_"));
        let member = render(&trial().into_member());
        assert!(read(&member).contains("14 days left"));
        assert!(!member.0.contains("/organizations/"));
    }

    #[test]
    fn button_leads_to_the_portal_or_to_the_plans() {
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
    fn banner_reports_a_missing_plan_when_pending() {
        assert!(read(&render(&pending("Acme Corp", "Jo Doe"))).contains("No plan yet"));
    }
}
