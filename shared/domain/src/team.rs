//! Who belongs to an organization: inviting, joining, changing roles, leaving.
//!
//! Admins lie in the organization's item, and every change of who belongs raises its version. So two of these decisions
//! never rest on the same state: whoever comes second decides again, and no two admins can demote each other.

use jiff::Timestamp;

use crate::{
    address::Address,
    checklist::{Source, Tick},
    id::{OrgId, UserId},
    invitation::{Invitation, MOST_OPEN},
    name::Name,
    org::{AdminContact, MOST_ADMINS, Org},
    people::{Admin, Member, Role, User},
    status::{Access, Status},
    task,
};

/// The task that sending an invitation completes.
const INVITING_TASK: &str = "invited_team_member";

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
}

/// Why somebody cannot come, go or be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The organization's state does not allow it; a payment would.
    #[error("the organization has no access")]
    NoAccess(Status),
    /// Who invites has not shown that their own address is theirs.
    #[error("the inviting address is unproven")]
    Unproven,
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
    /// [`Refusal::AlreadyInvited`], [`Refusal::TooManyOpen`].
    pub fn invite(
        &mut self,
        admin: &Admin,
        address: Address,
        role: Role,
        known: Option<&User>,
        invited: &[Invitation],
        now: Timestamp,
    ) -> Result<Invitation, Refusal> {
        self.may_invite(admin, now)?;
        if known.is_some_and(|user| user.orgs.contains(&self.id)) {
            return Err(Refusal::AlreadyMember);
        }
        if invited.iter().any(|it| it.is_open(now) && it.address == address) {
            return Err(Refusal::AlreadyInvited);
        }
        room_for_another(invited, &address, now)?;
        let inviter = admin.name().clone();
        if let Some(task) = task::find(INVITING_TASK) {
            let tick = Tick { at: now, source: Source::Invitation, by: Some(inviter.to_string()) };
            self.checklist.complete(task, tick, now);
        }
        Ok(Invitation::new(self.id, address, role, inviter, now))
    }

    /// Has an invitation mailed once more. One that expired opens again.
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
    ) -> Result<Invitation, Refusal> {
        self.may_invite(admin, now)?;
        room_for_another(invited, &invitation.address, now)?;
        let mut again = invitation.clone();
        again.send_again(now)?;
        Ok(again)
    }

    /// Whether an admin may have invitations mailed: a third person gets them, so whose word it is must be sure.
    ///
    /// # Errors
    /// [`Refusal::Unproven`], [`Refusal::NoAccess`].
    pub fn may_invite(&self, admin: &Admin, now: Timestamp) -> Result<(), Refusal> {
        if !admin.is_proven() {
            return Err(Refusal::Unproven);
        }
        match self.status(now) {
            status if status.access() != Access::Full => Err(Refusal::NoAccess(status)),
            _ => Ok(()),
        }
    }

    /// Whether people may come, go and be changed at all: whatever is not for paying waits until something was paid.
    ///
    /// # Errors
    /// [`Refusal::NoAccess`].
    pub fn may_change_team(&self, now: Timestamp) -> Result<(), Refusal> {
        match self.status(now) {
            status if status.access() == Access::BillingOnly => Err(Refusal::NoAccess(status)),
            _ => Ok(()),
        }
    }

    /// Lets in who accepts an invitation.
    ///
    /// # Errors
    /// [`Refusal::NoAccess`], [`Refusal::AlreadyMember`], [`Refusal::TooManyAdmins`].
    pub fn admit(
        &mut self,
        invitation: &Invitation,
        user: &User,
        now: Timestamp,
    ) -> Result<Membership, Refusal> {
        self.may_change_team(now)?;
        if user.orgs.contains(&self.id) {
            return Err(Refusal::AlreadyMember);
        }
        let membership = Membership {
            org: self.id,
            user: user.id,
            name: user.name.clone(),
            address: user.address.clone(),
            role: invitation.role,
            since: now,
        };
        if membership.role == Role::Admin {
            self.add_admin(&membership)?;
        }
        Ok(membership)
    }

    /// Gives a member a role.
    ///
    /// # Errors
    /// [`Refusal::NoAccess`], [`Refusal::LastAdmin`], [`Refusal::TooManyAdmins`].
    pub fn appoint(
        &mut self,
        _: &Admin,
        member: &Membership,
        role: Role,
        now: Timestamp,
    ) -> Result<Membership, Refusal> {
        self.may_change_team(now)?;
        match role {
            Role::Admin => self.add_admin(member)?,
            Role::Member => self.drop_admin(member.user)?,
        }
        Ok(Membership { role, ..member.clone() })
    }

    /// Removes somebody.
    ///
    /// # Errors
    /// [`Refusal::NoAccess`], [`Refusal::LastAdmin`].
    pub fn remove(&mut self, _: &Admin, member: &Membership, now: Timestamp) -> Result<(), Refusal> {
        self.may_change_team(now)?;
        self.drop_admin(member.user)
    }

    /// Lets somebody go who wants to.
    ///
    /// # Errors
    /// [`Refusal::NoAccess`], [`Refusal::LastAdmin`].
    pub fn leave(&mut self, member: &Member, now: Timestamp) -> Result<(), Refusal> {
        self.may_change_team(now)?;
        self.drop_admin(member.user())
    }

    fn add_admin(&mut self, member: &Membership) -> Result<(), Refusal> {
        if self.admin(member.user).is_some() {
            return Ok(());
        }
        if self.admins.len() >= MOST_ADMINS {
            return Err(Refusal::TooManyAdmins);
        }
        self.admins.push(AdminContact::new(member.user, member.name.clone(), member.address.clone()));
        Ok(())
    }

    fn drop_admin(&mut self, user: UserId) -> Result<(), Refusal> {
        if self.admins.iter().all(|admin| admin.user == user) {
            return Err(Refusal::LastAdmin);
        }
        self.admins.retain(|admin| admin.user != user);
        Ok(())
    }
}

/// Whether one more invitation may be open beside those to other addresses.
fn room_for_another(invited: &[Invitation], address: &Address, now: Timestamp) -> Result<(), Refusal> {
    let others = invited.iter().filter(|it| it.is_open(now) && it.address != *address);
    if others.count() < MOST_OPEN { Ok(()) } else { Err(Refusal::TooManyOpen) }
}
