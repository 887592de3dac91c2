//! View of one organization, with the form that extends its trial.

use domain::{
    billing::Billing,
    extension::{Extension, MAX_DAYS},
    org::{Org, Reminders},
    status::Access,
};
use jiff::Timestamp;
use maud::{Markup, Render, html};
use web::{
    FieldError, Fields,
    ui::{self, Field, Tone, Weight, moment, note},
};

use crate::{
    find::path,
    out::{conflict_text, state, suppression_reason},
    review_item::delivery_problem,
    words,
};

/// Values of the form that extends a trial, with their errors.
#[derive(Clone, Debug, Default)]
pub struct Form<'a> {
    days: &'a str,
    reason: &'a str,
    errors: &'a [FieldError],
}

impl<'a> Form<'a> {
    /// Creates a form that shows the rejected values with their errors.
    pub fn rejected(fields: &'a Fields, errors: &'a [FieldError]) -> Self {
        let value = |name| fields.get(name).unwrap_or_default();
        Self { days: value("days"), reason: value("reason"), errors }
    }

    fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|error| error.field == name).map(|error| error.message.as_str())
    }
}

/// Renders the content of the page. `token` is a new form token. Two requests with the same token
/// come from the same form.
pub fn render(org: &Org, form: &Form<'_>, token: &str, now: Timestamp) -> Markup {
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
            (trial(org, form, token, now))
            (billing(org, now))
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

fn trial(org: &Org, form: &Form<'_>, token: &str, now: Timestamp) -> Markup {
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
                @match org.extendable() {
                    Ok(()) => (extension_form(org, form, token)),
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

fn extension_form(org: &Org, form: &Form<'_>, token: &str) -> Markup {
    let errors: Vec<_> =
        form.errors.iter().map(|error| (error.field.as_ref(), error.message.as_str())).collect();
    let field = |name, label, hint, value| Field {
        name,
        kind: ui::Kind::Text,
        label,
        hint: Some(hint),
        value,
        autocomplete: "off",
        error: form.error(name),
    };
    let range = words::trial::days_hint(MAX_DAYS, org.trial.is_some());
    html! {
        form class="form" method="post" action={ (path(org.id)) "/extend-trial" } novalidate {
            (ui::error_summary(&errors))
            (field("days", words::trial::DAYS, &range, form.days).render())
            (field("reason", words::trial::REASON, words::trial::REASON_HINT, form.reason).render())
            (ui::hidden("form_token", token))
            div class="actions" {
                (ui::submit(Weight::Primary, if org.trial.is_some() { words::trial::EXTEND } else { words::trial::START }))
            }
        }
    }
}

fn billing(org: &Org, now: Timestamp) -> Markup {
    let billing = &org.billing;
    let conflicts = billing.conflicts();
    html! {
        section aria-labelledby="billing" {
            h2 id="billing" class="section-head" { (words::billing::TITLE) }
            @if !conflicts.is_empty() {
                (note(Tone::Warning, "⚠️", words::billing::CONFLICTS, &html! {
                    ul class="note-list" { @for conflict in &conflicts { li { (conflict_text(conflict, billing)) } } }
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
                        li class="row" {
                            div class="row-text" { (words::billing::SUBSCRIPTION) " " code { (id) } }
                            span class="badge" {
                                (subscription.status().map_or(words::billing::SUBSCRIPTION_WITHOUT_EVENTS, |status| status.as_str()))
                            }
                            @if subscription.effective_fact().is_some_and(|fact| fact.paused.is_some()) {
                                span class="badge" { (words::billing::PAUSED) }
                            }
                            @if let Some(at) = subscription.newest { (moment::past(at, now, &org.zone)) }
                        }
                    }
                    @for (id, invoice) in &billing.invoices {
                        li class="row" {
                            div class="row-text" { (words::billing::INVOICE) " " code { (id) } }
                            span class="badge" {
                                @match (invoice.paid, invoice.issue()) {
                                    (Some(amount), _) => (words::billing::paid(amount))
                                    (None, Some((kind, _))) => (words::organization::status(kind.as_str())),
                                    (None, None) => (words::billing::CLOSED),
                                }
                            }
                            (moment::past(invoice.last_event_at, now, &org.zone))
                        }
                    }
                }
            }
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
