//! The values of the log field `area`.

use std::fmt;

/// The part of the product that a log line is about: the field `area`.
///
/// Log it with `area = %LogArea::Mail`. Saved queries and alarms filter by these names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogArea {
    /// Sign-ups and first payments, because both can provision an organization.
    Provisioning,
    /// Checklists, and the events that complete their tasks.
    Onboarding,
    /// Webhook events that Stripe sends, and webhooks to the host's endpoint.
    Webhook,
    /// Calls to Stripe: Checkout, portal, and customers.
    Billing,
    /// Emails and the feedback from SES.
    Mail,
    /// The scheduled trial sweep.
    Trial,
    /// Sign-ins, sessions, memberships, and rejected requests.
    Access,
    /// Actions of an operator.
    Operator,
}

impl LogArea {
    /// Returns the value of the field `area` in log lines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provisioning => "provisioning",
            Self::Onboarding => "onboarding",
            Self::Webhook => "webhook",
            Self::Billing => "billing",
            Self::Mail => "mail",
            Self::Trial => "trial",
            Self::Access => "access",
            Self::Operator => "operator",
        }
    }
}

impl fmt::Display for LogArea {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
