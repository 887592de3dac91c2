//! View of one organization, with the form that extends its trial.

use domain::{
    billing::{Billing, Invoice, InvoiceId, Subscription, SubscriptionId},
    org::{Access, Org, Reminders},
    trial::{Days, Extension},
};
use jiff::Timestamp;
use maud::{Markup, Render, html};
use ui::{Field, Tone, Weight, moment, note};
use web::{FieldError, Fields};

use crate::{
    find::path,
    out::{amount_text, conflict_text, prices, state, suppression_reason, surplus_text},
    pages::form::ActionForm,
    review_item::delivery_problem,
    words,
};

/// A form of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormName {
    /// Extends or starts the trial.
    Extend,
    /// Links a Stripe customer.
    Link,
    /// Applies the parked events of the organization's customers.
    Release,
}

/// A rejected form: the submitted values with their errors.
#[derive(Clone, Copy, Debug)]
pub struct Rejected<'a> {
    pub form: FormName,
    pub fields: &'a Fields,
    pub errors: &'a [FieldError],
}

/// Renders the content of the page. `token` is a new form token. Two requests with the same token
/// come from the same form.
pub fn render(org: &Org, rejected: Option<&Rejected<'_>>, token: &str, now: Timestamp) -> Markup {
    let status = org.status(now);
    let tone = match status.access() {
        Access::Full => Tone::Success,
        Access::ReadOnly => Tone::Ended,
        Access::BillingOnly => Tone::Notice,
    };
    html! {
        p class="eyebrow" { a href="/operator" { (words::OPERATOR) } }
        div class="section-head" {
            h1 { (org.name) }
            span class={ "badge " (tone.class()) } { (words::organization::status(status.as_str())) }
        }
        div class="stack" {
            (facts(org, now))
            (trial(org, rejected, token, now))
            (billing(org, now))
            (customer_actions(org, rejected))
            (emails(org, now))
            (admins(org))
        }
    }
}

fn facts(org: &Org, now: Timestamp) -> Markup {
    let (list, progress) = (&org.checklist, org.progress(now));
    html! {
        section class="card" aria-label=(words::organization::DETAILS) {
            dl class="facts" {
                dt { (words::organization::ID) }
                dd { code { (org.id) } }
                dt { (words::organization::ACCESS) }
                dd { (words::organization::status(org.status(now).access().as_str())) }
                dt { (words::organization::SIGNED_UP) }
                dd { (moment::past(org.signed_up_at, now, &org.zone)) }
                dt { (words::organization::PROVISIONED) }
                dd {
                    @match &org.provisioned {
                        Some(it) => {
                            (moment::past(it.at, now, &org.zone))
                            (words::organization::provisioned_by(it.trigger.as_str()))
                        }
                        None => (words::organization::NOT_PROVISIONED),
                    }
                }
                dt { (words::billing::PLAN) }
                dd { (plan(org, now)) }
                dt { (words::billing::NEXT) }
                dd {
                    @match org.next_billing_event(now) {
                        Some(next) => (words::billing::next(
                            next.kind.as_str(),
                            next.at.map(|at| moment::date(at, &org.zone)).as_ref(),
                            next.amount.map(|amount| amount.to_string()).as_deref(),
                        )),
                        None => (words::billing::NOTHING),
                    }
                }
                dt { (words::organization::CHECKLIST) }
                dd {
                    (words::organization::progress(
                        progress.completed_count(),
                        progress.total_count(),
                        progress.percentage(),
                        list.dismissed_at.is_some(),
                    ))
                }
                dt { (words::organization::TIME_ZONE) }
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
            (false, _) => (words::billing::NO_PLAN),
            (true, Some(plan)) => (plan.as_str()),
            (true, None) => (words::billing::UNKNOWN_PLAN),
        }
        @if let Some(amount) = amount {
            (words::billing::amount(&amount.to_string(), interval.map(|interval| interval.as_str())))
        }
    }
}

fn trial(org: &Org, rejected: Option<&Rejected<'_>>, token: &str, now: Timestamp) -> Markup {
    let extensions = org.trial.as_ref().map_or(&[][..], |trial| &trial.extensions);
    html! {
        section aria-labelledby="trial" {
            h2 id="trial" class="section-head" { (words::trial::TITLE) }
            div class="card" {
                p {
                    @match org.trial_ends_at(now) {
                        Some(end) if end > now => {
                            (words::trial::ends_on(&moment::date(end, &org.zone), org.trial_days_remaining(now)))
                        }
                        Some(end) => (words::trial::ended_on(&moment::date(end, &org.zone))),
                        None => (words::trial::NONE),
                    }
                }
                @if !extensions.is_empty() {
                    ol class="note-list" {
                        @for extension in extensions { (extension_row(extension, org, now)) }
                    }
                }
                @match org.extendable(now) {
                    Ok(()) => (extension_form(org, rejected, token)),
                    Err(error) => p class="soft" { (error) },
                }
            }
        }
    }
}

fn extension_row(extension: &Extension, org: &Org, now: Timestamp) -> Markup {
    html! {
        li {
            (words::trial::extended(u32::from(extension.days.get()), &moment::date(extension.ends_at, &org.zone)))
            q { (extension.reason) }
            " " span class="soft small" {
                (words::trial::extended_by(extension.name.as_str(), &moment::past(extension.at, now, &org.zone)))
            }
        }
    }
}

fn extension_form(org: &Org, rejected: Option<&Rejected<'_>>, token: &str) -> Markup {
    let rejected = rejected.filter(|rejected| rejected.form == FormName::Extend);
    let errors = rejected.map_or(&[][..], |rejected| rejected.errors);
    let errors: Vec<_> = errors.iter().map(|error| (error.field.as_ref(), error.message.as_str())).collect();
    let field = |name, label, hint| Field {
        name,
        kind: ui::Kind::Text,
        label,
        hint: Some(hint),
        value: rejected.and_then(|rejected| rejected.fields.get(name)).unwrap_or_default(),
        autocomplete: "off",
        error: errors.iter().find(|(field, _)| *field == name).map(|(_, message)| *message),
    };
    let range = words::trial::days_hint(Days::MAX, org.trial.is_some());
    html! {
        form class="form" method="post" action={ (path(org.id)) "/extend-trial" } novalidate {
            (ui::error_summary(&errors))
            (field("days", words::trial::DAYS, &range).render())
            (field("reason", words::trial::REASON, words::trial::REASON_HINT).render())
            (ui::hidden("form_token", token))
            div class="actions" {
                (ui::submit(Weight::Primary, if org.trial.is_some() { words::trial::EXTEND } else { words::trial::START }))
            }
        }
    }
}

fn billing(org: &Org, now: Timestamp) -> Markup {
    let billing = &org.billing;
    let (conflicts, surplus) = (billing.conflicts(), billing.surplus(now));
    html! {
        section aria-labelledby="billing" {
            h2 id="billing" class="section-head" { (words::billing::TITLE) }
            @if !conflicts.is_empty() {
                (note(Tone::Warning, "⚠️", words::billing::CONFLICTS, &html! {
                    ul class="note-list" { @for conflict in &conflicts { li { (conflict_text(conflict, billing)) } } }
                }))
            }
            @if !surplus.is_empty() {
                (note(Tone::Warning, "💸", words::billing::WITHOUT_EFFECT, &html! {
                    ul class="note-list" { @for surplus in &surplus { li { (surplus_text(surplus)) } } }
                }))
            }
            @if *billing == Billing::default() {
                p class="soft" { (words::billing::NO_EVENTS) }
            } @else {
                ul class="rows" {
                    @if let Some(customer) = &billing.customer {
                        li class="row" { (words::billing::CUSTOMER) " " code { (customer) } }
                    }
                    @for (id, subscription) in &billing.subscriptions {
                        (subscription_row(id, subscription, org, now))
                    }
                    @for (id, invoice) in &billing.invoices { (invoice_row(id, invoice, org, now)) }
                }
            }
        }
    }
}

fn subscription_row(id: &SubscriptionId, subscription: &Subscription, org: &Org, now: Timestamp) -> Markup {
    html! {
        li class="row" {
            div class="row-text" {
                (words::billing::SUBSCRIPTION) " " code { (id) }
                p class="task-facts" {
                    span { (words::billing::CUSTOMER) " " code { (subscription.customer) } }
                    @for price in prices(subscription) { span { (words::billing::PRICE) " " code { (price) } } }
                }
            }
            span class="badge" {
                (subscription.status(now).map_or(words::billing::SUBSCRIPTION_WITHOUT_EVENTS, |status| status.as_str()))
            }
            @if !subscription.counts() { span class="badge" { (words::billing::NOT_COUNTED) } }
            @if subscription.effective_fact().is_some_and(|fact| fact.paused.is_some()) {
                span class="badge" { (words::billing::PAUSED) }
            }
            @if let Some(at) = subscription.newest() { (moment::past(at, now, &org.zone)) }
        }
    }
}

fn invoice_row(id: &InvoiceId, invoice: &Invoice, org: &Org, now: Timestamp) -> Markup {
    html! {
        li class="row" {
            div class="row-text" {
                (words::billing::INVOICE) " " code { (id) }
                @if let (None, Some((_, due))) = (invoice.paid, invoice.due) {
                    p class="soft small" { (words::billing::due(&due.to_string())) }
                }
            }
            span class="badge" {
                @match (invoice.paid, invoice.issue()) {
                    (Some(amount), _) => (words::billing::paid(&amount_text(amount, invoice, &org.billing))),
                    (None, Some((kind, _))) => (words::organization::status(kind.as_str())),
                    (None, None) => (words::billing::CLOSED),
                }
            }
            (moment::past(invoice.last_event_at, now, &org.zone))
        }
    }
}

/// Renders the actions on the organization's Stripe customers.
fn customer_actions(org: &Org, rejected: Option<&Rejected<'_>>) -> Markup {
    let section = |form, id, title, hint, submit, asks_customer| {
        let rejected = rejected.filter(|rejected| rejected.form == form);
        let action = format!("{}/{id}", path(org.id));
        let form = ActionForm {
            id,
            action: &action,
            asks_customer,
            customer: None,
            submit,
            rejected: rejected.map(|rejected| (rejected.fields, rejected.errors)),
        };
        html! {
            details class="card" open[rejected.is_some()] {
                summary { (title) }
                p class="soft" { (hint) }
                (form.render())
            }
        }
    };
    use words::actions::{LINK, LINK_HINT, LINK_TITLE, RELEASE, RELEASE_HINT, RELEASE_TITLE};
    html! {
        section class="stack" aria-label=(words::actions::TITLE) {
            (section(FormName::Link, "link-customer", LINK_TITLE, LINK_HINT, LINK, true))
            (section(FormName::Release, "release-parked", RELEASE_TITLE, RELEASE_HINT, RELEASE, false))
        }
    }
}

fn emails(org: &Org, now: Timestamp) -> Markup {
    html! {
        section aria-labelledby="mails" {
            h2 id="mails" class="section-head" { (words::organization::EMAILS) }
            @if org.outbox.0.is_empty() { p class="soft" { (words::organization::NO_EMAILS) } } @else {
                ul class="rows" {
                    @for (key, recipients) in &org.outbox.0 {
                        @for (user, delivery) in recipients {
                            @let (state, at) = state(delivery);
                            li class="row" {
                                div class="row-text" {
                                    (words::organization::email_to(
                                        key.kind(),
                                        org.admin(*user)
                                            .map_or(words::organization::FORMER_ADMIN, |admin| admin.name.as_str()),
                                    ))
                                    @if let Some((_, problem)) = delivery_problem(delivery) {
                                        p class="soft small" { (problem) }
                                    }
                                }
                                span class={ "badge" @if delivery_problem(delivery).is_some() { " tone-warning" } } { (state) }
                                (moment::past(at, now, &org.zone))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn admins(org: &Org) -> Markup {
    html! {
        section aria-labelledby="admins" {
            h2 id="admins" class="section-head" { (words::organization::ADMINS) }
            ul class="rows" {
                @for admin in &org.admins {
                    li class="row" {
                        div class="row-text" {
                            (admin.name)
                            @if let Some(suppressed) = &admin.unreachable {
                                p class="soft small" { (words::organization::notices_suppressed(suppression_reason(suppressed))) }
                            }
                            @if admin.reminders == Reminders::Unwanted {
                                p class="soft small" { (words::organization::REMINDERS_OFF) }
                            }
                        }
                        span class="soft" { (admin.address.as_str()) }
                    }
                }
            }
        }
    }
}
