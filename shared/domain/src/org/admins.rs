//! The admins of an organization as recipients of notices.

use jiff::Timestamp;

use super::{AdminContact, Org, Reminders, SuppressionReason, Undeliverable};
use crate::{id::UserId, mail::ROLE_CHANGE_SHOWN_FOR, people::Name, time::add};

/// Maximum number of admins. The admins are stored in the organization's item, and DynamoDB limits
/// the size of an item.
pub const MAX_ADMINS: usize = 20;

impl Org {
    /// Returns when another person changed the role of a member, if that was in the last 24 hours.
    /// `since` is when the membership began. The removal from an earlier membership does not count.
    #[must_use]
    pub fn recent_role_change(&self, user: UserId, since: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let at = self.outbox.membership_changed_at(user)?;
        (since <= at && now < add(at, ROLE_CHANGE_SHOWN_FOR)).then_some(at)
    }

    /// Returns the admin with that id.
    #[must_use]
    pub fn admin(&self, user: UserId) -> Option<&AdminContact> {
        self.admins.iter().find(|admin| admin.user == user)
    }

    /// Changes the name of an admin. Unknown users are ignored.
    pub fn rename_admin(&mut self, user: UserId, name: &Name) {
        if let Some(admin) = self.admins.iter_mut().find(|admin| admin.user == user) {
            admin.name = name.clone();
        }
    }

    /// Stores whether an admin wants reminders. Unknown users are ignored.
    pub fn set_reminders(&mut self, user: UserId, reminders: Reminders) {
        if let Some(admin) = self.admins.iter_mut().find(|admin| admin.user == user) {
            admin.reminders = reminders;
        }
    }

    /// Suppresses notices to an admin. Their pending emails are dropped when the mailer tries to
    /// claim them.
    ///
    /// If notices to the admin were already suppressed, the first reason stays. Returns `true` if
    /// this call suppressed them, and `false` if nothing changed.
    pub fn suppress(&mut self, user: UserId, why: SuppressionReason, now: Timestamp) -> bool {
        match self.admins.iter_mut().find(|admin| admin.user == user) {
            Some(admin) if admin.unreachable.is_none() => {
                admin.unreachable = Some(Undeliverable { since: now, why });
                true
            }
            _ => false,
        }
    }

    /// Ends a suppression that a bounce caused, because an email that was sent at `sent_at` was
    /// delivered.
    ///
    /// The suppression ends only if it began before `sent_at`. A suppression after a complaint
    /// stays, because a delivered email does not revoke the complaint.
    pub fn restore(&mut self, user: UserId, sent_at: Timestamp) {
        let bounced_before = |it: &Undeliverable| it.why == SuppressionReason::Bounced && it.since < sent_at;
        if let Some(admin) = self.admins.iter_mut().find(|admin| admin.user == user)
            && admin.unreachable.as_ref().is_some_and(bounced_before)
        {
            admin.unreachable = None;
        }
    }
}
