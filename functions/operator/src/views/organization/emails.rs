//! Sections about the emails of the organization, and about the admins who get them and their
//! addresses.

use domain::{
    org::{Org, Reminders},
    people::User,
};
use jiff::Timestamp;
use maud::{Markup, html};
use ui::moment;

use super::FormName;
use crate::{
    out::organization::state,
    views::action_form::{ActionForm, Asked, Rejected},
    words::{actions, email::problem, organization as text},
};

/// Renders the emails with their state and delivery problem.
pub fn emails(org: &Org, now: Timestamp) -> Markup {
    html! {
        section aria-labelledby="mails" {
            h2 id="mails" class="section-head" { (text::EMAILS) }
            @if org.outbox.0.is_empty() { p class="soft" { (text::NO_EMAILS) } } @else {
                ul class="rows" {
                    @for (key, recipients) in &org.outbox.0 {
                        @for (user, delivery) in recipients {
                            @let (state, at) = state(delivery);
                            li class="row" {
                                div class="row-text" {
                                    (text::email_to(
                                        key.kind(),
                                        org.admin(*user)
                                            .map_or(text::FORMER_ADMIN, |admin| admin.name.as_str()),
                                    ))
                                    @if let Some(problem) = problem(delivery) {
                                        p class="soft small" { (problem) }
                                    }
                                }
                                span class={ "badge" @if problem(delivery).is_some() { " tone-warning" } } { (state) }
                                (moment::past(at, now, &org.zone))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Renders the admins with the notices that they do not get.
pub fn admins(org: &Org) -> Markup {
    html! {
        section aria-labelledby="admins" {
            h2 id="admins" class="section-head" { (text::ADMINS) }
            ul class="rows" {
                @for admin in &org.admins {
                    li class="row" {
                        div class="row-text" {
                            (admin.name)
                            @if let Some(suppressed) = &admin.unreachable {
                                p class="soft small" { (text::notices_suppressed(suppressed.why)) }
                            }
                            @if admin.reminders == Reminders::Unwanted {
                                p class="soft small" { (text::REMINDERS_OFF) }
                            }
                        }
                        span class="soft" { (admin.address.as_str()) }
                    }
                }
            }
        }
    }
}

/// Renders the form that corrects the address of a founder who never verified it. A rejected form is
/// open and shows its errors.
pub fn correction(org: &Org, user: &User, rejected: Option<Rejected<'_>>) -> Markup {
    let (id, action) = (user.id.to_string(), FormName::SetEmail.action(org.id));
    let form = ActionForm {
        id: FormName::SetEmail.id(),
        action: &action,
        asks: Some(Asked { name: "email", label: actions::EMAIL, hint: actions::EMAIL_HINT }),
        hidden: Some(("user", &id)),
        submit: actions::SET_EMAIL,
        rejected,
    };
    html! {
        section aria-label=(actions::ADDRESS_LABEL) {
            (form.folded(&actions::set_email_title(user.name.as_str()), actions::SET_EMAIL_HINT))
        }
    }
}
