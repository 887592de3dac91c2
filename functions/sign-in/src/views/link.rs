//! Pages of a sign-in link.

use jiff::Timestamp;
use maud::{Markup, html};
use ui::{Tone, Weight};
use web::auth::AuthenticatedUser;

use super::{emphasized, narrow_page};
use crate::words::{self, link as words_of};

/// Renders the page with the button that uses a sign-in link. The page names the address that the
/// link signs in.
///
/// `token` consists of hex digits. If another browser requested the link, `elsewhere` is the time
/// of that request.
pub fn confirm(product: &str, token: &str, address: &str, elsewhere: Option<Timestamp>) -> Markup {
    let main = html! {
        h1 { (words_of::title(product)) }
        p class="lead" { (emphasized(&words_of::lead(address))) }
        @if let Some(at) = elsewhere {
            @let [before, after] = words_of::REQUESTED_AT;
            div class="stack" {
                (ui::note(Tone::Notice, "🔎", words_of::REQUESTED_ELSEWHERE, &html! {
                    p { (before) time datetime=(at) { (at.strftime("%H:%M UTC")) } (after) }
                }))
            }
        }
        div class="actions" {
            (ui::post_button(Weight::Primary, &format!("/login/{token}"), words::SIGN_IN, None))
        }
        p class="aside" { (words_of::NOT_YOU) }
    };
    narrow_page(product, words::SIGN_IN, None, main)
}

/// Renders the page with the button that repeats a sign-in, because the first response may have
/// been lost.
///
/// `token` consists of hex digits.
pub fn confirm_again(product: &str, token: &str) -> Markup {
    let main = html! {
        h1 { (words_of::title(product)) }
        p class="lead" { (words_of::TRY_AGAIN) }
        div class="actions" {
            (ui::post_button(Weight::Primary, &format!("/login/{token}"), words::SIGN_IN, None))
        }
    };
    narrow_page(product, words::SIGN_IN, None, main)
}

/// Renders the page of a link that has expired, was used, or never existed.
pub fn expired(product: &str, user: Option<&AuthenticatedUser>) -> Markup {
    let (href, label) = match user {
        Some(_) => ("/dashboard", words::GO_TO_DASHBOARD),
        None => ("/login", words_of::SEND_NEW),
    };
    let main = html! {
        h1 { (words::LINK_NO_LONGER_WORKS) }
        p class="lead" { (words_of::expired_lead()) }
        div class="actions" { (ui::link_button(Weight::Primary, href, label)) }
    };
    narrow_page(product, words::LINK_NO_LONGER_WORKS, user.map(|user| user.person(None)), main)
}

#[cfg(test)]
mod tests {
    use super::*;

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
