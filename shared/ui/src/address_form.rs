//! The form that corrects the user's own email address.

use maud::{Markup, Render, html};

use crate::{Weight, hidden, submit, words::address_form as words};

/// The id of the field. A page can also contain another field for an address.
const ID: &str = "own-email";

/// The form that corrects an address that the user has not verified.
#[derive(Clone, Copy, Debug)]
pub struct AddressForm<'a> {
    /// The path of the page to return to.
    pub next: &'a str,
    /// The current value. After an error it is the submitted value.
    pub value: &'a str,
    /// The error of the submitted value.
    pub error: Option<&'a str>,
}

impl Render for AddressForm<'_> {
    fn render(&self) -> Markup {
        let error = self.error.map(|_| format!("{ID}-error"));
        let hint = format!("{ID}-hint");
        let described = error.iter().chain([&hint]).map(String::as_str).collect::<Vec<_>>().join(" ");
        html! {
            form class="form" method="post" action="/account/email" novalidate {
                (hidden("next", self.next))
                div class="field" {
                    label for=(ID) { (words::LABEL) }
                    input id=(ID) name="email" type="email" value=(self.value) autocomplete="email" required
                        autocapitalize="none" spellcheck="false"
                        aria-invalid=[self.error.map(|_| "true")] aria-describedby=(described);
                    @if let Some(text) = self.error {
                        p class="field-error" id=[error] { span aria-hidden="true" { "⚠ " } (text) }
                    }
                    p class="field-hint" id=(hint) { (words::HINT) }
                }
                div class="actions" { (submit(Weight::Secondary, words::SUBMIT)) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejected_address_is_kept_with_its_error() {
        let form = AddressForm { next: "/members", value: "jo@\"", error: Some("Enter an email address.") };
        let form = form.render().into_string();
        for part in [
            r#"name="next" value="/members""#,
            r#"value="jo@&quot;""#,
            r#"aria-describedby="own-email-error own-email-hint""#,
            "Enter an email address.",
        ] {
            assert!(form.contains(part), "{part}: {form}");
        }
    }
}
