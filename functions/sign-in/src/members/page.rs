//! The page of members and invitations.

use domain::people::{Invitation, InvitationStatus, Membership, Role, Team, TeamError};
use maud::{Markup, Render, html};
use ui::{Choice, Field, NavItem, Page, RadioOption, Tone, Weight, Width};
use web::{FieldError, Fields, Problem};

use crate::{
    auth::AuthenticatedUser,
    pages::emphasized,
    words::{
        self,
        members::{self as words_of, invitations, invite, leave, seats, unverified},
    },
};

/// View model of `/members`.
pub struct MembersPage<'a> {
    pub product: &'a str,
    pub caller: &'a AuthenticatedUser,
    pub members: &'a [Membership],
    pub invitations: &'a [Invitation],
}

/// The values and errors of a rejected invitation form, or an empty form.
#[derive(Default)]
pub struct Draft<'a> {
    pub fields: Option<&'a Fields>,
    pub errors: &'a [FieldError],
    /// The problem that is not about a single field.
    pub problem: Option<&'a Problem>,
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
                (self.people())
                @if admin.is_some() {
                    (self.invite(draft))
                    (self.invitations())
                }
                (self.leave())
            }
        };
        let is_accepted = draft.errors.is_empty() && draft.problem.is_none();
        let title =
            if is_accepted { words_of::TITLE.to_owned() } else { words::error_title(words_of::TITLE) };
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
                            (ui::post_button(
                                Weight::Quiet,
                                &format!("/members/{}/remove", member.user),
                                words_of::REMOVE,
                                Some(member.name.as_str()),
                            ))
                        }
                    }
                }
            }
        }
    }

    /// Renders the invitation form. If this admin cannot invite, renders the reason and what to do
    /// instead. Empty for other members.
    fn invite(&self, draft: &Draft<'_>) -> Markup {
        let org = &self.caller.found.org.value;
        let Some(admin) = self.caller.member.admin() else { return html! {} };
        let (members, now) = (self.members.len(), self.caller.now);
        let allowed = org.may_invite(&admin, members, now);
        let body = match allowed.and_then(|()| org.check_seats(members + self.open_invitations(), now)) {
            Ok(()) => form(draft),
            Err(TeamError::Unverified) => verify_address(self.caller),
            Err(TeamError::NoSeat(seats)) => self.plan_note("🪑", seats::NONE_FREE, &seats::none_free(seats)),
            Err(_) => self.plan_note("🔑", invite::PLAN_NEEDED, invite::PLAN_NEEDED_TEXT),
        };
        html! {
            section aria-labelledby="invite" {
                h2 id="invite" class="section-head" { (invite::TITLE) }
                (body)
            }
        }
    }

    /// Renders the reason why this admin cannot invite, with a link to the plans.
    fn plan_note(&self, icon: &str, title: &str, text: &str) -> Markup {
        let plans = format!("/organizations/{}", self.caller.found.org.value.id);
        let text = html! {
            p { (text) }
            div class="actions" { (ui::link_button(Weight::Primary, &plans, invite::VIEW_PLANS)) }
        };
        ui::note(Tone::Notice, icon, title, &text)
    }

    /// Counts the invitations that reserve a seat.
    fn open_invitations(&self) -> usize {
        self.invitations.iter().filter(|invitation| invitation.is_open(self.caller.now)).count()
    }

    fn invitations(&self) -> Markup {
        html! {
            @if !self.invitations.is_empty() {
                section aria-labelledby="invitations" {
                    h2 id="invitations" class="section-head" { (invitations::TITLE) }
                    ul class="rows" {
                        @for invitation in self.invitations { (self.invitation(invitation)) }
                    }
                }
            }
        }
    }

    fn invitation(&self, invitation: &Invitation) -> Markup {
        let org = &self.caller.found.org.value;
        let (address, inviter) = (invitation.address.as_str(), invitation.inviter.as_str());
        let status = invitation.status(self.caller.now);
        let path = |action| format!("/members/invitations/{}/{action}", invitation.id());
        let team = Team { members: self.members.len(), invited: self.invitations };
        let has_seat = org.check_seat_of(invitation, team, self.caller.now).is_ok();
        html! {
            li class="row" {
                div class="row-text" {
                    div class="row-line" {
                        h3 { (address) }
                        (status_badge(status))
                        (role_badge(invitation.role))
                    }
                    p class="soft small" {
                        (invitations::invited_by(inviter, status, &org.zone.date(invitation.expires_at)))
                    }
                    @if status == InvitationStatus::Uncertain {
                        p class="soft small" { (invitations::DELIVERY_UNKNOWN) }
                    }
                    @if !org.has_valid_inviter(invitation) {
                        p class="soft small" { (invitations::inviter_no_longer_admin(inviter)) }
                    }
                    @if !has_seat && invitation.is_open(self.caller.now) {
                        p class="soft small" { (invitations::NO_SEAT) }
                    }
                }
                div class="row-actions" {
                    @if has_seat { (ui::post_button(Weight::Quiet, &path("resend"), invitations::RESEND, Some(address))) }
                    (ui::post_button(Weight::Quiet, &path("revoke"), invitations::REVOKE, Some(address)))
                }
            }
        }
    }

    /// Renders the button to leave. The only admin cannot leave while other members remain.
    fn leave(&self) -> Markup {
        let org = &self.caller.found.org.value;
        let only_admin = org.admin(self.caller.member.user()).is_some() && org.admins.len() == 1;
        let alone = self.members.iter().all(|member| member.user == self.caller.member.user());
        html! {
            @if alone || !only_admin {
                section aria-labelledby="leave" {
                    h2 id="leave" class="section-head" { (leave::TITLE) }
                    p class="soft" { @if alone { (leave::ALONE) } @else { (leave::WITH_OTHERS) } }
                    div class="actions" {
                        (ui::post_button(
                            Weight::Secondary,
                            "/members/leave",
                            &leave::submit(org.name.as_str()),
                            None,
                        ))
                    }
                }
            }
        }
    }
}

/// Renders the response to an admin who tried to invite, but whose address is not verified.
pub fn unverified(product: &str, caller: &AuthenticatedUser) -> Markup {
    let main = html! {
        h1 { (words::VERIFY_FIRST) }
        div class="stack" { (verify_address(caller)) }
    };
    let person = Some(caller.person(Some(NavItem::Members)));
    Page { product, title: words::VERIFY_ADDRESS, person, width: Width::Narrow, main }.render()
}

fn verify_address(caller: &AuthenticatedUser) -> Markup {
    let address = caller.found.user.value.address.as_str();
    ui::note(
        Tone::Notice,
        "✉️",
        unverified::NOTE,
        &html! {
            p { (emphasized(&unverified::text(address))) }
            form class="actions" method="post" action="/login" {
                (ui::hidden("email", address))
                (ui::hidden("next", "/members"))
                (ui::submit(Weight::Primary, words::EMAIL_LINK))
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
            @if let Some(problem) = draft.problem { (ui::problem_note(problem.kind.title(), &problem.detail)) }
            (ui::error_summary(&errors))
            (Field {
                name: "email",
                kind: ui::Kind::Email,
                label: invite::EMAIL,
                hint: Some(&invite::email_hint()),
                value: typed("email"),
                autocomplete: "off",
                error: error("email"),
            })
            (Choice {
                name: "role",
                legend: invite::ROLE,
                options: &[
                    RadioOption { value: "member", label: words::role::MEMBER, hint: invite::MEMBER_HINT },
                    RadioOption { value: "admin", label: words::role::ADMIN, hint: invite::ADMIN_HINT },
                ],
                selected: if typed("role") == "admin" { "admin" } else { "member" },
                error: error("role"),
            })
            div class="actions" { (ui::submit(Weight::Primary, invite::SUBMIT)) }
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

fn status_badge(status: InvitationStatus) -> Markup {
    let tone = match status {
        InvitationStatus::Sending | InvitationStatus::Waiting => Tone::Calm,
        InvitationStatus::Uncertain | InvitationStatus::Expired => Tone::Warning,
        InvitationStatus::Failed => Tone::Ended,
    };
    html! { span class={ "badge " (tone.class()) } { (invitations::status(status)) } }
}
