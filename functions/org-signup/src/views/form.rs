//! The sign-up form, empty or with the errors of a rejected form.

use domain::checklist::Offered;
use maud::{Markup, Render, html};
use ui::{
    Choice, Field, Kind, Page, RadioOption, Select, Weight, Width, error_summary, hidden, problem_note,
    submit, time_zone,
};
use web::{FieldError, Fields, Problem, auth::AuthenticatedUser};

use crate::words::form;

/// View model of the sign-up form, either empty or with the values and errors of a rejected form.
pub struct Form<'a> {
    pub product: &'a str,
    /// Length of the trial in days, or `None` if the user cannot start one.
    pub trial_days: Option<u16>,
    pub signed_in: Option<&'a AuthenticatedUser>,
    /// Secret of the organization grant, if the user has an account but no organization.
    pub creation_grant: Option<&'a str>,
    pub token: &'a str,
    /// Checklists of this deployment. The form asks for the industry only if they depend on it.
    pub checklists: &'a Offered,
    pub fields: &'a Fields,
    /// Why the form was rejected: invalid fields, or a problem of the whole form, such as a reached
    /// rate limit.
    pub problem: Option<&'a Problem>,
}

impl Render for Form<'_> {
    fn render(&self) -> Markup {
        let main = html! {
            h1 { (form::HEADING) }
            p class="lead" { (form::lead(self.is_known(), self.trial_days.is_some())) }
            form class="card form" method="post" action="/organizations/new" novalidate {
                @if let Some(problem) = self.problem && problem.errors.is_empty() {
                    (problem_note(problem.kind.title(), &problem.detail))
                }
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
        let person = self.signed_in.map(|user| user.person(None));
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
        let field = Field { name, kind, label, hint, value, autocomplete, error: self.error(name) };
        if name == "name" { field.render_focused() } else { field.render() }
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
            empty_label: Some(form::INDUSTRY_OTHER),
            choices: &choices,
            selected: self.fields.get("industry").unwrap_or_default(),
            error: self.error("industry"),
        }
        .render()
    }

    fn errors(&self) -> &[FieldError] {
        self.problem.map_or(&[], |problem| &problem.errors)
    }

    fn error(&self, name: &str) -> Option<&str> {
        self.errors().iter().find(|error| error.field == name).map(|error| error.message.as_str())
    }

    fn summary(&self) -> Markup {
        let errors: Vec<_> =
            self.errors().iter().map(|error| (error.field.as_ref(), error.message.as_str())).collect();
        error_summary(&errors)
    }
}
