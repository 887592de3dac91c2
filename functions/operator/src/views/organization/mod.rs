//! Page of one organization, with the forms of the actions on it.

mod billing;
mod customers;
mod emails;
mod provisioning;
mod trial;

use domain::{id::OrgId, org::Org, people::User};
use jiff::Timestamp;
use maud::{Markup, html};
use stripe::Mode;
use ui::moment;

use crate::{
    views::{action_form::Rejected, organizations, paths},
    words::{self, billing as billing_text, organization as text},
};

/// A form of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormName {
    /// Extends or starts the trial.
    Extend,
    /// Corrects the address of a founder who never verified it.
    SetEmail,
    /// Links a Stripe customer.
    Link,
    /// Applies the parked events of the organization's customers.
    Release,
    /// Makes the current step of the host app due at once.
    RetryStep,
    /// Counts the current step of the host app as done.
    SkipStep,
    /// Gives the steps of the host app up.
    FailRun,
}

impl FormName {
    /// Returns the path to which the form posts.
    pub fn action(self, org: OrgId) -> String {
        format!("{}/{}", paths::organization(org), self.id())
    }

    /// Returns the name of the action, which is the end of its path and the id of its form.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Extend => "extend-trial",
            Self::SetEmail => "set-email",
            Self::Link => "link-customer",
            Self::Release => "release-parked",
            Self::RetryStep => "retry-step",
            Self::SkipStep => "skip-step",
            Self::FailRun => "fail-run",
        }
    }
}

/// Renders the content of the page. `unverified` is the founder, if they never verified their address.
/// `token` is a new form token. Two requests with the same token come from the same form. `mode` is
/// the mode of the stage at Stripe.
pub fn render(
    org: &Org,
    unverified: Option<&User>,
    rejected: Option<(FormName, Rejected<'_>)>,
    (token, mode): (&str, Mode),
    now: Timestamp,
) -> Markup {
    let rejected = |form| rejected.filter(|(name, _)| *name == form).map(|(_, rejected)| rejected);
    let status = org.status(now);
    html! {
        p class="eyebrow" { a href=(paths::QUEUE) { (words::OPERATOR) } }
        div class="section-head" {
            h1 { (org.name) }
            span class={ "badge " (organizations::tone(status).class()) } { (text::status(status.as_str())) }
        }
        div class="stack" {
            (facts(org, now))
            (provisioning::render(org, rejected, now))
            (trial::render(org, rejected(FormName::Extend), token, now))
            (billing::render(org, mode, now))
            (customers::render(org, rejected(FormName::Link), rejected(FormName::Release)))
            (emails::emails(org, now))
            (emails::admins(org))
            @if let Some(user) = unverified { (emails::correction(org, user, rejected(FormName::SetEmail))) }
        }
    }
}

fn facts(org: &Org, now: Timestamp) -> Markup {
    let (list, progress) = (&org.checklist, org.progress(now));
    html! {
        section class="card" aria-label=(text::DETAILS) {
            dl class="facts" {
                dt { (text::ID) }
                dd { code { (org.id) } }
                dt { (text::ACCESS) }
                dd { (text::status(org.status(now).access().as_str())) }
                dt { (text::SIGNED_UP) }
                dd { (moment::past(org.signed_up_at, now, &org.zone)) }
                dt { (text::PROVISIONED) }
                dd {
                    @match &org.provisioned {
                        Some(it) => {
                            (moment::past(it.at, now, &org.zone))
                            (text::provisioned_by(it.trigger.as_str()))
                        }
                        None => (text::NOT_PROVISIONED),
                    }
                }
                dt { (billing_text::PLAN) }
                dd { (plan(org, now)) }
                dt { (billing_text::NEXT) }
                dd {
                    @match org.next_billing_event(now) {
                        Some(next) => (billing_text::next(
                            next.kind.as_str(),
                            next.at.map(|at| moment::date(at, &org.zone)).as_ref(),
                            next.amount.map(|amount| amount.to_string()).as_deref(),
                        )),
                        None => (billing_text::NOTHING),
                    }
                }
                dt { (text::CHECKLIST) }
                dd {
                    (text::progress(
                        progress.completed_count(),
                        progress.total_count(),
                        progress.percentage(),
                        list.dismissed_at.is_some(),
                    ))
                }
                dt { (text::TIME_ZONE) }
                dd { (org.zone.name()) }
            }
        }
    }
}

/// Renders the plan of the subscription that is alive, with its amount if it is certain.
fn plan(org: &Org, now: Timestamp) -> Markup {
    let item = org.billing.plan_item(now).filter(|_| org.billing.is_alive(now));
    let amount = item.and_then(|item| item.amount);
    let interval = item.and_then(|item| item.interval);
    html! {
        @match (org.billing.is_alive(now), org.plan(now)) {
            (false, _) => (billing_text::NO_PLAN),
            (true, Some(plan)) => (plan.as_str()),
            (true, None) => (billing_text::UNKNOWN_PLAN),
        }
        @if let Some(amount) = amount {
            (billing_text::amount(&amount.to_string(), interval.map(|interval| interval.as_str())))
        }
    }
}
