//! Pages of `/login`: the form that requests a sign-in link, and the page after it.

use domain::people::Name;
use maud::{Markup, html};
use ui::{Field, Tone, Weight};
use web::{Problem, auth::AuthenticatedUser};

use super::{emphasized, narrow_page};
use crate::words::{self, login as words_of};

/// The form that requests a sign-in link.
#[derive(Default)]
pub struct LoginForm<'a> {
    /// Path to open after signing in.
    pub next: Option<&'a str>,
    /// Address that the user entered.
    pub typed: &'a str,
    /// Why the form was rejected: an error of the address, or a problem of the whole form, such as a
    /// reached rate limit.
    pub problem: Option<&'a Problem>,
    /// The organization that the user of this browser no longer belongs to.
    pub left: Option<&'a Name>,
    /// The signed-in user of this browser.
    pub user: Option<&'a AuthenticatedUser>,
}

impl LoginForm<'_> {
    pub fn render(&self, product: &str) -> Markup {
        let Self { next, typed, problem, left, user } = *self;
        let error = problem.and_then(|problem| problem.errors.first()).map(|error| error.message.as_str());
        let errors: Vec<_> = error.map(|error| ("email", error)).into_iter().collect();
        let email = Field {
            name: "email",
            kind: ui::Kind::Email,
            label: words_of::EMAIL,
            hint: None,
            value: typed,
            autocomplete: "email",
            error,
        };
        let main = html! {
            h1 { (words::SIGN_IN) }
            p class="lead" { (words_of::LEAD) }
            @if let Some(org) = left {
                (ui::note(Tone::Notice, "👋", &words_of::left(org.as_str()), &html! { p { (words_of::LEFT) } }))
            }
            form class="card form" method="post" action="/login" novalidate {
                @if let Some(problem) = problem && problem.errors.is_empty() {
                    (ui::problem_note(problem.kind.title(), &problem.detail))
                }
                (ui::error_summary(&errors))
                (email.render_focused())
                @if let Some(next) = next { (ui::hidden("next", next)) }
                div class="actions" { (ui::submit(Weight::Primary, words_of::SUBMIT)) }
            }
            p class="aside" { (words_of::NEW_HERE) " " a href="/organizations/new" { (words_of::CREATE_ORG) } }
        };
        let title =
            if problem.is_some() { words::error_title(words::SIGN_IN) } else { words::SIGN_IN.to_owned() };
        narrow_page(product, &title, user.map(|user| user.person(None)), main)
    }
}

/// Renders `/login` for a signed-in user.
pub fn already_signed_in(product: &str, user: &AuthenticatedUser, next: Option<&str>) -> Markup {
    let person = user.person(None);
    let main = html! {
        h1 { (words_of::signed_in::TITLE) }
        p class="lead" { (emphasized(&words_of::signed_in::lead(person.name, person.organization))) }
        div class="actions" {
            (ui::link_button(Weight::Primary, next.unwrap_or("/dashboard"), words_of::signed_in::CONTINUE))
        }
    };
    narrow_page(product, words::SIGN_IN, Some(person), main)
}

/// Renders the page after a request for a link. It is the same for known and unknown addresses.
pub fn sent(product: &str, address: &str, user: Option<&AuthenticatedUser>) -> Markup {
    let main = html! {
        h1 { (words_of::sent::TITLE) }
        p class="lead" { (emphasized(&words_of::sent::lead(address))) }
        (ui::note(Tone::Calm, "✉️", words_of::sent::NOT_RECEIVED, &html! {
            p { (words_of::sent::CHECK_SPAM) " " a href="/login" { (words_of::sent::TRY_ANOTHER) } "." }
        }))
    };
    narrow_page(product, words_of::sent::TITLE, user.map(|user| user.person(None)), main)
}

#[cfg(test)]
mod tests {
    use web::FieldError;

    use super::*;

    #[test]
    fn form_keeps_the_entered_address_and_the_next_page() {
        let problem = Problem::invalid(vec![FieldError::new("email", "invalid", "No address.")]);
        let form = LoginForm {
            next: Some("/onboarding/checklist"),
            typed: "jo@\"><b>",
            problem: Some(&problem),
            ..LoginForm::default()
        };
        let page = form.render("TimeTracker").into_string();
        assert!(page.contains(r#"value="jo@&quot;&gt;&lt;b&gt;""#), "{page}");
        assert!(page.contains(r#"name="next" value="/onboarding/checklist""#), "{page}");
        assert!(page.contains("No address."), "{page}");
        assert!(!LoginForm::default().render("TimeTracker").into_string().contains("name=\"next\""));
    }
}
