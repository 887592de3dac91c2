//! Outcome of an attempt to send an email, and reasons of a failure.

/// Reason why an email did not arrive and will not be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// SES permanently refuses the email.
    Refused,
    /// Attempts failed for the whole [`RETRY_PERIOD`](super::RETRY_PERIOD).
    Expired,
    /// SES accepted the email, found harmful content, and did not send it.
    Rejected,
    /// The email bounced permanently, or SES refused the address.
    Bounced,
}

impl Failure {
    /// Returns the value in stored items and events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::Rejected => "rejected",
            Self::Bounced => "bounced",
        }
    }
}

/// Outcome of an attempt to send an email.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// SES responded with a message id.
    Accepted,
    /// Definite failure that can be retried.
    NotSent,
    /// Definite failure because SES limits the sending rate; it can be retried.
    Throttled,
    /// Definite failure because SES paused the whole account. It does not count as an attempt.
    Paused,
    /// SES permanently refuses the email.
    Refused,
    /// SES permanently refuses the recipient's address.
    BadAddress,
    /// Uncertain: SES sent no response, or one that does not state whether it accepted the email.
    Ambiguous,
}

impl Outcome {
    /// Returns whether the email definitely was not sent.
    #[must_use]
    pub const fn is_definite_failure(self) -> bool {
        match self {
            Self::NotSent | Self::Throttled | Self::Paused | Self::Refused | Self::BadAddress => true,
            Self::Accepted | Self::Ambiguous => false,
        }
    }
}
