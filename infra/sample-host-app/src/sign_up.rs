//! The sample product's own sign-up: a form that creates an organization with the product's own ids.

use maud::{Markup, html};
use serde_json::{Value, json};

use super::{
    handoff_token::HostUser,
    http_parts::field,
    page::{SIGN_UP, message},
    words::{self, sign_up as text},
};
use sim::random;

/// The fields of the form, as the visitor typed them.
#[derive(Debug, Default)]
pub(super) struct SignUp {
    company: String,
    name: String,
    email: String,
}

impl SignUp {
    /// Reads the fields of a submitted form.
    pub(super) fn read(form: &[u8]) -> Self {
        let [company, name, email] =
            ["company", "name", "email"].map(|key| field(form, key).unwrap_or_default());
        Self { company, name, email }
    }

    /// Returns the body of the request that creates the organization. Account and user get new ids of
    /// the product.
    pub(super) fn organization(&self) -> Value {
        let admin = json!({
            "email": self.email, "full_name": self.name, "external_id": format!("user-{}", random::uuid()),
        });
        json!({ "name": self.company, "external_id": format!("account-{}", random::uuid()), "admin": admin })
    }

    /// Returns the signed-in user, from the state of the created organization.
    pub(super) fn user(&self, state: &Value) -> Option<HostUser> {
        let text = |path: &str| state.pointer(path)?.as_str().map(str::to_owned);
        Some(HostUser {
            sub: text("/admin/id")?,
            name: self.name.trim().to_owned(),
            email: self.email.trim().to_owned(),
            email_verified: false,
            organization_id: text("/id")?,
            organization_name: text("/name")?,
            role: "admin".to_owned(),
            access: text("/access")?,
            plan: None,
            seats: None,
        })
    }

    /// Renders the form. `problem` is the reason why Onramp rejected it.
    pub(super) fn page(&self, problem: Option<&Value>) -> Markup {
        let error = |name: &str| problem.and_then(|problem| reason(problem, name));
        let input = |label: &str, key: &str, value: &str, kind: &str, name: &str| {
            let error = error(name);
            let id = error.as_ref().map(|_| format!("{key}-error"));
            html! {
                label { span { (label) }
                    input name=(key) type=(kind) value=(value) required maxlength="254"
                        autocomplete=(match key { "email" => "email", "name" => "name", _ => "organization" })
                        aria-invalid=[id.as_ref().map(|_| "true")] aria-describedby=[id.as_ref()];
                    @if let Some(error) = error { span.error id=[id] { (error) } }
                }
            }
        };
        let content = html! {
            h1 { (text::HEADING) }
            p.quiet { (text::LEAD) }
            @if let Some(problem) = problem.filter(|problem| problem["field"].is_null() && problem["errors"].as_array().is_none_or(Vec::is_empty)) {
                p.alert { (problem["detail"].as_str().unwrap_or(text::UNAVAILABLE)) }
            }
            form.sign-up method="post" action=(SIGN_UP) {
                (input(text::COMPANY, "company", &self.company, "text", "name"))
                (input(text::NAME, "name", &self.name, "text", "admin.full_name"))
                (input(text::EMAIL, "email", &self.email, "email", "admin.email"))
                button.primary { (text::BUTTON) }
            }
            p { (text::KNOWN) " " a href="/" { (words::frame::SIGN_IN) } }
        };
        message(text::TITLE, &content)
    }
}

/// Returns the error of a field of the API. A conflict names the field of the ids: then the address
/// belongs to another user of this product.
fn reason(problem: &Value, name: &str) -> Option<String> {
    if name == "admin.email" && problem["field"].is_string() {
        return Some(text::TAKEN.to_owned());
    }
    let errors = problem["errors"].as_array()?;
    let error = errors.iter().find(|error| error["field"] == name)?;
    Some(error["message"].as_str()?.to_owned())
}
