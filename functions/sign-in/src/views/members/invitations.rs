//! The part of the page that admins see: the invitation form and the invitations.

use domain::people::{Invitation, InvitationStatus, Team, TeamError};
use maud::{Markup, html};
use ui::{Choice, Field, RadioOption, Tone, Weight, access};
use web::auth::AuthenticatedUser;

use super::{MembersPage, role_badge};
use crate::{
    views::{draft::Draft, email_link, emphasized},
    words::{
        self,
        members::{invitations, invite, seats, unverified},
    },
};

impl MembersPage<'_> {
    /// Renders the invitation form. If this admin cannot invite, renders the reason and what to do
    /// instead.
    pub(super) fn invite(&self, draft: &Draft<'_>) -> Markup {
        let org = &self.caller.found.org.value;
        let (members, now) = (self.members.len(), self.caller.now);
        let allowed = org.may_invite(members, now);
        let body = match allowed.and_then(|()| org.check_seats(members + self.open_invitations(), now)) {
            Ok(()) => html! {
                @if !self.caller.found.user.value.verified { (verify_address(self.caller)) }
                (form(draft))
            },
            Err(TeamError::NoSeat(seats)) => self.plan_note("👤", seats::NONE_FREE, &seats::none_free(seats)),
            Err(_) => self.plan_note("🔑", invite::NO_ACCESS, access::sentence(org.status(now))),
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
            div class="actions" { (ui::link_button(Weight::Primary, &plans, access::VIEW_PLANS)) }
        };
        ui::note(Tone::Notice, icon, title, &text)
    }

    /// Renders the confirmation of the invitation that the user has just written.
    pub(super) fn confirmation(&self) -> Markup {
        let caller = self.caller.member.user();
        let newest = self.invitations.iter().filter(|it| it.invited_by == Some(caller));
        let newest = newest.filter(|it| it.is_just_written(self.caller.now)).max_by_key(|it| it.expires_at);
        html! {
            @if let Some(invitation) = newest {
                (ui::note(
                    Tone::Success,
                    "✉️",
                    &invitations::invited(invitation.address.as_str()),
                    &html! { p { (invitations::invited_text(invitation.waits)) } },
                ))
            }
        }
    }

    /// Renders a note about invitations that only wait for a click of this admin.
    pub(super) fn unsent(&self) -> Markup {
        let (org, now) = (&self.caller.found.org.value, self.caller.now);
        let may_send =
            self.caller.found.user.value.verified && org.may_invite(self.members.len(), now).is_ok();
        let unsent = self.invitations.iter().filter(|it| may_send && it.waits).count();
        html! {
            @if unsent > 0 {
                (ui::note(
                    Tone::Notice,
                    "✉️",
                    &invitations::unsent(unsent),
                    &html! { p { a href="#invitations" { (invitations::UNSENT_TEXT) } } },
                ))
            }
        }
    }

    /// Counts the invitations that reserve a seat.
    pub(super) fn open_invitations(&self) -> usize {
        self.invitations.iter().filter(|invitation| invitation.is_open(self.caller.now)).count()
    }

    pub(super) fn invitations(&self) -> Markup {
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

    /// Returns the label of the button that emails an invitation. An invitation that waits can be sent
    /// only by an admin with a verified address, and only if nothing else holds it.
    fn send_label(&self, status: InvitationStatus, held: Option<TeamError>) -> Option<&'static str> {
        match status {
            InvitationStatus::Waiting if held.is_some() || !self.caller.found.user.value.verified => None,
            InvitationStatus::Waiting => Some(invitations::SEND),
            _ => Some(invitations::RESEND),
        }
    }

    fn invitation(&self, invitation: &Invitation) -> Markup {
        let org = &self.caller.found.org.value;
        let (address, inviter) = (invitation.address.as_str(), invitation.inviter.as_str());
        let status = invitation.status(self.caller.now);
        let path = |action| format!("/members/invitations/{}/{action}", invitation.id());
        let team = Team { members: self.members.len(), invited: self.invitations };
        let has_seat = org.check_seat_of(invitation, team, self.caller.now).is_ok();
        let held = org.may_invite(self.members.len(), self.caller.now).err();
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
                    @if status == InvitationStatus::Waiting {
                        p class="soft small" { (invitations::waiting(self.caller.found.user.value.verified, held)) }
                    }
                    @if status == InvitationStatus::Uncertain {
                        p class="soft small" { (invitations::DELIVERY_UNKNOWN) }
                    }
                    @if !org.has_valid_inviter(invitation) {
                        p class="soft small" { (invitations::inviter_no_longer_admin(inviter)) }
                    }
                    @if !has_seat && invitation.is_open(self.caller.now) && !invitation.waits {
                        p class="soft small" { (invitations::NO_SEAT) }
                    }
                }
                div class="row-actions" {
                    @if has_seat && let Some(label) = self.send_label(status, held) {
                        (ui::post_button(Weight::Quiet, &path("resend"), label, Some(address)))
                    }
                    (ui::row_link(&path("revoke"), invitations::REVOKE, address))
                }
            }
        }
    }
}

fn verify_address(caller: &AuthenticatedUser) -> Markup {
    let address = caller.found.user.value.address.as_str();
    ui::note(
        Tone::Notice,
        "✉️",
        unverified::NOTE,
        &html! {
            p { (emphasized(&unverified::text(address))) }
            (email_link(address))
        },
    )
}

fn form(draft: &Draft<'_>) -> Markup {
    let typed = |name| draft.fields.and_then(|fields| fields.get(name)).unwrap_or_default();
    let errors = draft.problem.map_or(&[][..], |problem| &problem.errors);
    let error = |name| errors.iter().find(|error| error.field == name).map(|error| error.message.as_str());
    let summary: Vec<_> = errors.iter().map(|error| (error.field.as_ref(), error.message.as_str())).collect();
    html! {
        form class="card form" method="post" action="/members/invitations" novalidate {
            @if let Some(problem) = draft.problem && errors.is_empty() {
                (ui::problem_note(problem.kind.title(), &problem.detail))
            }
            (ui::error_summary(&summary))
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

fn status_badge(status: InvitationStatus) -> Markup {
    let tone = match status {
        InvitationStatus::Sending | InvitationStatus::Pending => Tone::Calm,
        InvitationStatus::Waiting => Tone::Notice,
        InvitationStatus::Uncertain | InvitationStatus::Expired => Tone::Warning,
        InvitationStatus::Failed => Tone::Ended,
    };
    html! { span class={ "badge " (tone.class()) } { (invitations::status(status)) } }
}
