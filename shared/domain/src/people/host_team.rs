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
