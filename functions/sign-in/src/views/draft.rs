//! The values and errors of a rejected form.

use maud::{Markup, html};
use web::{Fields, Problem};

/// The values and errors of a rejected form, or an empty form.
#[derive(Clone, Copy, Default)]
pub struct Draft<'a> {
    pub fields: Option<&'a Fields>,
    /// Why the form was rejected: invalid fields, or a problem of the whole form.
    pub problem: Option<&'a Problem>,
}

impl<'a> Draft<'a> {
    /// Returns the submitted value of a field, or the stored value if no form was submitted.
    pub fn value(&self, name: &str, stored: &'a str) -> &'a str {
        self.fields.map_or(stored, |fields| fields.get(name).unwrap_or_default())
    }

    /// Returns the error of a field.
    pub fn error(&self, name: &str) -> Option<&'a str> {
        let errors = self.problem.map_or(&[][..], |problem| &problem.errors);
        errors.iter().find(|error| error.field == name).map(|error| error.message.as_str())
    }

    /// Renders a problem of the whole form. Empty if the problem is an error of a field.
    pub fn note(&self) -> Markup {
        match self.problem.filter(|problem| problem.errors.is_empty()) {
            Some(problem) => ui::problem_note(problem.kind.title(), &problem.detail),
            None => html! {},
        }
    }

    /// Renders what belongs above the fields: a list of the errors, or a problem of the whole form.
    pub fn summary(&self) -> Markup {
        let Some(problem) = self.problem.filter(|problem| !problem.errors.is_empty()) else {
            return self.note();
        };
        let errors: Vec<_> =
            problem.errors.iter().map(|error| (error.field.as_ref(), error.message.as_str())).collect();
        ui::error_summary(&errors)
    }
}
