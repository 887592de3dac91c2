//! Pages of signing in: the request for a link, the link itself, and the page for a user without an
//! organization.

use domain::people::{Role, User};
use jiff::Timestamp;
use maud::{Markup, Render, html};
use store::SignedIn;
use ui::{Field, Page, Person, Tone, Weight, Width};
use web::Problem;

use crate::words::{self, link, login, no_org};

/// Renders a text of [`words`], with the parts at odd indexes in bold.
pub fn emphasized(parts: &[impl AsRef<str>]) -> Markup {
    html! {
        @for (index, part) in parts.iter().enumerate() {
            @if index % 2 == 1 { strong { (part.as_ref()) } } @else { (part.as_ref()) }
        }
    }
}

/// Renders the form that requests a sign-in link.
///
/// `next` is the path to open after signing in. `typed` is the address that the user entered, and
/// `error` is the error of that address. `problem` is a problem of the whole form, such as a
/// reached rate limit.
pub fn form(
    product: &str,
    next: Option<&str>,
    typed: &str,
    error: Option<&str>,
    problem: Option<&Problem>,
) -> Markup {
    let errors: Vec<_> = error.map(|error| ("email", error)).into_iter().collect();
    let email = Field {
        name: "email",
        kind: ui::Kind::Email,
        label: login::EMAIL,
        hint: None,
        value: typed,
        autocomplete: "email",
        error,
    };
    let main = html! {
        h1 { (words::SIGN_IN) }
        p class="lead" { (login::LEAD) }
        form class="card form" method="post" action="/login" novalidate {
            @if let Some(problem) = problem { (ui::problem_note(problem.kind.title(), &problem.detail)) }
            (ui::error_summary(&errors))
            (email)
            @if let Some(next) = next { (ui::hidden("next", next)) }
            div class="actions" { (ui::submit(Weight::Primary, login::SUBMIT)) }
        }
        p class="aside" { (login::NEW_HERE) " " a href="/organizations/new" { (login::CREATE_ORG) } }
    };
    let title = if error.is_some() || problem.is_some() {
        words::error_title(words::SIGN_IN)
    } else {
        words::SIGN_IN.to_owned()
    };
    shell(product, &title, None, main)
}

/// Renders `/login` for a signed-in user.
pub fn already_signed_in(product: &str, found: &SignedIn, next: Option<&str>) -> Markup {
    let (user, org) = (&found.user.value, &found.org.value);
    let main = html! {
        h1 { (login::signed_in::TITLE) }
        p class="lead" { (emphasized(&login::signed_in::lead(user.name.as_str(), org.name.as_str()))) }
        div class="actions" {
            (ui::link_button(Weight::Primary, next.unwrap_or("/dashboard"), login::signed_in::CONTINUE))
        }
    };
    let person = Person {
        name: user.name.as_str(),
        organization: org.name.as_str(),
        admin: found.role == Some(Role::Admin),
        here: None,
    };
    shell(product, words::SIGN_IN, Some(person), main)
}

/// Renders the page after a request for a link. It is the same for known and unknown addresses.
pub fn sent(product: &str, address: &str) -> Markup {
    let main = html! {
        h1 { (login::sent::TITLE) }
        p class="lead" { (emphasized(&login::sent::lead(address))) }
        (ui::note(Tone::Calm, "✉️", login::sent::NOT_RECEIVED, &html! {
            p { (login::sent::CHECK_SPAM) " " a href="/login" { (login::sent::TRY_ANOTHER) } "." }
        }))
    };
    shell(product, login::sent::TITLE, None, main)
}

/// Renders the page with the button that uses a sign-in link. The page names the address that the
/// link signs in.
///
/// `token` consists of hex digits. If another browser requested the link, `elsewhere` is the time
/// of that request.
pub fn confirm(product: &str, token: &str, address: &str, elsewhere: Option<Timestamp>) -> Markup {
    let main = html! {
        h1 { (link::title(product)) }
        p class="lead" { (emphasized(&link::lead(address))) }
        @if let Some(at) = elsewhere {
            @let [before, after] = link::REQUESTED_AT;
            div class="stack" {
                (ui::note(Tone::Notice, "🔎", link::REQUESTED_ELSEWHERE, &html! {
                    p { (before) time datetime=(at) { (at.strftime("%H:%M UTC")) } (after) }
                }))
            }
        }
        div class="actions" {
            (ui::post_button(Weight::Primary, &format!("/login/{token}"), words::SIGN_IN, None))
        }
        p class="aside" { (link::NOT_YOU) }
    };
    shell(product, words::SIGN_IN, None, main)
}

/// Renders the page with the button that repeats a sign-in, because the first response may have
/// been lost.
///
/// `token` consists of hex digits.
pub fn confirm_again(product: &str, token: &str) -> Markup {
    let main = html! {
        h1 { (link::title(product)) }
        p class="lead" { (link::TRY_AGAIN) }
        div class="actions" {
            (ui::post_button(Weight::Primary, &format!("/login/{token}"), words::SIGN_IN, None))
        }
    };
    shell(product, words::SIGN_IN, None, main)
}

/// Renders the page of a link that has expired, was used, or never existed.
pub fn expired(product: &str) -> Markup {
    let main = html! {
        h1 { (words::LINK_NO_LONGER_WORKS) }
        p class="lead" { (link::expired_lead()) }
        div class="actions" { (ui::link_button(Weight::Primary, "/login", link::SEND_NEW)) }
    };
    shell(product, words::LINK_NO_LONGER_WORKS, None, main)
}

/// Renders the page of a verified user without an organization, with the form that creates one.
///
/// `grant` is the secret of the user's organization grant. `invitation` is the path of the
/// invitation that the user opened before they signed in. They can accept it on this page.
pub fn no_org(product: &str, user: &User, grant: &str, form_token: &str, invitation: Option<&str>) -> Markup {
    let main = html! {
        h1 { (no_org::TITLE) }
        p class="lead" { (emphasized(&no_org::lead(user.address.as_str()))) }
        @if let Some(invitation) = invitation {
            form class="card form" method="post" action=(invitation) {
                (ui::hidden("founding", grant))
                p { (no_org::INVITED) }
                div class="actions" { (ui::submit(Weight::Primary, no_org::ACCEPT)) }
            }
        }
        form class="card form" method="post" action="/organizations/new" novalidate {
            (ui::hidden("founding", grant))
            (ui::hidden("form_token", form_token))
            (ui::time_zone("time_zone"))
            (Field {
                name: "name",
                kind: ui::Kind::Text,
                label: no_org::NAME,
                hint: Some(if user.trial_used { no_org::NAME_HINT } else { no_org::NAME_HINT_TRIAL }),
                value: "",
                autocomplete: "organization",
                error: None,
            })
            div class="actions" { (ui::submit(Weight::Primary, no_org::CREATE)) }
        }
        p class="aside" { (no_org::form_expires()) }
    };
    shell(product, no_org::TITLE, None, main)
}

fn shell(product: &str, title: &str, person: Option<Person<'_>>, main: Markup) -> Markup {
    Page { product, title, person, width: Width::Narrow, main }.render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_keeps_the_entered_address_and_the_next_page() {
        let page = form("TimeTracker", Some("/onboarding/checklist"), "jo@\"><b>", Some("No address."), None)
            .into_string();
        assert!(page.contains(r#"value="jo@&quot;&gt;&lt;b&gt;""#), "{page}");
        assert!(page.contains(r#"name="next" value="/onboarding/checklist""#), "{page}");
        assert!(page.contains("No address."), "{page}");
        assert!(!form("TimeTracker", None, "", None, None).into_string().contains("name=\"next\""));
    }

    #[test]
    fn link_page_posts_to_the_link_and_names_the_address() {
        let page = confirm("TimeTracker", "f00d", "jo@example.com", None).into_string();
        assert!(!page.contains("another browser"), "{page}");
        let at = "2026-01-15T14:05:30Z".parse().unwrap();
        let elsewhere = confirm("TimeTracker", "f00d", "jo@example.com", Some(at)).into_string();
        assert!(
            elsewhere.contains("another browser at ") && elsewhere.contains(">14:05 UTC<"),
            "{elsewhere}"
        );
        assert!(page.contains(r#"method="post" action="/login/f00d""#), "{page}");
        assert!(page.contains("<strong>jo@example.com</strong>"), "{page}");
        assert!(!page.contains(r#"href="/login/f00d""#), "{page}");
    }
}
