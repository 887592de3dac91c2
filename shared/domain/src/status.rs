//! What an organization's state allows.

/// The state of an organization, always derived, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Signed up without a trial, and nothing paid yet.
    Pending,
    /// A trial of ours or of its subscription runs.
    Trialing,
    /// Its trial ended and nothing is paid.
    TrialExpired,
    /// Paid.
    Active,
    /// A renewal failed and Stripe tries again.
    PastDue,
    /// Renewals failed for good.
    Unpaid,
    /// Its subscription pauses.
    Paused,
    /// Its first payment is not through.
    Incomplete,
    /// Its subscription ended.
    Canceled,
}

/// What people of the organization may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everything their role allows.
    Full,
    /// Look, and pay.
    ReadOnly,
    /// Pay.
    BillingOnly,
}

impl Status {
    /// The word in answers.
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

    /// What the status allows.
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
    /// The word in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::ReadOnly => "read_only",
            Self::BillingOnly => "billing_only",
        }
    }
}
