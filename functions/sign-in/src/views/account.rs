//! The page with the user's name, organizations, and sessions.

use domain::{
    org::Org,
    people::{Session, User},
    secret::Hash,
};
use maud::{Markup, Render, html};
use ui::{AddressForm, Field, Page, Tone, Weight, Width};
use web::auth::AuthenticatedUser;

use super::{draft::Draft, email_link};
use crate::words::{self, account as words_of};

/// The page to which the forms return.
const PAGE: &str = "/account";

/// View model of `/account`.
pub struct AccountPage<'a> {
    pub product: &'a str,
    pub caller: &'a AuthenticatedUser,
    pub orgs: &'a [Org],
    pub sessions: &'a [ActiveSession],
    pub drafts: Drafts<'a>,
}

/// The forms of the page, one of which was rejected.
#[derive(Clone, Copy, Default)]
pub struct Drafts<'a> {
    pub name: Draft<'a>,
    pub email: Draft<'a>,
}

/// One row of the list of active sessions.
pub struct ActiveSession {
    /// The hash of the session's secret, which the form for signing out sends.
    pub id: Hash,
    pub session: Session,
    /// Whether the request was made with this session.
    pub is_current: bool,
}

impl AccountPage<'_> {
    pub fn render(&self) -> Markup {
        let user = &self.caller.found.user.value;
        let main = html! {
            h1 { (words_of::TITLE) }
            p class="lead" { (user.address.as_str()) }
            div class="stack" {
                @if let Some(from) = &self.caller.found.session.return_url { (came_from(from.host())) }
                (self.email(user))
                (self.name())
                (self.organizations())
                (self.sessions())
            }
        };
        let title = match self.drafts.name.problem.or(self.drafts.email.problem) {
            Some(_) => words::error_title(words_of::TITLE),
            None => words_of::TITLE.to_owned(),
        };
        let person = Some(self.caller.person(None));
        Page { product: self.product, title: &title, person, width: Width::Reading, main }.render()
    }

    /// Returns whether the user came from the host app. The page then shows no form that only the
    /// user's own sign-in allows.
    fn is_portal(&self) -> bool {
        self.caller.found.session.is_portal()
    }

    /// Renders what the user can do about their address. It is empty if the address is verified and
    /// works.
    fn email(&self, user: &User) -> Markup {
        let (draft, org) = (self.drafts.email, &self.caller.found.org.value);
        let is_undeliverable = org.admin(user.id).is_some_and(|admin| admin.unreachable.is_some());
        html! {
            @if user.verified { (draft.note()) }
            @if user.verified || (is_undeliverable && draft.problem.is_none()) {
                (web::undeliverable(org, &self.caller.member, PAGE))
            } @else if !self.is_portal() {
                (unverified(user.address.as_str()))
                (correction(draft, user.address.as_str()))
            }
        }
    }

    fn name(&self) -> Markup {
        let (draft, user) = (self.drafts.name, &self.caller.found.user.value);
        let field = Field {
            name: "full_name",
            kind: ui::Kind::Text,
            label: words_of::NAME,
            hint: Some(words_of::NAME_HINT),
            value: draft.value("full_name", user.name.as_str()),
            autocomplete: "name",
            error: draft.error("full_name"),
        };
        html! {
            form class="card form" method="post" action="/account/name" novalidate {
                (draft.summary())
                (field)
                div class="actions" { (ui::submit(Weight::Secondary, words_of::SAVE_NAME)) }
            }
        }
    }

    fn organizations(&self) -> Markup {
        let (user, current) = (self.caller.member.user(), self.caller.member.org());
        html! {
            section aria-labelledby="organizations" {
                div class="section-head" {
                    h2 id="organizations" { (words_of::ORGANIZATIONS) }
                    @if !self.is_portal() { a class="small" href="/organizations/new" { (words_of::CREATE_ORG) } }
                }
                ul class="rows" {
                    @for org in self.orgs {
                        li class="row" {
                            div class="row-text" {
                                div class="row-line" {
                                    h3 { (org.name) }
                                    span class="badge" {
                                        @if org.admin(user).is_some() { (words::role::ADMIN) } @else { (words::role::MEMBER) }
                                    }
                                    @if org.id == current {
                                        span class="badge tone-success" { (words_of::CURRENT) }
                                    }
                                }
                            }
                            @if org.id != current && !self.is_portal() { div class="row-actions" { (switch(org)) } }
                        }
                    }
                }
            }
        }
    }

    fn sessions(&self) -> Markup {
        html! {
            section aria-labelledby="sessions" {
                h2 id="sessions" class="section-head" { (words_of::SESSIONS) }
                ul class="rows" {
                    @for session in self.sessions { (self.session(session)) }
                }
                @if !self.is_portal() {
                    div class="actions" {
                        (ui::link_button(Weight::Secondary, "/account/sessions/end-all", words_of::SIGN_OUT_ALL))
                    }
                }
            }
        }
    }

    fn session(&self, ActiveSession { id, session, is_current }: &ActiveSession) -> Markup {
        let zone = &self.caller.found.org.value.zone;
        let org = self.orgs.iter().find(|org| org.id == session.org).map_or("", |org| org.name.as_str());
        let started = zone.date_and_time(session.created_at);
        html! {
            li class="row" {
                div class="row-text" {
                    div class="row-line" {
                        h3 { (words_of::SIGNED_IN) " " time datetime=(session.created_at) { (started) } }
                        @if *is_current { span class="badge tone-success" { (words_of::THIS_BROWSER) } }
                    }
                    p class="soft small" {
                        (org) @if !org.is_empty() { " · " }
                        (words_of::LAST_USED) " "
                        time datetime=(session.seen_at) { (zone.date_and_time(session.seen_at)) }
                    }
                }
                @if *is_current || !self.is_portal() {
                    form class="post" method="post" action="/account/sessions/end" {
                        (ui::hidden("session", &id.to_string()))
                        button class="button button-quiet" type="submit" aria-label=(words_of::sign_out_label(&started)) {
                            (words_of::SIGN_OUT)
                        }
                    }
                }
            }
        }
    }
}

fn switch(org: &Org) -> Markup {
    html! {
        form class="post" method="post" action="/organizations/switch" {
            (ui::hidden("organization", &org.id.to_string()))
            button class="button" type="submit" aria-label=(words_of::switch_label(org.name.as_str())) {
                (words_of::SWITCH)
            }
        }
    }
}

/// Renders what a user who came from the host app does after a sign-in by email.
fn came_from(host: &str) -> Markup {
    ui::note(
        Tone::Calm,
        "👋",
        &words_of::portal::note(host),
        &html! {
            p { (words_of::portal::TEXT) }
            div class="actions" {
                (ui::link_button(Weight::Secondary, "/login?next=/account", words_of::portal::SIGN_IN))
            }
        },
    )
}

fn unverified(address: &str) -> Markup {
    ui::note(
        Tone::Notice,
        "✉️",
        words_of::unverified::NOTE,
        &html! {
            p { (words_of::unverified::TEXT) }
            (email_link(address))
        },
    )
}

fn correction(draft: Draft<'_>, address: &str) -> Markup {
    let (value, error) = (draft.value("email", address), draft.error("email"));
    html! {
        section class="card" aria-labelledby="correct" {
            h2 id="correct" { (words_of::correct::TITLE) }
            p { (words_of::correct::TEXT) }
            (draft.note())
            (AddressForm { next: PAGE, value, error })
        }
    }
}
