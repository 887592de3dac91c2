//! Money without effect, as an operator reviews it.

use jiff::SignedDuration;

use super::Surplus;
use crate::org::Org;

/// How long a parked or quarantined event is kept. Stripe can resend an event for 30 days.
pub const PARKED_RETENTION: SignedDuration = SignedDuration::from_hours(35 * 24);
/// Time after which a parked event that may concern Onramp needs review.
pub const REVIEW_DELAY: SignedDuration = SignedDuration::from_mins(10);

/// Why a payment needs review by an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReviewKind {
    /// A second subscription of one organization is alive.
    DoubleSubscription,
    /// An invoice was paid after its subscription ended.
    PaidAfterEnd,
    /// A payment names a known organization, but inexactly or without agreement.
    UnlinkedPayment,
    /// A payment for a plan by the address of an admin whose organization has no subscription.
    PaymentByKnownAddress,
    /// A subscription names another organization than the one to which its customer is linked.
    MovedCustomer,
    /// The payer's bank disputes a payment.
    Dispute,
    /// Money was returned to the payer.
    Refund,
    /// Stripe could not finalize an invoice.
    FinalizationFailed,
}

impl ReviewKind {
    /// All kinds in the order of importance.
    pub const ALL: [Self; 8] = [
        Self::DoubleSubscription,
        Self::PaidAfterEnd,
        Self::UnlinkedPayment,
        Self::PaymentByKnownAddress,
        Self::MovedCustomer,
        Self::Dispute,
        Self::Refund,
        Self::FinalizationFailed,
    ];

    /// Returns the value in stored items and JSON responses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DoubleSubscription => "double_subscription",
            Self::PaidAfterEnd => "paid_after_end",
            Self::UnlinkedPayment => "unlinked_payment",
            Self::PaymentByKnownAddress => "payment_by_known_address",
            Self::MovedCustomer => "moved_customer",
            Self::Dispute => "dispute",
            Self::Refund => "refund",
            Self::FinalizationFailed => "finalization_failed",
        }
    }

    /// Parses a value of [`Self::as_str`].
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == value)
    }

    /// Returns whether an item of this kind raises the alarm. A refund does not, because the owner
    /// of the Stripe account made it.
    #[must_use]
    pub fn alarms(self) -> bool {
        self != Self::Refund
    }

    /// Returns whether the reason can end by itself, for example if another event ends the second
    /// subscription.
    #[must_use]
    pub fn can_end(self) -> bool {
        matches!(self, Self::DoubleSubscription | Self::PaidAfterEnd)
    }

    /// Returns whether the reason for the review still applies to the organization at `now`.
    #[must_use]
    pub fn applies(self, org: &Org, now: jiff::Timestamp) -> bool {
        let surplus = org.billing.surplus(now);
        match self {
            Self::DoubleSubscription => {
                surplus.iter().any(|it| matches!(it, Surplus::DoubleSubscription { .. }))
            }
            Self::PaidAfterEnd => surplus.iter().any(|it| matches!(it, Surplus::PaidAfterEnd { .. })),
            _ => true,
        }
    }
}

impl From<&Surplus> for ReviewKind {
    fn from(surplus: &Surplus) -> Self {
        match surplus {
            Surplus::DoubleSubscription { .. } => Self::DoubleSubscription,
            Surplus::PaidAfterEnd { .. } => Self::PaidAfterEnd,
        }
    }
}
