//! Status of a subscription as Stripe reports it.

use std::fmt;

/// Status of a subscription, ordered from worst to best. If an organization has several
/// subscriptions, the subscription with the best status counts.
///
/// Source: Stripe's API reference, "The Subscription object", field `status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubscriptionStatus {
    /// The first payment was not made within 23 hours, so the subscription never began.
    IncompleteExpired,
    /// The subscription ended for good.
    Canceled,
    /// The first payment has not succeeded yet.
    Incomplete,
    /// The trial ended without a payment method.
    Paused,
    /// All payment attempts failed, and Stripe stopped retrying.
    Unpaid,
    /// The last payment failed, and Stripe retries it.
    PastDue,
    /// In a trial that Stripe runs.
    Trialing,
    /// Paid up to the current period.
    Active,
}

impl SubscriptionStatus {
    /// All statuses from worst to best.
    pub const ALL: [Self; 8] = [
        Self::IncompleteExpired,
        Self::Canceled,
        Self::Incomplete,
        Self::Paused,
        Self::Unpaid,
        Self::PastDue,
        Self::Trialing,
        Self::Active,
    ];

    /// Returns the value that Stripe uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IncompleteExpired => "incomplete_expired",
            Self::Canceled => "canceled",
            Self::Incomplete => "incomplete",
            Self::Paused => "paused",
            Self::Unpaid => "unpaid",
            Self::PastDue => "past_due",
            Self::Trialing => "trialing",
            Self::Active => "active",
        }
    }

    /// Parses Stripe's value; `None` for an unknown value.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == value)
    }

    /// Returns the value in content hashes. Earlier versions of the code do not know
    /// [`Self::IncompleteExpired`].
    pub(super) fn for_hash(self) -> &'static str {
        match self {
            Self::IncompleteExpired => Self::Canceled.as_str(),
            status => status.as_str(),
        }
    }

    /// Returns whether the status shows that the subscription began. A subscription is past due
    /// only after it was active or trialing.
    #[must_use]
    pub fn is_live(self) -> bool {
        matches!(self, Self::Trialing | Self::Active | Self::PastDue)
    }

    /// Returns whether the subscription is alive, which means that it is neither incomplete nor
    /// canceled. While a subscription is alive, the trial sweep ignores Onramp's trial.
    #[must_use]
    pub fn is_alive(self) -> bool {
        match self {
            Self::Trialing | Self::Active | Self::PastDue | Self::Paused | Self::Unpaid => true,
            Self::Incomplete | Self::Canceled | Self::IncompleteExpired => false,
        }
    }

    /// Returns whether Stripe collects no further payments. An incomplete subscription is not over,
    /// because its first invoice can be paid within 23 hours (Stripe, "How subscriptions work",
    /// `incomplete`).
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Canceled | Self::IncompleteExpired)
    }
}

impl fmt::Display for SubscriptionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_parses_its_own_value_and_rejects_others() {
        for status in SubscriptionStatus::ALL {
            assert_eq!(SubscriptionStatus::parse(&status.to_string()), Some(status));
        }
        for value in ["", "Active", "cancelled", "ended"] {
            assert_eq!(SubscriptionStatus::parse(value), None, "{value}");
        }
    }

    #[test]
    fn list_of_statuses_is_in_the_order_of_the_type() {
        assert!(SubscriptionStatus::ALL.is_sorted());
    }
}
