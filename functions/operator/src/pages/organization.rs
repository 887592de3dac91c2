//! One organization.

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
    out::{conflict, state, unreachable},
    review_item::{delivery_problem, spoken},
};

/// The form that gives days, as it was filled in.
#[derive(Clone, Debug, Default)]
pub struct Form<'a> {
    days: &'a str,
    reason: &'a str,
    faults: &'a [FieldError],
}

impl<'a> Form<'a> {
    /// The form that came back: with everything that was typed, and what is wrong with it.
    pub fn refused(fields: &'a Fields, faults: &'a [FieldError]) -> Self {
        let typed = |name| fields.get(name).unwrap_or_default();
        Self { days: typed("days"), reason: typed("reason"), faults }
    }

    fn fault(&self, name: &str) -> Option<&str> {
        self.faults.iter().find(|fault| fault.field == name).map(|fault| fault.message.as_str())
    }
}

/// The page's content. `token` makes its form recognisable when it is sent twice.
pub fn render(org: &Org, form: &Form<'_>, token: &str, now: Timestamp) -> Markup {
    let status = org.status(now);
    let tone = match status.access() {
        Access::Full => Tone::Success,
        Access::ReadOnly => Tone::Ended,
        Access::BillingOnly => Tone::Notice,
    };
    html! {
        p class="eyebrow" { a href="/operator" { "Operator" } }
        div class="section-head" {
            h1 { (org.name) }
            span class={ "badge " (tone.class()) } { (status.as_str().replace('_', " ")) }
        }
        div class="stack" {
            (facts(org, now))
            (trial(org, form, token, now))
            (billing(org, now))
            (mails(org, now))
            (admins(org))
        }
    }
}

fn facts(org: &Org, now: Timestamp) -> Markup {
    let (list, progress) = (&org.checklist, org.progress(now));
    html! {
        section class="card" aria-label="Details" {
            dl class="facts" {
                dt { "Id" }
                dd { code { (org.id) } }
                dt { "Access" }
                dd { (org.status(now).access().as_str().replace('_', " ")) }
                dt { "Signed up" }
                dd { (moment::past(org.signed_up_at, now, &org.zone)) }
                dt { "Set up" }
                dd {
                    @match &org.provisioned {
                        Some(it) => { (moment::past(it.at, now, &org.zone)) ", by " (it.trigger.as_str()) }
                        None => "not yet",
                    }
                }
                dt { "Checklist" }
                dd {
                    (progress.completed_count()) " of " (progress.total_count()) " done, " (progress.percentage()) " %"
                    @if list.dismissed_at.is_some() { ", dismissed" }
                }
                dt { "Time zone" }
                dd { (org.zone.name()) }
            }
        }
    }
}

fn trial(org: &Org, form: &Form<'_>, token: &str, now: Timestamp) -> Markup {
    let extensions = org.trial.as_ref().map_or(&[][..], |trial| &trial.extensions);
    html! {
        section aria-labelledby="trial" {
            h2 id="trial" class="section-head" { "Trial" }
            div class="card" {
                p {
                    @match org.trial_ends_at(now) {
                        Some(end) if end > now => {
                            "Ends on " (moment::date(end, &org.zone)) ", in "
                            (days(u64::from(org.trial_days_remaining(now)))) "."
                        }
                        Some(end) => { "Ended on " (moment::date(end, &org.zone)) "." }
                        None => "There was none.",
                    }
                }
                @if !extensions.is_empty() {
                    ol class="note-list" {
                        @for extension in extensions { (extended(extension, org, now)) }
                    }
                }
                @match org.extendable() {
                    Ok(()) => (extend(org, form, token)),
                    Err(why) => p class="soft" { (why) },
                }
            }
        }
    }
}

fn extended(extension: &Extension, org: &Org, now: Timestamp) -> Markup {
    html! {
        li {
            (days(u64::from(extension.days.get()))) " more, to " (moment::date(extension.ends_at, &org.zone)) ": "
            q { (extension.reason) }
            " " span class="soft small" { (extension.name) ", " (moment::past(extension.at, now, &org.zone)) }
        }
    }
}

fn extend(org: &Org, form: &Form<'_>, token: &str) -> Markup {
    let errors: Vec<_> =
        form.faults.iter().map(|fault| (fault.field.as_ref(), fault.message.as_str())).collect();
    let field = |name, label, hint, value| Field {
        name,
        kind: ui::Kind::Text,
        label,
        hint: Some(hint),
        value,
        autocomplete: "off",
        error: form.fault(name),
    };
    let from =
        if org.trial.is_some() { "From the end on, or from now on if it is over." } else { "From now on." };
    let range = format!("1 to {MAX_DAYS}. {from}");
    html! {
        form class="form" method="post" action={ (path(org.id)) "/extend-trial" } novalidate {
            (ui::error_summary(&errors))
            (field("days", "Days to give", &range, form.days).render())
            (field("reason", "Why", "Kept with the organization, for whoever looks next.", form.reason).render())
            (ui::hidden("form_token", token))
            div class="actions" {
                (ui::submit(Weight::Primary, if org.trial.is_some() { "Extend trial" } else { "Start trial" }))
            }
        }
    }
}

fn billing(org: &Org, now: Timestamp) -> Markup {
    let billing = &org.billing;
    let conflicts = billing.conflicts();
    html! {
        section aria-labelledby="billing" {
            h2 id="billing" class="section-head" { "Billing" }
            @if !conflicts.is_empty() {
                (note(Tone::Warning, "⚠️", "Something does not fit", &html! {
                    ul class="note-list" { @for it in &conflicts { li { (conflict(it, billing)) } } }
                }))
            }
            @if *billing == Billing::default() {
                p class="soft" { "Stripe has not told anything yet." }
            } @else {
                ul class="rows" {
                    @if let Some(customer) = &billing.customer {
                        li class="row" { "Customer " code { (customer) } }
                    }
                    @for (id, subscription) in &billing.subscriptions {
                        li class="row" {
                            div class="row-text" { "Subscription " code { (id) } }
                            span class="badge" {
                                (subscription.status().map_or("not heard of", |status| status.as_str()))
                            }
                            @if subscription.effective_fact().is_some_and(|fact| fact.paused.is_some()) {
                                span class="badge" { "payments paused" }
                            }
                            @if let Some(at) = subscription.newest { (moment::past(at, now, &org.zone)) }
                        }
                    }
                    @for (id, invoice) in &billing.invoices {
                        li class="row" {
                            div class="row-text" { "Invoice " code { (id) } }
                            span class="badge" {
                                @match (invoice.paid, invoice.issue()) {
                                    (Some(amount), _) => { "paid " (amount) }
                                    (None, Some((kind, _))) => (kind.as_str().replace('_', " ")),
                                    (None, None) => "closed",
                                }
                            }
                            (moment::past(invoice.heard, now, &org.zone))
                        }
                    }
                }
            }
        }
    }
}

fn mails(org: &Org, now: Timestamp) -> Markup {
    html! {
        section aria-labelledby="mails" {
            h2 id="mails" class="section-head" { "Mails" }
            @if org.outbox.0.is_empty() { p class="soft" { "None so far." } } @else {
                ul class="rows" {
                    @for (key, recipients) in &org.outbox.0 {
                        @for (user, delivery) in recipients {
                            @let (word, at) = state(delivery);
                            li class="row" {
                                div class="row-text" {
                                    (spoken(key.kind())) " to "
                                    (org.admin(*user).map_or("a former admin", |admin| admin.name.as_str()))
                                    @if let Some((_, trouble)) = delivery_problem(delivery) {
                                        p class="soft small" { (trouble) }
                                    }
                                }
                                span class={ "badge" @if delivery_problem(delivery).is_some() { " tone-warning" } } { (word) }
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
            h2 id="admins" class="section-head" { "Admins" }
            ul class="rows" {
                @for admin in &org.admins {
                    li class="row" {
                        div class="row-text" {
                            (admin.name)
                            @if let Some(silenced) = &admin.unreachable {
                                p class="soft small" { "Gets no notices: " (unreachable(silenced)) }
                            }
                            @if admin.reminders == Reminders::Unwanted {
                                p class="soft small" { "Wants no reminders" }
                            }
                        }
                        span class="soft" { (admin.address.as_str()) }
                    }
                }
            }
        }
    }
}

fn days(count: u64) -> String {
    format!("{count} {}", if count == 1 { "day" } else { "days" })
}
