use domain::{org::Org, people::Session, secret::Hash};
use maud::{Markup, Render, html};
use web::ui::{self, Page, Tone, Weight, Width};

use crate::auth::AuthenticatedUser;

/// What the page shows.
pub struct AccountPage<'a> {
    pub product: &'a str,
    pub caller: &'a AuthenticatedUser,
    pub orgs: &'a [Org],
    pub sessions: &'a [Begun],
}

/// A session that lives.
pub struct Begun {
    /// What names it to its owner: the hash of its secret.
    pub name: Hash,
    pub session: Session,
    /// Whether it is the one that asks.
    pub here: bool,
}

impl AccountPage<'_> {
    pub fn render(&self) -> Markup {
        let user = &self.caller.found.user.value;
        let main = html! {
            h1 { "Your account" }
            p class="lead" { strong { (user.name) } ", " (user.address.as_str()) }
            div class="stack" {
                @if !user.verified { (unverified(user.address.as_str())) }
                (self.organizations())
                (self.sessions())
            }
        };
        let person = Some(self.caller.person(None));
        Page { product: self.product, title: "Your account", person, width: Width::Reading, main }.render()
    }

    fn organizations(&self) -> Markup {
        let (me, here) = (self.caller.member.user(), self.caller.member.org());
        html! {
            section aria-labelledby="organizations" {
                div class="section-head" {
                    h2 id="organizations" { "Organizations" }
                    a class="small" href="/organizations/new" { "Create another" }
                }
                ul class="rows" {
                    @for org in self.orgs {
                        li class="row" {
                            div class="row-text" {
                                div class="row-line" {
                                    h3 { (org.name) }
                                    span class="badge" {
                                        @if org.admin(me).is_some() { "Admin" } @else { "Member" }
                                    }
                                    @if org.id == here { span class="badge tone-success" { "You are here" } }
                                }
                            }
                            @if org.id != here { div class="row-actions" { (switch(org)) } }
                        }
                    }
                }
            }
        }
    }

    fn sessions(&self) -> Markup {
        html! {
            section aria-labelledby="sessions" {
                h2 id="sessions" class="section-head" { "Where you are signed in" }
                ul class="rows" {
                    @for begun in self.sessions { (self.session(begun)) }
                }
                div class="actions" {
                    (ui::post_button(Weight::Secondary, "/account/sessions/end-all", "Sign out everywhere", None))
                }
            }
        }
    }

    fn session(&self, Begun { name, session, here }: &Begun) -> Markup {
        let zone = &self.caller.found.org.value.zone;
        let org = self.orgs.iter().find(|org| org.id == session.org).map_or("", |org| org.name.as_str());
        let began = zone.date_and_time(session.created_at);
        html! {
            li class="row" {
                div class="row-text" {
                    div class="row-line" {
                        h3 { "Since " time datetime=(session.created_at) { (began) } }
                        @if *here { span class="badge tone-success" { "This browser" } }
                    }
                    p class="soft small" {
                        (org) @if !org.is_empty() { " · " }
                        "Last used " time datetime=(session.seen_at) { (zone.date_and_time(session.seen_at)) }
                    }
                }
                form class="post" method="post" action="/account/sessions/end" {
                    (ui::hidden("session", &name.to_string()))
                    button class="button button-quiet" type="submit" aria-label={ "Sign out: since " (began) } {
                        "Sign out"
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
            button class="button" type="submit" aria-label={ "Switch to " (org.name) } { "Switch" }
        }
    }
}

fn unverified(address: &str) -> Markup {
    ui::note(
        Tone::Notice,
        "✉️",
        "Your email address is not proven yet",
        &html! {
            p { "Sign in once by a mailed link. Then you can invite others and create further organizations." }
            form class="actions" method="post" action="/login" {
                (ui::hidden("email", address))
                (ui::hidden("next", "/account"))
                (ui::submit(Weight::Primary, "Mail me the link"))
            }
        },
    )
}
