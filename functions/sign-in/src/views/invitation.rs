//! Pages that an invited person sees.

use maud::{Markup, html};
use store::InvitationDetails;
use ui::{Field, Tone, Weight};
use web::auth::AuthenticatedUser;

use super::{emphasized, narrow_page};
use crate::words::{
    self,
    invitation::{self as words_of, accepted, expired, no_seat, other_user, sign_in_first},
};

/// Page of an invitation that can be accepted.
pub struct InvitationPage<'a> {
    product: &'a str,
    token: &'a str,
    details: &'a InvitationDetails,
}

impl<'a> InvitationPage<'a> {
    /// Creates the page of the invitation that `token` names.
    ///
    /// The token was parsed before. So it contains no character that needs escaping in a path.
    pub const fn new(product: &'a str, token: &'a str, details: &'a InvitationDetails) -> Self {
        Self { product, token, details }
    }

    /// Renders the page. `typed` is the name that the user entered, and `error` is the error of
    /// that name.
    pub fn render(&self, typed: &str, error: Option<&str>) -> Markup {
        let (org, invitation) = (self.details.org.value.name.as_str(), &self.details.invitation.value);
        let lead = words_of::lead(invitation.inviter.as_str(), org, self.product, invitation.role);
        let errors: Vec<_> = error.map(|error| ("full_name", error)).into_iter().collect();
        let title = words_of::title(org);
        let main = html! {
            h1 { (title) }
            p class="lead" { (emphasized(&lead)) }
            form class="card form" method="post" action={ "/invitations/" (self.token) } novalidate {
                (ui::error_summary(&errors))
                (invited_address(invitation.address.as_str()))
                @if !self.details.known.as_ref().is_some_and(|user| user.value.verified) {
                    (Field {
                        name: "full_name",
                        kind: ui::Kind::Text,
                        label: words_of::NAME,
                        hint: Some(words_of::NAME_HINT),
                        value: typed,
                        autocomplete: "name",
                        error,
                    }.render_focused())
                }
                div class="actions" { (ui::submit(Weight::Primary, &title)) }
            }
            p class="aside" { (words_of::NOT_YOU) }
        };
        let title = if error.is_some() { words::error_title(&title) } else { title };
        narrow_page(self.product, &title, None, main)
    }
}

/// Renders the page for a signed-in user whose address is not the invited one.
pub fn other_user(product: &str, details: &InvitationDetails, user: &AuthenticatedUser) -> Markup {
    let explanation = other_user::explanation(
        user.found.user.value.address.as_str(),
        details.org.value.name.as_str(),
        details.invitation.value.address.as_str(),
    );
    let main = html! {
        h1 { (other_user::TITLE) }
        div class="stack" {
            (ui::note(Tone::Notice, "👤", other_user::NOTE, &html! {
                p { (emphasized(&explanation)) }
                p { (other_user::BOTH_YOURS) }
            }))
            div class="actions" {
                (ui::post_button(Weight::Primary, "/logout", other_user::SIGN_OUT, None))
                (ui::link_button(Weight::Secondary, "/dashboard", other_user::STAY))
            }
        }
    };
    narrow_page(product, other_user::TITLE, None, main)
}

/// Renders the page for a person who has an account and must sign in first.
///
/// `back` is the path to open after signing in.
pub fn sign_in_first(product: &str, details: &InvitationDetails, back: &str) -> Markup {
    let (org, invitation) = (details.org.value.name.as_str(), &details.invitation.value);
    let address = invitation.address.as_str();
    let title = words_of::title(org);
    let main = html! {
        h1 { (title) }
        p class="lead" { (emphasized(&sign_in_first::lead(invitation.inviter.as_str(), org, product))) }
        form class="card form" method="post" action="/login" {
            (ui::hidden("email", address))
            (ui::hidden("next", back))
            (invited_address(address))
            p { (sign_in_first::RETURN) }
            div class="actions" { (ui::submit(Weight::Primary, sign_in_first::EMAIL_LINK)) }
        }
        p class="aside" { (words_of::NOT_YOU) }
    };
    narrow_page(product, &title, None, main)
}

/// Renders the page for an invited person who cannot join, because the plan has no free seat.
pub fn no_seat(product: &str, details: &InvitationDetails) -> Markup {
    let (org, invitation) = (&details.org.value, &details.invitation.value);
    let title = no_seat::title(org.name.as_str());
    let main = html! {
        h1 { (title) }
        p class="lead" { (emphasized(&no_seat::lead(org.name.as_str()))) }
        p { (no_seat::valid_until(&org.zone.date(invitation.expires_at))) }
        // The empty address is the address of the invitation.
        div class="actions" { (ui::link_button(Weight::Secondary, "", no_seat::CHECK_AGAIN)) }
    };
    narrow_page(product, &title, None, main)
}

fn invited_address(address: &str) -> Markup {
    html! {
        dl class="facts" {
            dt { (words_of::ADDRESS) }
            dd { (address) }
        }
    }
}

/// Renders the page with the button that repeats an acceptance, because the first response may have
/// been lost.
///
/// `token` consists of hex digits.
pub fn accept_again(product: &str, token: &str) -> Markup {
    let main = html! {
        h1 { (accepted::AGAIN_TITLE) }
        p class="lead" { (accepted::AGAIN_LEAD) }
        div class="actions" {
            (ui::post_button(Weight::Primary, &format!("/invitations/{token}"), accepted::CONTINUE, None))
        }
    };
    narrow_page(product, accepted::AGAIN_TITLE, None, main)
}

/// Renders the page of an accepted invitation for a visitor who is not signed in.
pub fn accepted(product: &str) -> Markup {
    let main = html! {
        h1 { (accepted::TITLE) }
        p class="lead" { (accepted::LEAD) }
        div class="actions" { (ui::link_button(Weight::Primary, "/login", words::SIGN_IN)) }
    };
    narrow_page(product, accepted::TITLE, None, main)
}

/// Renders the page of a link that opens no invitation: revoked, resent, expired, or unknown.
pub fn expired(product: &str) -> Markup {
    let main = html! {
        h1 { (expired::TITLE) }
        p class="lead" { (expired::lead()) }
        div class="actions" { (ui::link_button(Weight::Primary, "/login", words::SIGN_IN)) }
    };
    narrow_page(product, expired::TITLE, None, main)
}
