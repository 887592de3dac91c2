use domain::people::{Role, User};
use jiff::Timestamp;
use maud::{Markup, Render, html};
use store::SignedIn;
use web::{
    Problem,
    ui::{self, Field, Page, Person, Tone, Weight, Width},
};

/// How long a link works, in words. The mailer sets the same span when it makes one.
const VALID: &str = "10 minutes";

/// The form that asks for a link. `next` is where to go afterwards, `typed` what was typed, `fault` what was wrong with
/// that, `refused` why the form as a whole was not taken.
pub fn form(
    product: &str,
    next: Option<&str>,
    typed: &str,
    fault: Option<&str>,
    refused: Option<&Problem>,
) -> Markup {
    let errors: Vec<_> = fault.map(|fault| ("email", fault)).into_iter().collect();
    let email = Field {
        name: "email",
        kind: ui::Kind::Email,
        label: "Email address",
        hint: None,
        value: typed,
        autocomplete: "email",
        error: fault,
    };
    let main = html! {
        h1 { "Sign in" }
        p class="lead" { "We send you a link. No password needed." }
        form class="card form" method="post" action="/login" novalidate {
            @if let Some(problem) = refused { (ui::refused(problem)) }
            (ui::error_summary(&errors))
            (email)
            @if let Some(next) = next { (ui::hidden("next", next)) }
            div class="actions" { (ui::submit(Weight::Primary, "Send sign-in link")) }
        }
        p class="aside" { "New here? " a href="/organizations/new" { "Create an organization" } }
    };
    let title = if fault.is_some() || refused.is_some() { "Error: Sign in" } else { "Sign in" };
    shell(product, title, None, main)
}

/// What people see who are signed in already.
pub fn already_in(product: &str, found: &SignedIn, next: Option<&str>) -> Markup {
    let (user, org) = (&found.user.value, &found.org.value);
    let main = html! {
        h1 { "You are signed in" }
        p class="lead" { "As " strong { (user.name) } ", in " strong { (org.name) } "." }
        div class="actions" {
            (ui::link_button(Weight::Primary, next.unwrap_or("/dashboard"), "Go on"))
        }
    };
    let person = Person {
        name: user.name.as_str(),
        organization: org.name.as_str(),
        admin: found.role == Some(Role::Admin),
        here: None,
    };
    shell(product, "Sign in", Some(person), main)
}

/// What people see who asked for a link, whether or not the address is known.
pub fn sent(product: &str, address: &str) -> Markup {
    let main = html! {
        h1 { "Check your mail" }
        p class="lead" {
            "If there is an account for " strong { (address) } ", a sign-in link is on its way. It works once, for "
            (VALID) "."
        }
        (ui::note(Tone::Calm, "✉️", "Nothing there yet?", &html! {
            p {
                "Give it a minute and look into the spam folder. Or "
                a href="/login" { "try another address" } "."
            }
        }))
    };
    shell(product, "Check your mail", None, main)
}

/// Whom a link signs in, and the button that does it. `token` is of hex digits.
/// `elsewhere` is when it was asked for, if that was in another browser.
pub fn confirm(product: &str, token: &str, address: &str, elsewhere: Option<Timestamp>) -> Markup {
    let main = html! {
        h1 { "Sign in to " (product) }
        p class="lead" { "This link signs you in as " strong { (address) } "." }
        @if let Some(at) = elsewhere {
            div class="stack" {
                (ui::note(Tone::Notice, "🔎", "Asked for elsewhere", &html! {
                    p {
                        "This link was asked for in another browser at "
                        time datetime=(at) { (at.strftime("%H:%M UTC")) }
                        ". Go on only if that was you."
                    }
                }))
            }
        }
        div class="actions" {
            (ui::post_button(Weight::Primary, &format!("/login/{token}"), "Sign in", None))
        }
        p class="aside" { "Not you? Close this page; nothing has happened." }
    };
    shell(product, "Sign in", None, main)
}

/// The button that repeats a sign-in whose response may have been lost.
pub fn confirm_again(product: &str, token: &str) -> Markup {
    let main = html! {
        h1 { "Sign in to " (product) }
        p class="lead" { "You just used this link. Didn't get in? Try again." }
        div class="actions" {
            (ui::post_button(Weight::Primary, &format!("/login/{token}"), "Sign in", None))
        }
    };
    shell(product, "Sign in", None, main)
}

/// What people see whose link does not work (any more).
pub fn gone(product: &str) -> Markup {
    let main = html! {
        h1 { "This link no longer works" }
        p class="lead" { "A link works once, for " (VALID) ". This one was used before, or it is too old." }
        div class="actions" { (ui::link_button(Weight::Primary, "/login", "Send a new link")) }
    };
    shell(product, "This link no longer works", None, main)
}

/// What people see who belong to no organization any more, and the form that makes them one. `founding` shows who they
/// are. `invitation` is the path of the invitation that they came from, which they can accept.
pub fn nowhere(
    product: &str,
    user: &User,
    founding: &str,
    form_token: &str,
    invitation: Option<&str>,
) -> Markup {
    let main = html! {
        h1 { "You belong to no organization now" }
        p class="lead" {
            "You are " strong { (user.address.as_str()) } ". You left, or were removed from, your last organization. "
            "Ask an admin to invite you again, or create one of your own."
        }
        @if let Some(invitation) = invitation {
            form class="card form" method="post" action=(invitation) {
                (ui::hidden("founding", founding))
                p { "You have an invitation." }
                div class="actions" { (ui::submit(Weight::Primary, "Accept the invitation")) }
            }
        }
        form class="card form" method="post" action="/organizations/new" novalidate {
            (ui::hidden("founding", founding))
            (ui::hidden("form_token", form_token))
            (ui::time_zone("time_zone"))
            (Field {
                name: "name",
                kind: ui::Kind::Text,
                label: "Organization",
                hint: Some(if user.trial_used {
                    "You choose its plan on the next page."
                } else {
                    "It begins with a free trial where there is one. Else you choose its plan on the next page."
                }),
                value: "",
                autocomplete: "organization",
                error: None,
            })
            div class="actions" { (ui::submit(Weight::Primary, "Create organization")) }
        }
        p class="aside" { "This form works for " (VALID) "." }
    };
    shell(product, "You belong to no organization now", None, main)
}

fn shell(product: &str, title: &str, person: Option<Person<'_>>, main: Markup) -> Markup {
    Page { product, title, person, width: Width::Narrow, main }.render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_keeps_what_was_typed_and_where_to_go() {
        let page = form("TimeTracker", Some("/onboarding/checklist"), "jo@\"><b>", Some("No address."), None)
            .into_string();
        assert!(page.contains(r#"value="jo@&quot;&gt;&lt;b&gt;""#), "{page}");
        assert!(page.contains(r#"name="next" value="/onboarding/checklist""#), "{page}");
        assert!(page.contains("No address."), "{page}");
        assert!(!form("TimeTracker", None, "", None, None).into_string().contains("name=\"next\""));
    }

    #[test]
    fn a_link_is_used_by_a_button_and_not_by_looking() {
        let page = confirm("TimeTracker", "f00d", "jo@example.com", None).into_string();
        assert!(!page.contains("another browser"), "{page}");
        let at = "2026-01-15T14:05:30Z".parse().unwrap();
        let elsewhere = confirm("TimeTracker", "f00d", "jo@example.com", Some(at)).into_string();
        assert!(
            elsewhere.contains("another browser at ") && elsewhere.contains(">14:05 UTC<"),
            "{elsewhere}"
        );
        assert!(page.contains(r#"method="post" action="/login/f00d""#), "{page}");
        assert!(page.contains("jo@example.com"), "{page}");
        assert!(!page.contains(r#"href="/login/f00d""#), "{page}");
    }
}
