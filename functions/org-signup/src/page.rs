//! Pages of the sign-up.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use domain::{checklist::Offered, people::Role, secret::Secret};
use http::StatusCode;
use maud::{Markup, Render, html};
use store::SignedIn;
use ui::{
    Choice, Field, Kind, Page, Person, RadioOption, Select, Tone, Weight, Width, error_summary, hidden,
    link_button, note, problem_note, submit, time_zone,
};
use web::{FieldError, Fields, Problem, auth::AuthenticatedUser};

use crate::{
    App,
    words::{form, known_address, unverified},
};

/// `GET /organizations/new`: shows the form.
///
/// A signed-in user enters only data about the organization. If their address is unverified, they
/// get a page that offers a sign-in link instead of the form.
pub async fn show(State(app): State<Arc<App>>, request: Request) -> Response {
    let signed_in = AuthenticatedUser::try_load(&app.store, request.headers(), app.clock.now()).await;
    let signed_in = signed_in.map(|user| user.found);
    let page = match &signed_in {
        Some(found) if !found.user.value.verified => unverified(&app.config.product, found),
        _ => Form {
            product: &app.config.product,
            trial_days: app.config.trial_for(signed_in.as_ref().map(|found| &found.user.value)),
            signed_in: signed_in.as_ref(),
            creation_grant: None,
            token: &token(&app),
            checklists: &app.config.checklists,
            fields: &Fields::default(),
            errors: &[],
            problem: None,
        }
        .render(),
    };
    web::page(StatusCode::OK, page)
}

/// Returns a new form token.
pub fn token(app: &App) -> String {
    Secret::new(app.entropy.bytes()).reveal()
}

/// View model of the sign-up form, either empty or with the values and errors of a rejected form.
pub struct Form<'a> {
    pub product: &'a str,
    /// Length of the trial in days, or `None` if the user cannot start one.
    pub trial_days: Option<u16>,
    pub signed_in: Option<&'a SignedIn>,
    /// Secret of the organization grant, if the user has an account but no organization.
    pub creation_grant: Option<&'a str>,
    pub token: &'a str,
    /// Checklists of this deployment. The form asks for the industry only if they depend on it.
    pub checklists: &'a Offered,
    pub fields: &'a Fields,
    pub errors: &'a [FieldError],
    /// A problem of the whole form, such as a reached rate limit.
    pub problem: Option<&'a Problem>,
}

impl Render for Form<'_> {
    fn render(&self) -> Markup {
        let main = html! {
            h1 { (form::HEADING) }
            p class="lead" { (form::lead(self.is_known(), self.trial_days.is_some())) }
            form class="card form" method="post" action="/organizations/new" novalidate {
                @if let Some(problem) = self.problem { (problem_note(problem.kind.title(), &problem.detail)) }
                (self.summary())
                (hidden("form_token", self.token))
                @if let Some(grant) = self.creation_grant { (hidden("founding", grant)) }
                (time_zone("time_zone"))
                (self.text("name", form::NAME, "organization", Some(form::NAME_HINT)))
                @if !self.is_known() {
                    (self.text("full_name", form::FULL_NAME, "name", None))
                    (self.text("email", form::EMAIL, "email", Some(form::EMAIL_HINT)))
                }
                (self.industry())
                @if let Some(days) = self.trial_days {
                    (Choice {
                        name: "start_trial",
                        legend: form::START,
                        options: &[
                            RadioOption {
                                value: "true",
                                label: &form::trial(days),
                                hint: form::TRIAL_HINT,
                            },
                            RadioOption { value: "false", label: form::PLAN, hint: form::PLAN_HINT },
                        ],
                        selected: match self.fields.get("start_trial") { Some("false" | "0" | "off") => "false", _ => "true" },
                        error: self.error("start_trial"),
                    })
                }
                div class="actions" { (submit(Weight::Primary, form::SUBMIT)) }
            }
            @if !self.is_known() {
                p class="aside" { (form::HAVE_ACCOUNT) " " a href="/login" { (form::SIGN_IN) } }
            }
        };
        let person = self.signed_in.map(person);
        Page { product: self.product, title: form::TITLE, person, width: Width::Narrow, main }.render()
    }
}

impl Form<'_> {
    /// Returns whether the user has an account. If they have one, the form has no fields for the
    /// name and the address.
    const fn is_known(&self) -> bool {
        self.signed_in.is_some() || self.creation_grant.is_some()
    }

    fn text(&self, name: &'static str, label: &str, autocomplete: &str, hint: Option<&str>) -> Markup {
        let kind = if name == "email" { Kind::Email } else { Kind::Text };
        let value = self.fields.get(name).unwrap_or_default();
        Field { name, kind, label, hint, value, autocomplete, error: self.error(name) }.render()
    }

    fn industry(&self) -> Markup {
        let choices: Vec<_> = self.checklists.industries().map(|it| (it.key, it.title)).collect();
        if choices.is_empty() {
            return html! {};
        }
        Select {
            name: "industry",
            label: form::INDUSTRY,
            hint: form::INDUSTRY_HINT,
            empty_label: form::INDUSTRY_OTHER,
            choices: &choices,
            selected: self.fields.get("industry").unwrap_or_default(),
            error: self.error("industry"),
        }
        .render()
    }

    fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|error| error.field == name).map(|error| error.message.as_str())
    }

    fn summary(&self) -> Markup {
        let errors: Vec<_> =
            self.errors.iter().map(|error| (error.field.as_ref(), error.message.as_str())).collect();
        error_summary(&errors)
    }
}

/// Renders the page for a signed-in user whose address is not verified. Its button emails a sign-in
/// link.
pub fn unverified(product: &str, found: &SignedIn) -> Markup {
    let address = found.user.value.address.as_str();
    let [before, after] = unverified::TEXT;
    let main = html! {
        h1 { (unverified::HEADING) }
        (note(Tone::Notice, "✉️", unverified::NOTE, &html! {
            p { (before) strong { (address) } (after) }
        }))
        form class="actions" method="post" action="/login" {
            (hidden("email", address))
            (hidden("next", "/organizations/new"))
            (submit(Weight::Primary, unverified::SUBMIT))
        }
    };
    let person = Some(person(found));
    Page { product, title: unverified::TITLE, person, width: Width::Narrow, main }.render()
}

fn person(found: &SignedIn) -> Person<'_> {
    Person {
        name: found.user.value.name.as_str(),
        organization: found.org.value.name.as_str(),
        admin: found.role == Some(Role::Admin),
        here: None,
    }
}

/// Renders the response to a sign-up with an address that already has an account. The sign-up
/// created no organization, and a sign-in link is emailed to the address.
pub fn known_address(product: &str) -> Markup {
    let main = html! {
        section class="plain" {
            h1 { (known_address::HEADING) }
            p class="lead" { (known_address::LEAD) }
            (note(Tone::Notice, "✉️", known_address::TITLE, &html! { p { (known_address::sent()) } }))
            p class="actions" { (link_button(Weight::Secondary, "/login", known_address::SIGN_IN)) }
        }
    };
    Page { product, title: known_address::TITLE, person: None, width: Width::Narrow, main }.render()
}
