//! Forms of actions. A page can contain several of them with the same fields, so the ids of the
//! elements start with the id of the form.

use maud::{Markup, html};
use ui::Weight;
use web::{FieldError, Fields};

use crate::{
    views::{paths, review_item::ReviewItemView},
    words,
};

/// The submitted values of a rejected form, and their errors.
#[derive(Clone, Copy, Debug)]
pub struct Rejected<'a> {
    pub fields: &'a Fields,
    pub errors: &'a [FieldError],
}

/// A field that the operator fills in: its name, label, and hint.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub hint: &'a str,
}

/// A form of an action with a required reason.
#[derive(Clone, Copy, Debug)]
pub struct ActionForm<'a> {
    /// Id of the form, which is the start of the ids of its fields.
    pub id: &'a str,
    /// Path to which the form posts.
    pub action: &'a str,
    /// What the operator enters besides the reason.
    pub asks: Option<Asked<'a>>,
    /// Name and value of a hidden field.
    pub hidden: Option<(&'a str, &'a str)>,
    /// Label of the button.
    pub submit: &'a str,
    /// The submitted values and their errors, if the form was rejected.
    pub rejected: Option<Rejected<'a>>,
}

impl ActionForm<'_> {
    /// Renders the form with its errors.
    pub fn render(&self) -> Markup {
        let errors = self.rejected.map_or(&[][..], |rejected| rejected.errors);
        let summary: Vec<_> =
            errors.iter().map(|error| (format!("{}-{}", self.id, error.field), &error.message)).collect();
        let summary: Vec<_> = summary.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
        html! {
            form class="form" method="post" action=(self.action) novalidate[self.rejected.is_some()] {
                (ui::error_summary(&summary))
                @if let Some((name, value)) = self.hidden { (ui::hidden(name, value)) }
                @if let Some(Asked { name, label, hint }) = self.asks { (self.field(name, label, hint)) }
                (self.field("reason", words::trial::REASON, words::actions::REASON_HINT))
                div class="actions" { (ui::submit(Weight::Secondary, self.submit)) }
            }
        }
    }

    /// Renders the form below a summary, with a hint. The form is open if it was rejected.
    pub fn folded(&self, title: &str, hint: &str) -> Markup {
        html! {
            details class="card" open[self.rejected.is_some()] {
                summary { (title) }
                p class="soft" { (hint) }
                (self.render())
            }
        }
    }

    fn field(&self, name: &str, label: &str, hint: &str) -> Markup {
        let id = format!("{}-{name}", self.id);
        let value = self.rejected.and_then(|rejected| rejected.fields.get(name)).unwrap_or_default();
        let errors = self.rejected.map_or(&[][..], |rejected| rejected.errors);
        let error = errors.iter().find(|error| error.field == name).map(|error| error.message.as_str());
        let hint_id = format!("{id}-hint");
        let error_id = error.map(|_| format!("{id}-error"));
        let described = error_id.iter().chain([&hint_id]).map(String::as_str).collect::<Vec<_>>().join(" ");
        html! {
            div class="field" {
                label for=(id) { (label) }
                input id=(id) name=(name) type="text" value=(value) autocomplete="off" required
                    aria-invalid=[error.map(|_| "true")] aria-describedby=(described);
                @if let Some(text) = error {
                    p class="field-error" id=[error_id] { span aria-hidden="true" { "⚠ " } (text) }
                }
                p class="field-hint" id=(hint_id) { (hint) }
            }
        }
    }
}

/// Renders the page of a rejected form that dismisses an event: the form again, with its errors.
pub fn rejected_dismissal(view: &ReviewItemView, rejected: Rejected<'_>) -> Markup {
    let form = ActionForm {
        id: "dismiss",
        action: &paths::dismissal(&view.id),
        asks: None,
        hidden: None,
        submit: words::actions::DISMISS,
        rejected: Some(rejected),
    };
    html! {
        p class="eyebrow" { a href=(paths::QUEUE) { (words::OPERATOR) } }
        h1 { (view.title) }
        div class="stack" {
            p class="soft" { (words::actions::DISMISS_HINT) }
            (form.render())
        }
    }
}
