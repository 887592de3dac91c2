//! Pages of a portal link.

use domain::{org::Org, people::User};
use maud::{Markup, html};
use ui::Weight;
use web::auth::AuthenticatedUser;

use super::{emphasized, narrow_page};
use crate::words::{self, portal as words_of};

/// Renders the question of a link for `user` in a browser that is signed in as `current`.
///
/// `token` consists of hex digits.
pub fn ask(product: &str, token: &str, current: &AuthenticatedUser, user: &User, org: &Org) -> Markup {
    let (now, next) = (current.found.user.value.address.as_str(), user.address.as_str());
    let main = html! {
        h1 { (words_of::TITLE) }
        p class="lead" {
            (emphasized(&words_of::lead(now, current.found.org.value.name.as_str(), next, org.name.as_str())))
        }
        div class="actions" {
            (ui::post_button(Weight::Primary, &format!("/portal/{token}"), words_of::SWITCH, None))
            (ui::link_button(Weight::Secondary, "/dashboard", words_of::STAY))
        }
    };
    narrow_page(product, words_of::TITLE, Some(current.person(None)), main)
}

/// Renders the page of a link that has expired, was used, or never existed.
pub fn expired(product: &str, user: Option<&AuthenticatedUser>) -> Markup {
    let main = html! {
        h1 { (words::LINK_NO_LONGER_WORKS) }
        p class="lead" { (words_of::EXPIRED_LEAD) }
        div class="actions" { (ui::link_button(Weight::Primary, "/login", words_of::SIGN_IN_BY_EMAIL)) }
    };
    narrow_page(product, words::LINK_NO_LONGER_WORKS, user.map(|user| user.person(None)), main)
}
