//! A subscription's status.

use std::fmt;

/// What Stripe says a subscription is, ordered from worst to best: of several subscriptions the greatest counts.
///
/// Source: Stripe's API reference, "The Subscription object", field `status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubscriptionStatus {
    /// Over, for good. Stripe's `incomplete_expired` counts as this: it never comes back either.
    Canceled,
    /// The first payment has not succeeded yet.
    Incomplete,
    /// The trial ended without a payment method.
    Paused,
    /// All payment attempts failed and Stripe stopped trying.
    Unpaid,
    /// The last payment failed; Stripe tries again.
    PastDue,
    /// In a trial that Stripe runs.
    Trialing,
    /// Paid.
    Active,
}

impl SubscriptionStatus {
    /// Every status, from worst to best.
    pub const ALL: [Self; 7] = [
        Self::Canceled,
        Self::Incomplete,
        Self::Paused,
        Self::Unpaid,
        Self::PastDue,
        Self::Trialing,
        Self::Active,
    ];

    /// Stripe's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Canceled => "canceled",
            Self::Incomplete => "incomplete",
            Self::Paused => "paused",
            Self::Unpaid => "unpaid",
            Self::PastDue => "past_due",
            Self::Trialing => "trialing",
            Self::Active => "active",
        }
    }

    /// Reads Stripe's word; `None` for a word that we do not know.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "incomplete_expired" => Some(Self::Canceled),
            _ => Self::ALL.into_iter().find(|status| status.as_str() == word),
        }
    }

    /// Whether such a subscription runs: while one does, no clock of ours ends a trial.
    #[must_use]
    pub fn is_alive(self) -> bool {
        match self {
            Self::Trialing | Self::Active | Self::PastDue | Self::Paused | Self::Unpaid => true,
            Self::Incomplete | Self::Canceled => false,
        }
    }

    /// Whether nothing is collected for such a subscription ever again. One whose first payment is awaited is not over:
    /// it can be paid for 23 hours (Stripe, "How subscriptions work", `incomplete`).
    #[must_use]
    pub fn is_over(self) -> bool {
        self == Self::Canceled
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
    fn words_round_trip_and_unknown_ones_are_refused() {
        for status in SubscriptionStatus::ALL {
            assert_eq!(SubscriptionStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(SubscriptionStatus::parse("incomplete_expired"), Some(SubscriptionStatus::Canceled));
        for word in ["", "Active", "cancelled", "ended"] {
            assert_eq!(SubscriptionStatus::parse(word), None, "{word}");
        }
    }

    #[test]
    fn the_order_of_the_list_is_the_order_of_the_type() {
        assert!(SubscriptionStatus::ALL.is_sorted());
    }
}
