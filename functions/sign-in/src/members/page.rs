use domain::{
    invitation::{Invitation, InvitationStatus},
    people::Role,
    team::{Membership, TeamError},
};
use maud::{Markup, Render, html};
use web::{
    FieldError, Fields, Problem,
    ui::{self, Choice, Field, NavItem, Page, RadioOption, Tone, Weight, Width},
};

use crate::{auth::AuthenticatedUser, members::errors::UNPROVEN};

/// What the page shows.
pub struct MembersPage<'a> {
    pub product: &'a str,
    pub caller: &'a AuthenticatedUser,
    pub members: &'a [Membership],
    pub invitations: &'a [Invitation],
}

/// An invitation that was typed and could not be sent.
#[derive(Default)]
pub struct Draft<'a> {
    pub fields: Option<&'a Fields>,
    pub errors: &'a [FieldError],
    /// Why it was not taken as a whole.
    pub refused: Option<&'a Problem>,
}

impl MembersPage<'_> {
    pub fn render(&self, draft: &Draft<'_>) -> Markup {
        let admin = self.caller.member.admin();
        let main = html! {
            h1 { "Members" }
            p class="lead" { "Who works in " strong { (self.caller.found.org.value.name) } "." }
            div class="stack" {
                @if admin.is_none() {
                    (ui::note(Tone::Calm, "👋", "Good to have you here", &html! {
                        p { "Your admins invite people and change roles. Ask one of them if somebody is missing." }
                    }))
                }
                (self.people())
                @if admin.is_some() {
                    (self.invite(draft))
                    (self.invited())
                }
                (self.way_out())
            }
        };
        let is_fine = draft.errors.is_empty() && draft.refused.is_none();
        let title = if is_fine { "Members" } else { "Error: Members" };
        let person = Some(self.caller.person(Some(NavItem::Members)));
        Page { product: self.product, title, person, width: Width::Reading, main }.render()
    }

    fn people(&self) -> Markup {
        let admin = self.caller.member.role() == Role::Admin;
        html! {
            section aria-labelledby="people" {
                h2 id="people" class="section-head" { (count(self.members.len(), "person", "people")) }
                ul class="rows" {
                    @for member in self.members { (self.row(member, admin)) }
                }
            }
        }
    }

    fn row(&self, member: &Membership, admin: bool) -> Markup {
        let zone = &self.caller.found.org.value.zone;
        let me = member.user == self.caller.member.user();
        let last = member.role == Role::Admin && self.caller.found.org.value.admins.len() == 1;
        html! {
            li class="row" {
                div class="row-text" {
                    div class="row-line" {
                        h3 { (member.name) }
                        (role_badge(member.role))
                        @if me { span class="badge" { "You" } }
                    }
                    p class="soft small" {
                        @if admin { (member.address.as_str()) " · " }
                        "Since " (zone.date(member.since))
                    }
                }
                @if admin && !last {
                    div class="row-actions" {
                        (change_role(member))
                        @if !me {
                            (ui::post_button(
                                Weight::Quiet,
                                &format!("/members/{}/remove", member.user),
                                "Remove",
                                Some(member.name.as_str()),
                            ))
                        }
                    }
                }
            }
        }
    }

    /// The form, or why there is none and what would help.
    fn invite(&self, draft: &Draft<'_>) -> Markup {
        let org = &self.caller.found.org.value;
        let Some(admin) = self.caller.member.admin() else { return html! {} };
        let body = match org.may_invite(&admin, self.caller.now) {
            Ok(()) => form(draft),
            Err(TeamError::Unverified) => prove_address(self.caller),
            Err(_) => ui::note(
                Tone::Notice,
                "🔑",
                "A plan is needed for invitations",
                &html! {
                    p { "Nobody new can be invited until a plan is chosen." }
                    div class="actions" {
                        (ui::link_button(Weight::Primary, &format!("/organizations/{}", org.id), "See the plans"))
                    }
                },
            ),
        };
        html! {
            section aria-labelledby="invite" {
                h2 id="invite" class="section-head" { "Invite somebody" }
                (body)
            }
        }
    }

    fn invited(&self) -> Markup {
        html! {
            @if !self.invitations.is_empty() {
                section aria-labelledby="invitations" {
                    h2 id="invitations" class="section-head" { "Invitations" }
                    ul class="rows" {
                        @for invitation in self.invitations { (self.invitation(invitation)) }
                    }
                }
            }
        }
    }

    fn invitation(&self, invitation: &Invitation) -> Markup {
        let zone = &self.caller.found.org.value.zone;
        let address = invitation.address.as_str();
        let standing = invitation.status(self.caller.now);
        let path = |what| format!("/members/invitations/{}/{what}", invitation.id());
        let void = !self.caller.found.org.value.vouches_for(invitation);
        html! {
            li class="row" {
                div class="row-text" {
                    div class="row-line" {
                        h3 { (address) }
                        (standing_badge(standing))
                        (role_badge(invitation.role))
                    }
                    p class="soft small" {
                        "Invited by " (invitation.inviter) " · "
                        @if standing == InvitationStatus::Expired { "Expired " } @else { "Works until " }
                        (zone.date(invitation.expires_at))
                    }
                    @if standing == InvitationStatus::Unsure {
                        p class="soft small" { "Nobody knows whether the mail arrived. Ask them, or send it again." }
                    }
                    @if void {
                        p class="soft small" {
                            (invitation.inviter) " is no admin any more. Send it again, and it counts as yours."
                        }
                    }
                }
                div class="row-actions" {
                    (ui::post_button(Weight::Quiet, &path("resend"), "Send again", Some(address)))
                    (ui::post_button(Weight::Quiet, &path("revoke"), "Revoke", Some(address)))
                }
            }
        }
    }

    fn way_out(&self) -> Markup {
        let org = &self.caller.found.org.value;
        let only_admin = org.admin(self.caller.member.user()).is_some() && org.admins.len() == 1;
        let alone = self.members.iter().all(|member| member.user == self.caller.member.user());
        html! {
            @if alone || !only_admin {
                section aria-labelledby="leave" {
                    h2 id="leave" class="section-head" { "Leave" }
                    @if alone {
                        p class="soft" {
                            "You are the only person here. You lose access at once, and nobody can let you in again. "
                            "A subscription goes on: end it before."
                        }
                    } @else {
                        p class="soft" { "You lose access at once. An admin can invite you again." }
                    }
                    div class="actions" {
                        (ui::post_button(Weight::Secondary, "/members/leave", &format!("Leave {}", org.name), None))
                    }
                }
            }
        }
    }
}

/// What an admin sees who tried to invite somebody with an address that is not proven.
pub fn unverified(product: &str, caller: &AuthenticatedUser) -> Markup {
    let main = html! {
        h1 { "First, your email address" }
        div class="stack" { (prove_address(caller)) }
    };
    let person = Some(caller.person(Some(NavItem::Members)));
    Page { product, title: "Prove your email address", person, width: Width::Narrow, main }.render()
}

fn prove_address(caller: &AuthenticatedUser) -> Markup {
    let address = caller.found.user.value.address.as_str();
    ui::note(
        Tone::Notice,
        "✉️",
        UNPROVEN,
        &html! {
            p { "We mail a sign-in link to " strong { (address) } ". Open it, and you can go on here." }
            form class="actions" method="post" action="/login" {
                (ui::hidden("email", address))
                (ui::hidden("next", "/members"))
                (ui::submit(Weight::Primary, "Mail me the link"))
            }
        },
    )
}

fn form(draft: &Draft<'_>) -> Markup {
    let typed = |name| draft.fields.and_then(|fields| fields.get(name)).unwrap_or_default();
    let error =
        |name| draft.errors.iter().find(|error| error.field == name).map(|error| error.message.as_str());
    let errors: Vec<_> =
        draft.errors.iter().map(|error| (error.field.as_ref(), error.message.as_str())).collect();
    html! {
        form class="card form" method="post" action="/members/invitations" novalidate {
            @if let Some(problem) = draft.refused { (ui::refused(problem)) }
            (ui::error_summary(&errors))
            (Field {
                name: "email",
                kind: ui::Kind::Email,
                label: "Their email address",
                hint: Some("We mail them a link. Only they can use it, for seven days."),
                value: typed("email"),
                autocomplete: "off",
                error: error("email"),
            })
            (Choice {
                name: "role",
                legend: "What will they be?",
                answers: &[
                    RadioOption { value: "member", label: "Member", hint: "Works in the organization." },
                    RadioOption { value: "admin", label: "Admin", hint: "Also invites people, sets things up and pays." },
                ],
                chosen: if typed("role") == "admin" { "admin" } else { "member" },
                error: error("role"),
            })
            div class="actions" { (ui::submit(Weight::Primary, "Send invitation")) }
        }
    }
}

/// The button that turns a member into an admin, or back.
fn change_role(member: &Membership) -> Markup {
    let (role, label) = match member.role {
        Role::Admin => (Role::Member, "Make member"),
        Role::Member => (Role::Admin, "Make admin"),
    };
    html! {
        form class="post" method="post" action={ "/members/" (member.user) "/role" } {
            (ui::hidden("role", role.as_str()))
            button class="button button-quiet" type="submit" aria-label={ (label) ": " (member.name) } { (label) }
        }
    }
}

fn role_badge(role: Role) -> Markup {
    match role {
        Role::Admin => html! { span class="badge tone-notice" { "Admin" } },
        Role::Member => html! { span class="badge" { "Member" } },
    }
}

fn standing_badge(standing: InvitationStatus) -> Markup {
    let (tone, words) = match standing {
        InvitationStatus::Sending => (Tone::Calm, "On its way"),
        InvitationStatus::Unsure => (Tone::Warning, "Perhaps not arrived"),
        InvitationStatus::Waiting => (Tone::Calm, "Pending"),
        InvitationStatus::Failed => (Tone::Ended, "Mail failed"),
        InvitationStatus::Expired => (Tone::Warning, "Expired"),
    };
    html! { span class={ "badge " (tone.class()) } { (words) } }
}

fn count(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
