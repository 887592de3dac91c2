//! Form fields, and the errors of a form.

use maud::{Markup, Render, html};

use crate::{icon, words};

/// The input type of a [`Field`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line of text.
    Text,
    /// One email address on one line.
    Email,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Email => "email",
        }
    }
}

/// A required single-line field with its label, hint, and error.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// The name in the form, which is also the element's id.
    pub name: &'a str,
    /// The input type of the field.
    pub kind: Kind,
    /// The label above the field.
    pub label: &'a str,
    /// A sentence that helps to fill in the field.
    pub hint: Option<&'a str>,
    /// The current value. After an error it is the submitted value.
    pub value: &'a str,
    /// The `autocomplete` token, such as `email` or `organization`.
    pub autocomplete: &'a str,
    /// The error of the submitted value.
    pub error: Option<&'a str>,
}

impl Render for Field<'_> {
    fn render(&self) -> Markup {
        self.markup(false)
    }
}

impl Field<'_> {
    /// Renders the first field of a page whose purpose is its form. The field has the focus when the
    /// page opens.
    #[must_use]
    pub fn render_focused(&self) -> Markup {
        self.markup(true)
    }

    fn markup(&self, is_focused: bool) -> Markup {
        let hint = self.hint.map(|_| format!("{}-hint", self.name));
        let error = self.error.map(|_| format!("{}-error", self.name));
        let described =
            [error.as_deref(), hint.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        html! {
            div class="field" {
                label for=(self.name) { (self.label) }
                input id=(self.name) name=(self.name) type=(self.kind.as_str()) value=(self.value)
                    autocomplete=(self.autocomplete) required autofocus[is_focused]
                    autocapitalize=[(self.kind == Kind::Email).then_some("none")]
                    spellcheck=[(self.kind == Kind::Email).then_some("false")]
                    aria-invalid=[self.error.map(|_| "true")]
                    aria-describedby=[(!described.is_empty()).then_some(described)];
                @if let Some(text) = self.error {
                    p class="field-error" id=[error] { span aria-hidden="true" { "⚠ " } (text) }
                }
                @if let Some(text) = self.hint {
                    p class="field-hint" id=[hint] { (text) }
                }
            }
        }
    }
}

/// A group of radio buttons, each with a hint.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// The name in the form.
    pub name: &'a str,
    /// The question, as the legend of the group.
    pub legend: &'a str,
    /// The options in display order.
    pub options: &'a [RadioOption<'a>],
    /// The value of the selected option.
    pub selected: &'a str,
    /// The error of the submitted value.
    pub error: Option<&'a str>,
}

/// One option of a [`Choice`].
#[derive(Clone, Copy, Debug)]
pub struct RadioOption<'a> {
    /// The value that the form submits.
    pub value: &'a str,
    /// The name of the option.
    pub label: &'a str,
    /// A sentence that explains the option.
    pub hint: &'a str,
}

impl Render for Choice<'_> {
    fn render(&self) -> Markup {
        let error = self.error.map(|_| format!("{}-error", self.name));
        html! {
            fieldset class="choice" aria-describedby=[error.as_deref()] {
                legend { (self.legend) }
                @for option in self.options {
                    label class="choice-answer" {
                        input type="radio" name=(self.name) value=(option.value)
                            checked[option.value == self.selected];
                        span {
                            span class="choice-label" { (option.label) }
                            span class="choice-hint" { (option.hint) }
                        }
                    }
                }
                @if let Some(text) = self.error {
                    p class="field-error" id=[error] { span aria-hidden="true" { "⚠ " } (text) }
                }
            }
        }
    }
}

/// A drop-down list with one selected value.
#[derive(Clone, Copy, Debug)]
pub struct Select<'a> {
    /// The name in the form, which is also the element's id.
    pub name: &'a str,
    /// The label above the list.
    pub label: &'a str,
    /// A sentence that explains the purpose of the selection.
    pub hint: &'a str,
    /// The label of the empty selection; `None` if a value must be selected.
    pub empty_label: Option<&'a str>,
    /// The values with their labels, in display order.
    pub choices: &'a [(&'a str, &'a str)],
    /// The selected value; empty if none is selected.
    pub selected: &'a str,
    /// The error of the submitted value.
    pub error: Option<&'a str>,
}

impl Render for Select<'_> {
    fn render(&self) -> Markup {
        let hint = format!("{}-hint", self.name);
        let error = self.error.map(|_| format!("{}-error", self.name));
        let described =
            [error.as_deref(), Some(hint.as_str())].into_iter().flatten().collect::<Vec<_>>().join(" ");
        html! {
            div class="field" {
                label for=(self.name) { (self.label) }
                select id=(self.name) name=(self.name) aria-invalid=[self.error.map(|_| "true")]
                    aria-describedby=(described) {
                    @if let Some(label) = self.empty_label { option value="" { (label) } }
                    @for (value, label) in self.choices {
                        option value=(value) selected[*value == self.selected] { (label) }
                    }
                }
                @if let Some(text) = self.error {
                    p class="field-error" id=[error] { span aria-hidden="true" { "⚠ " } (text) }
                }
                p class="field-hint" id=(hint) { (self.hint) }
            }
        }
    }
}

/// Renders the summary above a form that has errors: the number of errors, and a link to each field
/// with an error. Renders nothing without errors.
///
/// Each entry of `errors` is a field's name and the error message for this field.
#[must_use]
pub fn error_summary(errors: &[(&str, &str)]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div class="note tone-warning" role="alert" {
                span class="note-icon" { (icon("⚠️")) }
                div {
                    p class="note-title" { (words::form::errors_to_fix(errors.len())) }
                    ul class="note-list" {
                        @for (field, text) in errors { li { a href={ "#" (field) } { (text) } } }
                    }
                }
            }
        }
    }
}

/// Renders the problem of a rejected form that is not an error of one field, such as a rate limit.
#[must_use]
pub fn problem_note(title: &str, detail: &str) -> Markup {
    html! {
        div class="note tone-warning" role="alert" {
            span class="note-icon" { (icon("⏳")) }
            div {
                p class="note-title" { (title) }
                div class="note-text" { p { (detail) } }
            }
        }
    }
}

/// Renders a hidden field.
#[must_use]
pub fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// Renders a hidden field that the script fills with the browser's time zone.
///
/// The field stays empty if the browser does not run scripts.
#[must_use]
pub fn time_zone(name: &str) -> Markup {
    html! { input type="hidden" name=(name) value="" data-time-zone; }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMAIL: Field<'_> = Field {
        name: "email",
        kind: Kind::Email,
        label: "Work email",
        hint: None,
        value: "",
        autocomplete: "email",
        error: None,
    };

    #[test]
    fn field_error_is_announced_and_the_value_is_kept() {
        let hint = Some("We send one email.");
        let error = Some("Enter an email address.");
        let page = Field { value: "jo@", hint, error, ..EMAIL }.render().into_string();
        for part in [
            r#"<label for="email">Work email</label>"#,
            r#"value="jo@""#,
            r#"aria-invalid="true""#,
            r#"aria-describedby="email-error email-hint""#,
            r#"<p class="field-hint" id="email-hint">We send one email.</p>"#,
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!EMAIL.render().into_string().contains("aria-"), "no description without hint and error");
    }

    #[test]
    fn only_a_first_field_gets_the_focus() {
        assert!(EMAIL.render_focused().into_string().contains(" autofocus"));
        assert!(!EMAIL.render().into_string().contains(" autofocus"));
    }

    #[test]
    fn submitted_value_is_escaped() {
        let page = Field { value: r#""><script>alert(1)</script>"#, ..EMAIL }.render().into_string();
        assert!(!page.contains("<script>"), "{page}");
    }
}
