//! Who belongs to an organization: inviting, joining, changing roles, leaving.
//!
//! Admins lie in the organization's item, and every change of who belongs raises its version. So two of these decisions
//! never rest on the same state: whoever comes second decides again, and no two admins can demote each other.

use jiff::Timestamp;

use crate::{
    address::Address,
    checklist::{Completion, Source},
    id::{OrgId, UserId},
    invitation::{Invitation, MOST_OPEN},
    name::Name,
    org::{AdminContact, MOST_ADMINS, Org, Reminders, Unreachable},
    people::{Admin, Member, Role, User},
    status::{Access, Status},
    task::CompletionTrigger,
};

/// Somebody's place in an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Where.
    pub org: OrgId,
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: Name,
    /// Their address.
    pub address: Address,
    /// What they may do.
    pub role: Role,
    /// Since when.
    pub since: Timestamp,
    /// What they wanted of reminders when they last were an admin; while they are one, the organization says it.
    pub reminders: Reminders,
    /// The same of why mail did not reach them.
    pub unreachable: Option<Unreachable>,
}

impl Membership {
    /// A place of somebody who is new there.
    #[must_use]
    pub fn new(org: OrgId, user: &User, role: Role, now: Timestamp) -> Self {
        Self {
            org,
            user: user.id,
            name: user.name.clone(),
            address: user.address.clone(),
            role,
            since: now,
            reminders: Reminders::default(),
            unreachable: None,
        }
    }
}

/// Why somebody cannot come, go or be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TeamError {
    /// The organization's state does not allow it; a payment would.
    #[error("the organization has no access")]
    NoAccess(Status),
    /// Who invites has not shown that their own address is theirs.
    #[error("the inviting address is unproven")]
    Unverified,
    /// The address is a member's.
    #[error("already a member")]
    AlreadyMember,
    /// The address was invited, and can still accept.
    #[error("already invited")]
    AlreadyInvited,
    /// [`MOST_OPEN`] invitations wait to be accepted.
    #[error("too many open invitations")]
    TooManyOpen,
    /// The invitation was mailed as often as it may be.
    #[error("mailed too often")]
    SentTooOften,
    /// Nobody who may vouches for the invitation any more.
    #[error("the inviter is no admin any more")]
    InviterGone,
    /// There are [`MOST_ADMINS`] admins.
    #[error("too many admins")]
    TooManyAdmins,
    /// Nobody could pay, invite or hand on the organization.
    #[error("the last admin")]
    LastAdmin,
}

impl Org {
    /// Offers `address` a place, and ticks the task of inviting somebody.
    ///
    /// # Errors
    /// Judged in this order: [`Refusal::Unproven`], [`Refusal::NoAccess`], [`Refusal::AlreadyMember`],
    /// [`Refusal::AlreadyInvited`], [`Refusal::TooManyOpen`], [`Refusal::SentTooOften`].
    pub fn invite(
        &mut self,
        admin: &Admin,
        address: Address,
        role: Role,
        known: Option<&User>,
        invited: &[Invitation],
        now: Timestamp,
    ) -> Result<Invitation, TeamError> {
        self.may_invite(admin, now)?;
        if known.is_some_and(|user| user.orgs.contains(&self.id)) {
            return Err(TeamError::AlreadyMember);
        }
        if invited.iter().any(|it| it.is_open(now) && it.address == address) {
            return Err(TeamError::AlreadyInvited);
        }
        room_for_another(invited, &address, now)?;
        let earlier = invited.iter().find(|it| it.address == address);
        let inviter = (admin.user(), admin.name().clone());
        let mut invitation = Invitation::new(self.id, address, role, inviter, now);
        if let Some(earlier) = earlier {
            invitation = invitation.in_place_of(earlier, now)?;
        }
        let by = Some(admin.name().to_string());
        self.tick_by_sign(
            CompletionTrigger::Invitation,
            &Completion { at: now, source: Source::Invitation, by },
            now,
        );
        Ok(invitation)
    }

    /// Has an invitation mailed once more, on the word of whoever asks for that. One that expired opens again. `None`
    /// while a mail of it is on its way.
    ///
    /// # Errors
    /// Judged in this order: [`Refusal::Unproven`], [`Refusal::NoAccess`], [`Refusal::TooManyOpen`],
    /// [`Refusal::SentTooOften`].
    pub fn invite_again(
        &self,
        admin: &Admin,
        invitation: &Invitation,
        invited: &[Invitation],
        now: Timestamp,
    ) -> Result<Option<Invitation>, TeamError> {
        self.may_invite(admin, now)?;
        if invitation.is_on_its_way(now) {
            return Ok(None);
        }
        room_for_another(invited, &invitation.address, now)?;
        let mut again = invitation.clone();
        again.send_again(now)?;
        again.inviter = admin.name().clone();
        again.invited_by = Some(admin.user());
        Ok(Some(again))
    }

    /// Whether somebody who may stands behind an invitation: for a place as an admin its inviter, who has to be one
    /// still; for a place as a member anybody at all.
    #[must_use]
    pub fn vouches_for(&self, invitation: &Invitation) -> bool {
        match invitation.role {
            Role::Admin => invitation.invited_by.is_some_and(|inviter| self.admin(inviter).is_some()),
            Role::Member => !self.admins.is_empty(),
        }
    }

    /// Whether an admin may have invitations mailed: a third person gets them, so whose word it is must be sure.
    ///
    /// # Errors
    /// [`Refusal::Unproven`], [`Refusal::NoAccess`].
    pub fn may_invite(&self, admin: &Admin, now: Timestamp) -> Result<(), TeamError> {
        if !admin.is_verified() {
            return Err(TeamError::Unverified);
        }
        match self.status(now) {
            status if status.access() != Access::Full => Err(TeamError::NoAccess(status)),
            _ => Ok(()),
        }
    }

    /// Whether people may come, go and be changed at all: whatever is not for paying waits until something was paid.
    ///
    /// # Errors
    /// [`Refusal::NoAccess`].
    pub fn may_change_team(&self, now: Timestamp) -> Result<(), TeamError> {
        match self.status(now) {
            status if status.access() == Access::BillingOnly => Err(TeamError::NoAccess(status)),
            _ => Ok(()),
        }
    }

    /// Lets in who accepts an invitation.
    ///
    /// # Errors
    /// Judged in this order: [`Refusal::NoAccess`], [`Refusal::AlreadyMember`], [`Refusal::InviterGone`],
    /// [`Refusal::TooManyAdmins`].
    pub fn accept(
        &mut self,
        invitation: &Invitation,
        user: &User,
        now: Timestamp,
    ) -> Result<Membership, TeamError> {
        self.may_change_team(now)?;
        if user.orgs.contains(&self.id) {
            return Err(TeamError::AlreadyMember);
        }
        if !self.vouches_for(invitation) {
            return Err(TeamError::InviterGone);
        }
        let membership = Membership::new(self.id, user, invitation.role, now);
        if membership.role == Role::Admin {
            self.add_admin(&membership)?;
        }
        Ok(membership)
    }

    /// Gives a member a role. What they want of reminders, and that mail does not reach them, outlasts it.
    ///
    /// # Errors
    /// [`Refusal::NoAccess`], [`Refusal::LastAdmin`], [`Refusal::TooManyAdmins`].
    pub fn change_role(
        &mut self,
        _: &Admin,
        member: &Membership,
        role: Role,
        now: Timestamp,
    ) -> Result<Membership, TeamError> {
        self.may_change_team(now)?;
        let mut appointed = Membership { role, ..member.clone() };
        match role {
            Role::Admin => self.add_admin(member)?,
            Role::Member => {
                if let Some(contact) = self.admin(member.user) {
                    appointed.reminders = contact.reminders;
                    appointed.unreachable = contact.unreachable;
                }
                self.drop_admin(member.user)?;
            }
        }
        Ok(appointed)
    }

    /// Removes somebody.
    ///
    /// # Errors
    /// [`Refusal::NoAccess`], [`Refusal::LastAdmin`].
    pub fn remove(&mut self, _: &Admin, member: &Membership, now: Timestamp) -> Result<(), TeamError> {
        self.may_change_team(now)?;
        self.drop_admin(member.user)
    }

    /// Lets somebody go who wants to. The last admin stays with the others, but nobody is held where they are alone:
    /// somebody else may have made the organization in their name.
    ///
    /// # Errors
    /// [`Refusal::NoAccess`], [`Refusal::LastAdmin`].
    pub fn leave(
        &mut self,
        member: &Member,
        members: &[Membership],
        now: Timestamp,
    ) -> Result<(), TeamError> {
        if members.iter().all(|it| it.user == member.user()) {
            self.admins.clear();
            return Ok(());
        }
        self.may_change_team(now)?;
        self.drop_admin(member.user())
    }

    fn add_admin(&mut self, member: &Membership) -> Result<(), TeamError> {
        if self.admin(member.user).is_some() {
            return Ok(());
        }
        if self.admins.len() >= MOST_ADMINS {
            return Err(TeamError::TooManyAdmins);
        }
        self.admins.push(AdminContact {
            reminders: member.reminders,
            unreachable: member.unreachable,
            ..AdminContact::new(member.user, member.name.clone(), member.address.clone())
        });
        Ok(())
    }

    fn drop_admin(&mut self, user: UserId) -> Result<(), TeamError> {
        if self.admins.iter().all(|admin| admin.user == user) {
            return Err(TeamError::LastAdmin);
        }
        self.admins.retain(|admin| admin.user != user);
        Ok(())
    }
}

/// Whether one more invitation may be open beside those to other addresses.
fn room_for_another(invited: &[Invitation], address: &Address, now: Timestamp) -> Result<(), TeamError> {
    let others = invited.iter().filter(|it| it.is_open(now) && it.address != *address);
    if others.count() < MOST_OPEN { Ok(()) } else { Err(TeamError::TooManyOpen) }
}
