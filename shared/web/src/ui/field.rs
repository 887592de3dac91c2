use maud::{Markup, Render, html};

use crate::Problem;

/// What is typed into a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any one line.
    Text,
    /// An address.
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

/// One labelled line of a form, with its hint and with what was wrong with it. It is required.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// Its name in the form; also its id.
    pub name: &'a str,
    /// What is typed into it.
    pub kind: Kind,
    /// The words above it.
    pub label: &'a str,
    /// Words that help to fill it in.
    pub hint: Option<&'a str>,
    /// What was typed so far: an error never costs it.
    pub value: &'a str,
    /// The purpose that browsers fill in by themselves, as `email` or `organization`.
    pub autocomplete: &'a str,
    /// What was wrong with it.
    pub error: Option<&'a str>,
}

impl Render for Field<'_> {
    fn render(&self) -> Markup {
        let hint = self.hint.map(|_| format!("{}-hint", self.name));
        let error = self.error.map(|_| format!("{}-error", self.name));
        let described =
            [error.as_deref(), hint.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        html! {
            div class="field" {
                label for=(self.name) { (self.label) }
                input id=(self.name) name=(self.name) type=(self.kind.as_str()) value=(self.value)
                    autocomplete=(self.autocomplete) required
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

/// One of a few, as radio buttons with a sentence each.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// Its name in the form.
    pub name: &'a str,
    /// The question.
    pub legend: &'a str,
    /// What can be chosen.
    pub answers: &'a [RadioOption<'a>],
    /// The value that is chosen.
    pub chosen: &'a str,
    /// What was wrong with it.
    pub error: Option<&'a str>,
}

/// One answer of a [`Choice`].
#[derive(Clone, Copy, Debug)]
pub struct RadioOption<'a> {
    /// What the form sends.
    pub value: &'a str,
    /// The answer.
    pub label: &'a str,
    /// What it means.
    pub hint: &'a str,
}

impl Render for Choice<'_> {
    fn render(&self) -> Markup {
        let error = self.error.map(|_| format!("{}-error", self.name));
        html! {
            fieldset class="choice" aria-describedby=[error.as_deref()] {
                legend { (self.legend) }
                @for answer in self.answers {
                    label class="choice-answer" {
                        input type="radio" name=(self.name) value=(answer.value)
                            checked[answer.value == self.chosen];
                        span {
                            span class="choice-label" { (answer.label) }
                            span class="choice-hint" { (answer.hint) }
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

/// One of many, or none, as a list to choose from.
#[derive(Clone, Copy, Debug)]
pub struct Select<'a> {
    /// Its name in the form; also its id.
    pub name: &'a str,
    /// The words above it.
    pub label: &'a str,
    /// What the answer is for.
    pub hint: &'a str,
    /// The words for none of them.
    pub open: &'a str,
    /// Values with their words.
    pub choices: &'a [(&'a str, &'a str)],
    /// The value that is chosen.
    pub chosen: &'a str,
    /// What was wrong with it.
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
                    option value="" { (self.open) }
                    @for (value, words) in self.choices {
                        option value=(value) selected[*value == self.chosen] { (words) }
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

/// What stands above a form that came back: how many things to put right, with a link to each field.
/// `errors` are pairs of the field's name and what is wrong with it.
#[must_use]
pub fn error_summary(errors: &[(&str, &str)]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div class="note tone-warning" role="alert" {
                span class="note-icon" aria-hidden="true" { "⚠️" }
                div {
                    p class="note-title" {
                        @if errors.len() == 1 { "One thing to put right" } @else { (errors.len()) " things to put right" }
                    }
                    ul class="note-list" {
                        @for (field, text) in errors { li { a href={ "#" (field) } { (text) } } }
                    }
                }
            }
        }
    }
}

/// Renders what stands above a form that was refused as a whole, and not for one of its fields.
#[must_use]
pub fn refused(problem: &Problem) -> Markup {
    html! {
        div class="note tone-warning" role="alert" {
            span class="note-icon" aria-hidden="true" { "⏳" }
            div {
                p class="note-title" { (problem.kind.title()) }
                div class="note-text" { p { (problem.detail) } }
            }
        }
    }
}

/// A value that the form sends without showing it.
#[must_use]
pub fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// The hidden field that the script fills with the browser's time zone; it stays empty without scripts.
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
    fn an_error_is_tied_to_its_field_and_keeps_what_was_typed() {
        let hint = Some("We send one mail.");
        let error = Some("That is no address.");
        let page = Field { value: "jo@", hint, error, ..EMAIL }.render().into_string();
        for part in [
            r#"<label for="email">Work email</label>"#,
            r#"value="jo@""#,
            r#"aria-invalid="true""#,
            r#"aria-describedby="email-error email-hint""#,
            r#"<p class="field-hint" id="email-hint">We send one mail.</p>"#,
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(
            !EMAIL.render().into_string().contains("aria-"),
            "nothing is described where nothing is said"
        );
    }

    #[test]
    fn what_was_typed_stays_text() {
        let page = Field { value: r#""><script>alert(1)</script>"#, ..EMAIL }.render().into_string();
        assert!(!page.contains("<script>"), "{page}");
    }
}
