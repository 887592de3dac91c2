//! The page of members and invitations.

mod invitations;

use domain::people::{Invitation, Membership, Role};
use maud::{Markup, Render, html};
use ui::{NavItem, Page, Tone, Weight, Width};
use web::auth::AuthenticatedUser;

use super::{draft::Draft, emphasized};
use crate::words::{
    self,
    members::{self as words_of, leave},
};

/// View model of `/members`.
pub struct MembersPage<'a> {
    pub product: &'a str,
    pub caller: &'a AuthenticatedUser,
    pub members: &'a [Membership],
    pub invitations: &'a [Invitation],
}

impl MembersPage<'_> {
    pub fn render(&self, draft: &Draft<'_>) -> Markup {
        let admin = self.caller.member.admin();
        let main = html! {
            h1 { (words_of::TITLE) }
            p class="lead" { (emphasized(&words_of::lead(self.caller.found.org.value.name.as_str()))) }
            div class="stack" {
                @if admin.is_none() {
                    (ui::note(Tone::Calm, "👋", words_of::WELCOME, &html! { p { (words_of::WELCOME_TEXT) } }))
                }
                (web::undeliverable(&self.caller.found.org.value, &self.caller.member, "/members"))
                @if admin.is_some() && draft.problem.is_none() {
                    (self.confirmation())
                    (self.unsent())
                }
                (self.people())
                @if admin.is_some() {
                    (self.invite(draft))
                    (self.invitations())
                }
                (self.leave())
            }
        };
        let title = match draft.problem {
            Some(_) => words::error_title(words_of::TITLE),
            None => words_of::TITLE.to_owned(),
        };
        let person = Some(self.caller.person(Some(NavItem::Members)));
        Page { product: self.product, title: &title, person, width: Width::Reading, main }.render()
    }

    fn people(&self) -> Markup {
        let admin = self.caller.member.role() == Role::Admin;
        html! {
            section aria-labelledby="people" {
                h2 id="people" class="section-head" { (words_of::count(self.members.len())) }
                @if admin && let Some(seats) = self.caller.found.org.value.seats(self.caller.now) {
                    p class="soft" { (words_of::seats::used(self.members.len(), self.open_invitations(), seats)) }
                }
                ul class="rows" {
                    @for member in self.members { (self.row(member, admin)) }
                }
            }
        }
    }

    /// Renders one member. `admin` is whether the user who views the page is an admin.
    fn row(&self, member: &Membership, admin: bool) -> Markup {
        let zone = &self.caller.found.org.value.zone;
        let is_viewer = member.user == self.caller.member.user();
        let last = member.role == Role::Admin && self.caller.found.org.value.admins.len() == 1;
        html! {
            li class="row" {
                div class="row-text" {
                    div class="row-line" {
                        h3 { (member.name) }
                        (role_badge(member.role))
                        @if is_viewer { span class="badge" { (words_of::YOU) } }
                    }
                    p class="soft small" {
                        @if admin { (member.address.as_str()) " · " }
                        (words_of::joined(&zone.date(member.since)))
                    }
                }
                @if admin && !last {
                    div class="row-actions" {
                        (change_role(member))
                        @if !is_viewer {
                            (ui::row_link(
                                &format!("/members/{}/remove", member.user),
                                words_of::REMOVE,
                                member.name.as_str(),
                            ))
                        }
                    }
                }
            }
        }
    }

    /// Renders the button to leave. The only admin cannot leave while other members remain or a
    /// subscription is alive.
    fn leave(&self) -> Markup {
        let org = &self.caller.found.org.value;
        let only_admin = org.admin(self.caller.member.user()).is_some() && org.admins.len() == 1;
        let alone = self.members.iter().all(|member| member.user == self.caller.member.user());
        let is_subscribed = alone && org.billing.is_alive(self.caller.now);
        let text = match (alone, is_subscribed) {
            (true, true) => leave::SUBSCRIBED,
            (true, false) => leave::ALONE,
            _ => leave::WITH_OTHERS,
        };
        html! {
            @if alone || !only_admin {
                section aria-labelledby="leave" {
                    h2 id="leave" class="section-head" { (leave::TITLE) }
                    p class="soft" { (text) }
                    div class="actions" {
                        @if is_subscribed {
                            (ui::link_button(Weight::Secondary, &format!("/organizations/{}", org.id), leave::PLAN))
                        } @else {
                            (ui::link_button(
                                Weight::Secondary,
                                "/members/leave",
                                &leave::submit(org.name.as_str()),
                            ))
                        }
                    }
                }
            }
        }
    }
}

/// Renders the button that gives a member the other role.
fn change_role(member: &Membership) -> Markup {
    let role = match member.role {
        Role::Admin => Role::Member,
        Role::Member => Role::Admin,
    };
    html! {
        form class="post" method="post" action={ "/members/" (member.user) "/role" } {
            (ui::hidden("role", role.as_str()))
            button class="button button-quiet" type="submit"
                aria-label=(words_of::make_label(role, member.name.as_str())) { (words_of::make(role)) }
        }
    }
}

fn role_badge(role: Role) -> Markup {
    match role {
        Role::Admin => html! { span class="badge tone-notice" { (words::role::ADMIN) } },
        Role::Member => html! { span class="badge" { (words::role::MEMBER) } },
    }
}
