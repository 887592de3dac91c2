//! Admins as recipients of notices: address, reminder choice, and deliverability.

use jiff::Timestamp;

use crate::{
    id::UserId,
    mail::NoticeKey,
    people::{Address, Name},
};

/// An admin of an organization, with the data that the mailer needs to send them a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminContact {
    /// Id of the admin.
    pub user: UserId,
    /// Name used in the greeting.
    pub name: Name,
    /// Address that receives the notices.
    pub address: Address,
    /// Their choice about reminders of this organization.
    pub reminders: Reminders,
    /// The suppression of notices to the admin; `None` while notices are sent.
    pub unreachable: Option<Undeliverable>,
}

impl AdminContact {
    /// Returns an admin who receives every notice.
    #[must_use]
    pub const fn new(user: UserId, name: Name, address: Address) -> Self {
        Self { user, name, address, reminders: Reminders::Wanted, unreachable: None }
    }

    /// Returns whether the admin gets a notice. The admin must want it, and notices to the admin
    /// must not be suppressed.
    #[must_use]
    pub const fn gets(&self, key: &NoticeKey) -> bool {
        self.unreachable.is_none() && self.wants(key)
    }

    /// Returns whether the admin wants a notice. An admin can only refuse reminders. The other
    /// notices report events that already happened, so every admin wants them.
    #[must_use]
    pub const fn wants(&self, key: &NoticeKey) -> bool {
        match self.reminders {
            Reminders::Wanted => true,
            Reminders::Unwanted => !key.is_reminder(),
        }
    }
}

/// An admin's choice about reminders of one organization.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reminders {
    /// They receive reminders (the default).
    #[default]
    Wanted,
    /// They unsubscribed from reminders.
    Unwanted,
}

/// Suppression of notices to an admin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undeliverable {
    /// Time at which notices were first suppressed.
    pub since: Timestamp,
    /// Event that caused the suppression.
    pub why: SuppressionReason,
}

/// Event at SES after which notices to an address are suppressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuppressionReason {
    /// The address bounced permanently.
    Bounced,
    /// The recipient reported an email as spam.
    Complained,
}
