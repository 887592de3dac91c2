//! The page of a link that verifies an address.

use maud::{Markup, html};
use store::WaitingInvitations;
use ui::{Tone, Weight};
use web::auth::AuthenticatedUser;

use super::{email_link, emphasized, narrow_page};
use crate::words::{
    self,
    verify::{self as words_of, other_user},
};

/// Renders the question whether the address is the user's, or that it is verified.
pub fn page(
    product: &str,
    token: &str,
    caller: &AuthenticatedUser,
    waiting: &[WaitingInvitations],
) -> Markup {
    let user = &caller.found.user.value;
    let (sent, held): (Vec<_>, Vec<_>) = waiting.iter().partition(|waiting| waiting.held.is_none());
    let addresses: Vec<&str> = sent
        .into_iter()
        .flat_map(|waiting| &waiting.invitations)
        .map(|invitation| invitation.value.address.as_str())
        .collect();
    let title = if user.verified { words_of::DONE } else { words_of::TITLE };
    let main = html! {
        h1 { (title) }
        @if user.verified {
            p class="lead" { (words_of::DONE_TEXT) }
            @if held.iter().any(|waiting| !waiting.invitations.is_empty()) { p { (words_of::HELD) } }
            @if addresses.is_empty() {
                (links())
            } @else {
                (question(token, words_of::STILL_WAITING, &addresses, words_of::SEND))
            }
        } @else {
            p class="lead" { (emphasized(&words_of::lead(user.address.as_str()))) }
            (question(token, words_of::WAITING, &addresses, words_of::SUBMIT))
        }
    };
    narrow_page(product, title, Some(caller.person(None)), main)
}

fn question(token: &str, text: &str, addresses: &[&str], submit: &str) -> Markup {
    html! {
        @if !addresses.is_empty() {
            div class="stack" {
                p { (text) }
                ul class="rows" { @for address in addresses { li class="row" { (address) } } }
            }
        }
        form class="actions" method="post" action={ "/verify/" (token) } {
            (ui::submit(Weight::Primary, submit))
        }
    }
}

fn links() -> Markup {
    html! {
        div class="actions" {
            (ui::link_button(Weight::Primary, "/dashboard", words::GO_TO_DASHBOARD))
            (ui::link_button(Weight::Secondary, "/members", words_of::VIEW_MEMBERS))
        }
    }
}

/// Renders the page for a signed-in user who is not the recipient of the link.
pub fn other_user(product: &str, caller: &AuthenticatedUser) -> Markup {
    let user = &caller.found.user.value;
    let main = html! {
        h1 { (other_user::TITLE) }
        div class="stack" {
            (ui::note(Tone::Notice, "👤", other_user::NOTE, &html! {
                p { (emphasized(&other_user::explanation(user.name.as_str(), user.address.as_str()))) }
                p { (other_user::BOTH_YOURS) }
            }))
            form class="actions" method="post" action="/logout" {
                (ui::hidden("next", "/members"))
                (ui::submit(Weight::Primary, other_user::SIGN_OUT))
                (ui::link_button(Weight::Secondary, "/dashboard", other_user::STAY))
            }
        }
    };
    narrow_page(product, other_user::TITLE, Some(caller.person(None)), main)
}

/// Renders the response to a link that does not work, with what a signed-in user can do instead.
pub fn expired(product: &str, caller: Option<&AuthenticatedUser>) -> Markup {
    let user = caller.map(|caller| &caller.found.user.value);
    let is_verified = user.is_some_and(|user| user.verified);
    let main = html! {
        h1 { (words::LINK_NO_LONGER_WORKS) }
        p class="lead" {
            @if is_verified { (words_of::NOT_NEEDED) } @else { (words_of::expired_lead()) }
        }
        @match user {
            Some(_) if is_verified => {
                div class="actions" {
                    (ui::link_button(Weight::Primary, "/dashboard", words::GO_TO_DASHBOARD))
                }
            }
            Some(user) => (email_link(user.address.as_str())),
            None => {
                div class="actions" {
                    (ui::link_button(Weight::Primary, "/login?next=/members", words::SIGN_IN))
                }
            }
        }
    };
    narrow_page(product, words::LINK_NO_LONGER_WORKS, caller.map(|caller| caller.person(None)), main)
}
