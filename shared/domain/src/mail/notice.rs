//! Occasions of notices to the admins of an organization.

use std::{fmt, str::FromStr};

use jiff::Timestamp;

use crate::{
    billing::{InvoiceId, SubscriptionId},
    id::UserId,
    people::Address,
};

/// Occasion of a notice. The outbox contains at most one notice per key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeKey {
    /// The organization was provisioned.
    Welcome,
    /// The founder corrected their address, so the welcome email is sent again.
    WelcomeAgain {
        /// Number of the correction, from 1.
        n: u32,
    },
    /// The founder's address is not verified, and the organization is not ready.
    Verify,
    /// The trial ends soon.
    TrialEnding {
        /// End of the trial that the reminder announces. If the trial is extended, its new end gets
        /// its own reminders.
        ends_at: Timestamp,
        /// Number of days before the end.
        days: u16,
    },
    /// The trial ended without a payment.
    TrialEnded {
        /// Time at which the trial ended.
        ends_at: Timestamp,
    },
    /// A payment failed or needs the payer's confirmation. There is one notice per invoice.
    PaymentFailed {
        /// Invoice that is not paid.
        invoice: InvoiceId,
    },
    /// A plan started, or its trial. There is one notice per subscription.
    PlanStarted {
        /// Subscription of the plan.
        subscription: SubscriptionId,
    },
    /// An admin removed a person or changed a person's role. Only that person is notified.
    MembershipChanged {
        /// Person whose membership changed.
        user: UserId,
        /// Time of the change. Each change gets its own notice.
        at: Timestamp,
    },
    /// The host app changed the address of a user. Only the earlier address is notified.
    EmailChanged {
        /// User whose address changed.
        user: UserId,
        /// Time of the change. Each change gets its own notice.
        at: Timestamp,
        /// Earlier address, which receives the email.
        from: Address,
    },
}

impl NoticeKey {
    /// Returns the kind of email in tags and responses.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Welcome | Self::WelcomeAgain { .. } => "welcome",
            Self::Verify => "verify",
            Self::TrialEnding { .. } => "trial_ending",
            Self::TrialEnded { .. } => "trial_ended",
            Self::PaymentFailed { .. } => "payment_failed",
            Self::PlanStarted { .. } => "plan_started",
            Self::MembershipChanged { .. } => "membership_changed",
            Self::EmailChanged { .. } => "email_changed",
        }
    }

    /// Returns whether the recipient of the notice may be a person who is not an admin.
    #[must_use]
    pub const fn is_for_anyone(&self) -> bool {
        matches!(self, Self::MembershipChanged { .. } | Self::EmailChanged { .. })
    }

    /// Returns whether the email contains a link that verifies an unverified address.
    #[must_use]
    pub const fn verifies_address(&self) -> bool {
        matches!(self, Self::Welcome | Self::WelcomeAgain { .. } | Self::Verify)
    }

    /// Returns whether the notice is a reminder, from which an admin can unsubscribe.
    #[must_use]
    pub const fn is_reminder(&self) -> bool {
        match self {
            Self::TrialEnding { .. } => true,
            Self::Welcome
            | Self::WelcomeAgain { .. }
            | Self::Verify
            | Self::TrialEnded { .. }
            | Self::PaymentFailed { .. }
            | Self::PlanStarted { .. }
            | Self::MembershipChanged { .. }
            | Self::EmailChanged { .. } => false,
        }
    }
}

impl fmt::Display for NoticeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Welcome => f.write_str("welcome"),
            Self::WelcomeAgain { n } => write!(f, "welcome/{n}"),
            Self::Verify => f.write_str("verify"),
            Self::TrialEnding { ends_at, days } => write!(f, "trial_ending/{ends_at}/{days}"),
            Self::TrialEnded { ends_at } => write!(f, "trial_ended/{ends_at}"),
            Self::PaymentFailed { invoice } => write!(f, "payment_failed/{invoice}"),
            Self::PlanStarted { subscription } => write!(f, "plan_started/{subscription}"),
            Self::MembershipChanged { user, at } => write!(f, "membership_changed/{user}/{at}"),
            Self::EmailChanged { user, at, from } => write!(f, "email_changed/{user}/{at}/{}", from.as_str()),
        }
    }
}

/// Error for text that is not a notice key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a notice's key")]
pub struct NotANoticeKey;

impl FromStr for NoticeKey {
    type Err = NotANoticeKey;

    fn from_str(text: &str) -> Result<Self, NotANoticeKey> {
        // An address, which is always the last part, can contain slashes.
        let mut parts = text.splitn(4, '/');
        let first = parts.next();
        if first == Some("welcome") && text != "welcome" {
            let n = parts.next().and_then(|n| n.parse().ok()).ok_or(NotANoticeKey)?;
            return if parts.next().is_none() { Ok(Self::WelcomeAgain { n }) } else { Err(NotANoticeKey) };
        }
        let mut part = || parts.next().ok_or(NotANoticeKey);
        let key = match first.ok_or(NotANoticeKey)? {
            "welcome" => Self::Welcome,
            "verify" => Self::Verify,
            "trial_ending" => Self::TrialEnding {
                ends_at: part()?.parse().map_err(|_| NotANoticeKey)?,
                days: part()?.parse().map_err(|_| NotANoticeKey)?,
            },
            "trial_ended" => Self::TrialEnded { ends_at: part()?.parse().map_err(|_| NotANoticeKey)? },
            "payment_failed" => {
                Self::PaymentFailed { invoice: InvoiceId::parse(part()?).map_err(|_| NotANoticeKey)? }
            }
            "plan_started" => {
                Self::PlanStarted { subscription: SubscriptionId::parse(part()?).map_err(|_| NotANoticeKey)? }
            }
            "membership_changed" => Self::MembershipChanged {
                user: part()?.parse().map_err(|_| NotANoticeKey)?,
                at: part()?.parse().map_err(|_| NotANoticeKey)?,
            },
            "email_changed" => Self::EmailChanged {
                user: part()?.parse().map_err(|_| NotANoticeKey)?,
                at: part()?.parse().map_err(|_| NotANoticeKey)?,
                from: Address::parse(part()?).map_err(|_| NotANoticeKey)?,
            },
            _ => return Err(NotANoticeKey),
        };
        if parts.next().is_none() { Ok(key) } else { Err(NotANoticeKey) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_parse_their_own_text() {
        let ends_at = "2025-01-22T10:20:30Z".parse().unwrap();
        for key in [
            NoticeKey::Welcome,
            NoticeKey::WelcomeAgain { n: 1 },
            NoticeKey::Verify,
            NoticeKey::TrialEnding { ends_at, days: 3 },
            NoticeKey::TrialEnded { ends_at },
            NoticeKey::PaymentFailed { invoice: InvoiceId::parse("in_1").unwrap() },
            NoticeKey::PlanStarted { subscription: SubscriptionId::parse("sub_1").unwrap() },
            NoticeKey::MembershipChanged {
                user: "usr_0198c0de-0000-7000-8000-000000000001".parse().unwrap(),
                at: ends_at,
            },
            NoticeKey::EmailChanged {
                user: "usr_0198c0de-0000-7000-8000-000000000001".parse().unwrap(),
                at: ends_at,
                from: Address::parse("jo/acme@example.com").unwrap(),
            },
        ] {
            assert_eq!(key.to_string().parse(), Ok(key));
        }
        for text in [
            "",
            "welcome/",
            "welcome/one",
            "welcome/1/2",
            "trial_ending/x/3",
            "trial_ended/2025-01-22T10:20:30Z/3",
            "verify/1",
            "payment_failed",
            "payment_failed/",
            "payment_failed/in_1/2",
            "plan_started/in_1/2",
            "membership_changed/usr_1/2025-01-22T10:20:30Z",
            "email_changed/usr_0198c0de-0000-7000-8000-000000000001/2025-01-22T10:20:30Z/jo",
            "other",
        ] {
            assert_eq!(text.parse::<NoticeKey>(), Err(NotANoticeKey), "{text}");
        }
    }
}
