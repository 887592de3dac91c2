//! How an organization's mails reach its admins, and which of them are wanted.

use jiff::Timestamp;

use crate::{address::Address, id::UserId, name::Name, notice::NoticeKey};

/// What a mail to an admin needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminContact {
    /// Who it is.
    pub user: UserId,
    /// How to greet.
    pub name: Name,
    /// Where to write.
    pub address: Address,
    /// Whether they want to be reminded of what ends.
    pub reminders: Reminders,
    /// Since when and why notices do not reach them.
    pub unreachable: Option<Unreachable>,
}

impl AdminContact {
    /// An admin who gets every mail.
    #[must_use]
    pub const fn new(user: UserId, name: Name, address: Address) -> Self {
        Self { user, name, address, reminders: Reminders::Wanted, unreachable: None }
    }

    /// Whether a notice is to go to them: they want it, and it would reach them.
    #[must_use]
    pub const fn gets(&self, key: &NoticeKey) -> bool {
        self.unreachable.is_none() && self.wants(key)
    }

    /// Whether they want a notice. Only reminders are refused: what happened to an organization its admins must know.
    #[must_use]
    pub const fn wants(&self, key: &NoticeKey) -> bool {
        match self.reminders {
            Reminders::Wanted => true,
            Reminders::Unwanted => !key.is_reminder(),
        }
    }
}

/// What an admin wants of the reminders of one organization.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reminders {
    /// To get them.
    #[default]
    Wanted,
    /// No more of them: they unsubscribed.
    Unwanted,
}

/// Why no more notices go to an admin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreachable {
    /// Since when.
    pub since: Timestamp,
    /// What happened.
    pub why: SuppressionReason,
}

/// What SES told of an address that it is better not to write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuppressionReason {
    /// Its mail server refuses mail for good.
    Bounced,
    /// Its owner called a mail of ours spam.
    Complained,
}
