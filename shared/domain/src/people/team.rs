//! Membership of an organization: inviting, accepting, changing roles, leaving, and removing.
//!
//! The admins are stored in the organization's item, and each membership change raises the version
//! of this item. If two changes happen at the same time, the second write fails. The caller then
//! decides the second change again, with the new state. So two admins who demote each other at the
//! same time cannot leave the organization without an admin.
//!
//! A plan can limit the number of members ([`Org::seats`]). Each member takes a seat, and an open
//! invitation reserves one. If the limit falls below the number of members, all members stay, but
//! no one can join. A caller must count the members after it read the organization's item. Without
//! a limit, the number of members is not used, so the caller need not count them.

use jiff::Timestamp;

use super::{Address, Admin, Invitation, MAX_OPEN_INVITATIONS, Member, Membership, Role, TeamError, User};
use crate::{
    checklist::{Completion, CompletionTrigger, Source},
    id::UserId,
    org::{Access, AdminContact, MAX_ADMINS, Org},
};

/// The people of an organization, as far as they count for a limit.
#[derive(Clone, Copy, Debug)]
pub struct Team<'a> {
    /// Number of members. Without a limit of seats, any number.
    pub members: usize,
    /// The stored invitations, including expired and revoked ones.
    pub invited: &'a [Invitation],
}

impl Org {
    /// Creates an invitation of `address`, and completes the tasks that an invitation completes. The
    /// invitation waits if the admin's address is not verified, because its email goes to a third
    /// party.
    ///
    /// `known` is the user with that address; `None` if there is no such user. `team` contains the
    /// organization's stored invitations, including expired and revoked ones.
    ///
    /// # Errors
    /// The first error that applies, in this order: [`TeamError::NoAccess`], [`TeamError::NoSeat`],
    /// [`TeamError::AlreadyMember`], [`TeamError::AlreadyInvited`], [`TeamError::TooManyOpen`],
    /// [`TeamError::SentTooOften`].
    pub fn invite(
        &mut self,
        admin: &Admin,
        (address, role): (Address, Role),
        known: Option<&User>,
        Team { members, invited }: Team<'_>,
        now: Timestamp,
    ) -> Result<Invitation, TeamError> {
        self.may_invite(members, now)?;
        self.check_seats(members + open_besides(invited, &address, now), now)?;
        if known.is_some_and(|user| user.orgs.contains(&self.id)) {
            return Err(TeamError::AlreadyMember);
        }
        if invited.iter().any(|it| it.is_open(now) && it.address == address) {
            return Err(TeamError::AlreadyInvited);
        }
        check_open_limit(invited, &address, now)?;
        let earlier = invited.iter().find(|it| it.address == address);
        let inviter = (admin.user(), admin.name().clone());
        let mut invitation = Invitation::new(self.id, address, role, inviter, now);
        if let Some(earlier) = earlier {
            invitation = invitation.replacing(earlier, now)?;
        }
        if !admin.is_verified() {
            invitation = invitation.waiting();
        }
        let by = Some(admin.name().to_string());
        self.complete_by_trigger(
            CompletionTrigger::Invitation,
            &Completion { at: now, source: Source::Invitation, by },
            now,
        );
        Ok(invitation)
    }

    /// Requests another email of an invitation, in the name of `admin`, and returns the changed
    /// invitation. An expired invitation becomes open again.
    ///
    /// An invitation that waits becomes due if the address of `admin` is verified. In the name of an
    /// admin with an unverified address, an invitation waits.
    ///
    /// Returns `None` if the invitation still waits, if the newest email is pending, or if it was
    /// requested less than [`RESEND_DELAY`](super::RESEND_DELAY) ago.
    ///
    /// # Errors
    /// The first error that applies, in this order: [`TeamError::NoAccess`], [`TeamError::NoSeat`],
    /// [`TeamError::TooManyOpen`], [`TeamError::SentTooOften`].
    pub fn resend_invitation(
        &self,
        admin: &Admin,
        invitation: &Invitation,
        team: Team<'_>,
        now: Timestamp,
    ) -> Result<Option<Invitation>, TeamError> {
        self.may_invite(team.members, now)?;
        self.check_seat_of(invitation, team, now)?;
        let mut again = invitation.clone();
        match (invitation.waits, admin.is_verified()) {
            (true, true) => again.release(now),
            (true, false) => return Ok(None),
            (false, _) if invitation.is_recently_sent(now) => return Ok(None),
            (false, verified) => {
                check_open_limit(team.invited, &invitation.address, now)?;
                again.send_again(now)?;
                again.waits = !verified;
            }
        }
        again.inviter = admin.name().clone();
        again.invited_by = Some(admin.user());
        Ok(Some(again))
    }

    /// Returns whether an invitation still has a valid inviter.
    ///
    /// An invitation to become an admin is valid only while its inviter is an admin. An invitation
    /// to become a member is valid while the organization has at least one admin.
    #[must_use]
    pub fn has_valid_inviter(&self, invitation: &Invitation) -> bool {
        match invitation.role {
            Role::Admin => invitation.invited_by.is_some_and(|inviter| self.admin(inviter).is_some()),
            Role::Member => !self.admins.is_empty(),
        }
    }

    /// Checks whether admins may invite. The organization must have full access, and its members must
    /// leave a seat free.
    ///
    /// # Errors
    /// [`TeamError::NoAccess`], [`TeamError::NoSeat`].
    pub fn may_invite(&self, members: usize, now: Timestamp) -> Result<(), TeamError> {
        match self.status(now) {
            status if status.access() != Access::Full => Err(TeamError::NoAccess(status)),
            _ => self.check_seats(members, now),
        }
    }

    /// Checks whether the invitations that wait can be sent together. `taken` is the number of members
    /// and of open invitations, including those that wait. Each of them needs a seat.
    ///
    /// # Errors
    /// [`TeamError::NoAccess`], [`TeamError::NoSeat`].
    pub fn may_release(&self, taken: usize, now: Timestamp) -> Result<(), TeamError> {
        self.may_invite(taken.saturating_sub(1), now)
    }

    /// Checks whether the plan has a seat for an invitation that is sent again. An open invitation
    /// keeps its seat. An expired one needs a seat that no other open invitation reserves.
    ///
    /// # Errors
    /// [`TeamError::NoSeat`].
    pub fn check_seat_of(
        &self,
        invitation: &Invitation,
        Team { members, invited }: Team<'_>,
        now: Timestamp,
    ) -> Result<(), TeamError> {
        let others =
            if invitation.is_open(now) { 0 } else { open_besides(invited, &invitation.address, now) };
        self.check_seats(members + others, now)
    }

    /// Checks whether the plan has one more seat than `taken`.
    ///
    /// # Errors
    /// [`TeamError::NoSeat`].
    pub fn check_seats(&self, taken: usize, now: Timestamp) -> Result<(), TeamError> {
        match self.seats(now) {
            Some(seats) if taken >= seats => Err(TeamError::NoSeat(seats)),
            _ => Ok(()),
        }
    }

    /// Checks whether memberships can change. They cannot change while the organization's status
    /// allows only viewing and paying.
    ///
    /// # Errors
    /// [`TeamError::NoAccess`].
    pub fn may_change_team(&self, now: Timestamp) -> Result<(), TeamError> {
        match self.status(now) {
            status if status.access() == Access::BillingOnly => Err(TeamError::NoAccess(status)),
            _ => Ok(()),
        }
    }

    /// Checks whether one more person can join. Open invitations reserve no seat here, because the
    /// person who joins has one of them.
    ///
    /// # Errors
    /// [`TeamError::NoAccess`], [`TeamError::NoSeat`].
    pub fn may_join(&self, members: usize, now: Timestamp) -> Result<(), TeamError> {
        self.may_change_team(now)?;
        self.check_seats(members, now)
    }

    /// Accepts an invitation for `user`.
    ///
    /// # Errors
    /// The first error that applies, in this order: [`TeamError::NoAccess`],
    /// [`TeamError::NoSeat`], [`TeamError::AlreadyMember`], [`TeamError::InviterGone`],
    /// [`TeamError::TooManyAdmins`].
    pub fn accept(
        &mut self,
        invitation: &Invitation,
        user: &User,
        members: usize,
        now: Timestamp,
    ) -> Result<Membership, TeamError> {
        self.may_join(members, now)?;
        if user.orgs.contains(&self.id) {
            return Err(TeamError::AlreadyMember);
        }
        if !self.has_valid_inviter(invitation) {
            return Err(TeamError::InviterGone);
        }
        let membership = Membership::new(self.id, user, invitation.role, now);
        self.add_member(&membership)?;
        Ok(membership)
    }

    /// Changes the role of a member, and returns the changed membership. The member's reminder
    /// choice and suppression stay the same. If another person changed the role, the member is
    /// notified.
    ///
    /// # Errors
    /// [`TeamError::NoAccess`], [`TeamError::LastAdmin`], [`TeamError::TooManyAdmins`].
    pub fn change_role(
        &mut self,
        admin: &Admin,
        member: &Membership,
        role: Role,
        now: Timestamp,
    ) -> Result<Membership, TeamError> {
        self.may_change_team(now)?;
        let changed = self.set_role(member, role)?;
        if role != member.role {
            self.notify_member(admin, member.user, now);
        }
        Ok(changed)
    }

    /// Removes a member from the organization. If another person removed the member, the member is
    /// notified.
    ///
    /// # Errors
    /// [`TeamError::NoAccess`], [`TeamError::LastAdmin`].
    pub fn remove(&mut self, admin: &Admin, member: &Membership, now: Timestamp) -> Result<(), TeamError> {
        self.may_change_team(now)?;
        self.remove_member(member.user)?;
        self.notify_member(admin, member.user, now);
        Ok(())
    }

    fn notify_member(&mut self, by: &Admin, user: UserId, now: Timestamp) {
        if by.user() != user {
            self.outbox.enqueue_membership_changed(user, now);
        }
    }

    /// Ends the membership of the requesting user.
    ///
    /// The last admin cannot leave while the organization has other members. A user who is the only
    /// member can leave in every status, because another person may have signed up with the user's
    /// address. A subscription must end first, because no one could cancel it after that.
    ///
    /// # Errors
    /// [`TeamError::NoAccess`], [`TeamError::LastAdmin`], [`TeamError::Subscribed`].
    pub fn leave(
        &mut self,
        member: &Member,
        members: &[Membership],
        now: Timestamp,
    ) -> Result<(), TeamError> {
        if members.iter().all(|it| it.user == member.user()) {
            if self.billing.is_alive(now) {
                return Err(TeamError::Subscribed);
            }
            self.admins.clear();
            self.member_count = Some(0);
            return Ok(());
        }
        self.may_change_team(now)?;
        self.remove_member(member.user())
    }

    pub(super) fn set_role(&mut self, member: &Membership, role: Role) -> Result<Membership, TeamError> {
        let mut changed = Membership { role, ..member.clone() };
        match role {
            Role::Admin => self.add_admin(member)?,
            Role::Member => {
                if let Some(contact) = self.admin(member.user) {
                    changed.reminders = contact.reminders;
                    changed.unreachable = contact.unreachable;
                }
                self.remove_admin(member.user)?;
            }
        }
        Ok(changed)
    }

    pub(super) fn add_member(&mut self, membership: &Membership) -> Result<(), TeamError> {
        if membership.role == Role::Admin {
            self.add_admin(membership)?;
        }
        self.member_count = self.member_count.map(|count| count.saturating_add(1));
        Ok(())
    }

    pub(super) fn remove_member(&mut self, user: UserId) -> Result<(), TeamError> {
        self.remove_admin(user)?;
        self.member_count = self.member_count.map(|count| count.saturating_sub(1));
        Ok(())
    }

    fn add_admin(&mut self, member: &Membership) -> Result<(), TeamError> {
        if self.admin(member.user).is_some() {
            return Ok(());
        }
        if self.admins.len() >= MAX_ADMINS {
            return Err(TeamError::TooManyAdmins);
        }
        self.admins.push(AdminContact {
            reminders: member.reminders,
            unreachable: member.unreachable,
            ..AdminContact::new(member.user, member.name.clone(), member.address.clone())
        });
        Ok(())
    }

    fn remove_admin(&mut self, user: UserId) -> Result<(), TeamError> {
        if self.admins.iter().all(|admin| admin.user == user) {
            return Err(TeamError::LastAdmin);
        }
        self.admins.retain(|admin| admin.user != user);
        Ok(())
    }
}

/// Checks the maximum number of open invitations.
fn check_open_limit(invited: &[Invitation], address: &Address, now: Timestamp) -> Result<(), TeamError> {
    match open_besides(invited, address, now) {
        others if others < MAX_OPEN_INVITATIONS => Ok(()),
        _ => Err(TeamError::TooManyOpen),
    }
}

/// Counts the open invitations. An open invitation of `address` is not counted, because the
/// requested invitation replaces it.
fn open_besides(invited: &[Invitation], address: &Address, now: Timestamp) -> usize {
    invited.iter().filter(|it| it.is_open(now) && it.address != *address).count()
}
