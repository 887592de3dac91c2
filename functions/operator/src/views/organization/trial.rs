//! Section about the trial, with the form that extends or starts it.

use domain::{
    org::Org,
    trial::{Days, Extension},
};
use jiff::Timestamp;
use maud::{Markup, Render, html};
use ui::{Field, Weight, moment};

use super::FormName;
use crate::{views::action_form::Rejected, words::trial as text};

/// Renders the section. `token` is a new form token.
pub fn render(org: &Org, rejected: Option<Rejected<'_>>, token: &str, now: Timestamp) -> Markup {
    let extensions = org.current_trial().map_or(&[][..], |trial| &trial.extensions);
    html! {
        section aria-labelledby="trial" {
            h2 id="trial" class="section-head" { (text::TITLE) }
            div class="card" {
                p {
                    @match org.trial_ends_at(now) {
                        None if org.awaits_trial(now) => (text::waits(org.trial_days_remaining(now))),
                        Some(end) if end > now => {
                            (text::ends_on(&moment::date(end, &org.zone), org.trial_days_remaining(now)))
                        }
                        Some(end) => (text::ended_on(&moment::date(end, &org.zone))),
                        None => (text::NONE),
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
            (text::extended(u32::from(extension.days.get()), &moment::date(extension.ends_at, &org.zone)))
            q { (extension.reason) }
            " " span class="soft small" {
                (text::extended_by(extension.name.as_str(), &moment::past(extension.at, now, &org.zone)))
            }
        }
    }
}

fn extension_form(org: &Org, rejected: Option<Rejected<'_>>, token: &str) -> Markup {
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
    let range = text::days_hint(Days::MAX, org.current_trial().is_some());
    html! {
        form class="form" method="post" action=(FormName::Extend.action(org.id)) novalidate {
            (ui::error_summary(&errors))
            (field("days", text::DAYS, &range).render())
            (field("reason", text::REASON, text::REASON_HINT).render())
            (ui::hidden("form_token", token))
            div class="actions" {
                (ui::submit(Weight::Primary, if org.current_trial().is_some() { text::EXTEND } else { text::START }))
            }
        }
    }
}
