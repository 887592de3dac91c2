//! Status of an organization, and the access that it allows.

/// Status of an organization. It is always derived and never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Signed up without a trial; no payment yet.
    Pending,
    /// A trial runs, either Onramp's or the subscription's.
    Trialing,
    /// The trial ended without a subscription.
    TrialExpired,
    /// The subscription is paid.
    Active,
    /// A renewal failed, and Stripe retries it.
    PastDue,
    /// All payment attempts for a renewal failed.
    Unpaid,
    /// The subscription's trial ended without a payment method.
    Paused,
    /// The first payment has not succeeded.
    Incomplete,
    /// The subscription ended, or the customer was deleted.
    Canceled,
}

/// Access of the organization's members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everything that their role allows.
    Full,
    /// Viewing, paying, and changing existing memberships.
    ReadOnly,
    /// Viewing and paying only.
    BillingOnly,
}

impl Status {
    /// All statuses, from the sign-up to the end of a plan.
    pub const ALL: [Self; 9] = [
        Self::Pending,
        Self::Trialing,
        Self::TrialExpired,
        Self::Active,
        Self::PastDue,
        Self::Unpaid,
        Self::Paused,
        Self::Incomplete,
        Self::Canceled,
    ];

    /// Returns the value in JSON responses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Trialing => "trialing",
            Self::TrialExpired => "trial_expired",
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Unpaid => "unpaid",
            Self::Paused => "paused",
            Self::Incomplete => "incomplete",
            Self::Canceled => "canceled",
        }
    }

    /// Parses a value of [`Self::as_str`].
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == value)
    }

    /// Returns the access that the status allows.
    #[must_use]
    pub const fn access(self) -> Access {
        match self {
            Self::Trialing | Self::Active | Self::PastDue => Access::Full,
            Self::TrialExpired | Self::Unpaid | Self::Paused | Self::Canceled => Access::ReadOnly,
            Self::Pending | Self::Incomplete => Access::BillingOnly,
        }
    }
}

impl Access {
    /// Returns the value in JSON responses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::ReadOnly => "read_only",
            Self::BillingOnly => "billing_only",
        }
    }
}
