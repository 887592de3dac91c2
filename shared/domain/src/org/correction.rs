//! The correction of a mistyped address that is not verified.

use jiff::Timestamp;

use super::{AdminContact, Org};
use crate::{
    mail::{Delivery, NoticeKey},
    people::{Address, Membership, User},
};

/// Reason why an address cannot be corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCorrectable {
    /// The user has verified the address.
    #[error("the address is verified")]
    Verified,
}

impl Org {
    /// Gives a user whose address is not verified another address, which is not verified either. The
    /// welcome email is sent again, if the organization had one. Nothing that happened to emails to
    /// the old address applies to the new one.
    ///
    /// A user without a verified address has only one organization, so `self` and `membership` contain
    /// all copies of the address.
    ///
    /// # Errors
    /// [`NotCorrectable::Verified`].
    pub fn correct_address(
        &mut self,
        user: &mut User,
        membership: &mut Membership,
        address: &Address,
        now: Timestamp,
    ) -> Result<(), NotCorrectable> {
        if user.verified {
            return Err(NotCorrectable::Verified);
        }
        user.address = address.clone();
        membership.address = address.clone();
        if let Some(admin) = self.admins.iter_mut().find(|admin| admin.user == user.id) {
            *admin = AdminContact::new(user.id, admin.name.clone(), address.clone());
        }
        let waits = self.run.as_ref().is_some_and(|run| run.waiting.is_some());
        match waits {
            // The welcome email waits for the end of the run.
            true => drop(self.outbox.0.insert(NoticeKey::Verify, [(user.id, Delivery::pending(now))].into())),
            false if self.provisioned.is_some() => self.outbox.enqueue_welcome_again(user.id, now),
            false => {}
        }
        Ok(())
    }

    /// Returns whether a correction from `old` to `new` needs a trial record, because the trial of the
    /// organization moves to another mailbox.
    #[must_use]
    pub fn moves_trial(&self, old: &Address, new: &Address) -> bool {
        self.current_trial().is_some() && old.mailbox_hash() != new.mailbox_hash()
    }
}
