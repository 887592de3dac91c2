use domain::people::Role;
use maud::{Markup, Render, html};
use store::{InvitationDetails, SignedIn};
use web::ui::{self, Field, Page, Tone, Weight, Width};

/// An invitation, as its page tells it.
pub struct Invited<'a> {
    product: &'a str,
    token: &'a str,
    offer: &'a InvitationDetails,
}

impl<'a> Invited<'a> {
    /// The invitation behind `token`, which is of hex digits.
    pub const fn of(product: &'a str, token: &'a str, offer: &'a InvitationDetails) -> Self {
        Self { product, token, offer }
    }

    /// The page. `typed` is the name that was typed, `fault` what was wrong with it.
    pub fn page(&self, typed: &str, fault: Option<&str>) -> Markup {
        let (org, invitation) = (&self.offer.org.value.name, &self.offer.invitation.value);
        let errors: Vec<_> = fault.map(|fault| ("full_name", fault)).into_iter().collect();
        let role = match invitation.role {
            Role::Admin => "an admin",
            Role::Member => "a member",
        };
        let main = html! {
            h1 { "Join " (org) }
            p class="lead" {
                strong { (invitation.inviter) } " invites you to " strong { (org) } " on " (self.product)
                " as " (role) "."
            }
            form class="card form" method="post" action={ "/invitations/" (self.token) } novalidate {
                (ui::error_summary(&errors))
                dl class="facts" {
                    dt { "For" }
                    dd { (invitation.address.as_str()) }
                }
                @if !self.offer.known.as_ref().is_some_and(|user| user.value.verified) {
                    (Field {
                        name: "full_name",
                        kind: ui::Kind::Text,
                        label: "Your name",
                        hint: Some("So that the others know who you are."),
                        value: typed,
                        autocomplete: "name",
                        error: fault,
                    })
                }
                div class="actions" { (ui::submit(Weight::Primary, &format!("Join {org}"))) }
            }
            p class="aside" { "Not you, or not wanted? Close this page; nothing has happened." }
        };
        let title = format!("{}Join {org}", if fault.is_some() { "Error: " } else { "" });
        Page { product: self.product, title: &title, person: None, width: Width::Narrow, main }.render()
    }
}

/// What somebody sees who is signed in as another person than the invited one.
pub fn foreign(product: &str, offer: &InvitationDetails, found: &SignedIn) -> Markup {
    let invited = offer.invitation.value.address.as_str();
    let main = html! {
        h1 { "This invitation is for somebody else" }
        div class="stack" {
            (ui::note(Tone::Notice, "👤", "You are signed in with another address", &html! {
                p {
                    "You are " strong { (found.user.value.address.as_str()) } ". The invitation to "
                    strong { (offer.org.value.name) } " is for " strong { (invited) } "."
                }
                p { "If that is you as well: sign out here, then open the link in the email again." }
            }))
            div class="actions" {
                (ui::post_button(Weight::Primary, "/logout", "Sign out", None))
                (ui::link_button(Weight::Secondary, "/dashboard", "Stay signed in"))
            }
        }
    };
    Page { product, title: "This invitation is for somebody else", person: None, width: Width::Narrow, main }
        .render()
}

/// An invitation for a person who has an account: they sign in first, and come back to `back`.
pub fn sign_in_first(product: &str, offer: &InvitationDetails, back: &str) -> Markup {
    let (org, invitation) = (&offer.org.value.name, &offer.invitation.value);
    let address = invitation.address.as_str();
    let main = html! {
        h1 { "Join " (org) }
        p class="lead" {
            strong { (invitation.inviter) } " invites you to " strong { (org) } " on " (product) ". "
            "You already have an account, so sign in first."
        }
        form class="card form" method="post" action="/login" {
            (ui::hidden("email", address))
            (ui::hidden("next", back))
            dl class="facts" {
                dt { "For" }
                dd { (address) }
            }
            p { "We'll email you a sign-in link. It brings you back here." }
            div class="actions" { (ui::submit(Weight::Primary, "Email me a sign-in link")) }
        }
        p class="aside" { "Not you, or not interested? Close this page. Nothing has changed." }
    };
    let title = format!("Join {org}");
    Page { product, title: &title, person: None, width: Width::Narrow, main }.render()
}

/// The button that repeats an acceptance whose response may have been lost. `token` is of hex digits.
pub fn accept_again(product: &str, token: &str) -> Markup {
    let main = html! {
        h1 { "You've accepted this invitation" }
        p class="lead" { "Didn't get in? Try again." }
        div class="actions" {
            (ui::post_button(Weight::Primary, &format!("/invitations/{token}"), "Continue", None))
        }
    };
    Page { product, title: "You've accepted this invitation", person: None, width: Width::Narrow, main }
        .render()
}

/// What people see whose invitation was accepted, and who are not signed in.
pub fn accepted(product: &str) -> Markup {
    let title = "This invitation has been accepted";
    let main = html! {
        h1 { (title) }
        p class="lead" { "If that was you, sign in to open the organization." }
        div class="actions" { (ui::link_button(Weight::Primary, "/login", "Sign in")) }
    };
    Page { product, title, person: None, width: Width::Narrow, main }.render()
}

/// What people see whose invitation does not work (any more).
pub fn gone(product: &str) -> Markup {
    let main = html! {
        h1 { "This invitation no longer works" }
        p class="lead" {
            "It was used before, taken back or sent again, or it is older than seven days. "
            "Look for a newer email, or ask who invited you for another."
        }
        div class="actions" { (ui::link_button(Weight::Primary, "/login", "Sign in")) }
    };
    Page { product, title: "This invitation no longer works", person: None, width: Width::Narrow, main }
        .render()
}
