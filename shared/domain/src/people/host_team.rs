//! Changes of memberships by the host app. They work in every status of the organization, because the
//! host app decides who its users are.

use jiff::Timestamp;

use super::{Membership, Role, TeamError, User};
use crate::org::Org;

impl Org {
    /// Adds a person, who is not a member, and returns the membership. No email is sent. `members` is
    /// the number of members, which a plan may limit.
    ///
    /// # Errors
    /// [`TeamError::NoSeat`], [`TeamError::TooManyAdmins`].
    pub fn add_from_host(
        &mut self,
        user: &User,
        role: Role,
        members: usize,
        now: Timestamp,
    ) -> Result<Membership, TeamError> {
        self.check_seats(members, now)?;
        let membership = Membership::new(self.id, user, role, now);
        self.add_member(&membership)?;
        Ok(membership)
    }

    /// Changes the role of a member, and returns the changed membership. The member is notified.
    ///
    /// # Errors
    /// [`TeamError::LastAdmin`], [`TeamError::TooManyAdmins`].
    pub fn change_role_from_host(
        &mut self,
        member: &Membership,
        role: Role,
        now: Timestamp,
    ) -> Result<Membership, TeamError> {
        let changed = self.set_role(member, role)?;
        if role != member.role {
            self.outbox.enqueue_membership_changed(member.user, now);
        }
        Ok(changed)
    }

    /// Copies the name and the address of a changed user to their membership and to the admins. Nothing
    /// that happened to emails to an earlier address applies to a new one.
    pub fn update_person(&mut self, user: &User, member: &Membership) -> Membership {
        let is_same = member.address == user.address;
        let (name, address) = (user.name.clone(), user.address.clone());
        let unreachable = member.unreachable.filter(|_| is_same);
        if let Some(admin) = self.admins.iter_mut().find(|admin| admin.user == user.id) {
            admin.name.clone_from(&name);
            admin.address.clone_from(&address);
            admin.unreachable = admin.unreachable.filter(|_| is_same);
        }
        Membership { name, address, unreachable, ..member.clone() }
    }

    /// Removes a member from the organization. The person is notified.
    ///
    /// # Errors
    /// [`TeamError::LastAdmin`].
    pub fn remove_from_host(&mut self, member: &Membership, now: Timestamp) -> Result<(), TeamError> {
        self.remove_member(member.user)?;
        self.outbox.enqueue_membership_changed(member.user, now);
        Ok(())
    }
}
