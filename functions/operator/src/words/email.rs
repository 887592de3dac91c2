//! Texts about emails: their kinds and delivery problems.

use domain::{
    mail::{Delivery, Failure},
    org::SuppressionReason,
};

/// Returns the display name of an email kind.
pub fn kind(kind: &str) -> &str {
    match kind {
        "welcome" => "Welcome email",
        "verify" => "Verification email",
        "trial_ending" => "Trial reminder",
        "trial_ended" => "Trial end notice",
        "payment_failed" => "Payment notice",
        "plan_started" => "Plan notice",
        "membership_changed" => "Membership notice",
        "email_changed" => "Address notice",
        other => other,
    }
}

/// Returns the delivery problem of an email as a clause without a period. Returns `None` if the
/// email has no problem.
pub const fn problem(delivery: &Delivery) -> Option<&'static str> {
    match delivery {
        Delivery::Failed { why, .. } => Some(match why {
            Failure::Refused => "SES rejected it permanently",
            Failure::Expired => "sending failed for four days",
            Failure::Rejected => "SES rejected it because of harmful content",
            Failure::Bounced => "the recipient's mail server bounced it",
        }),
        Delivery::Unknown { .. } => Some("SES sent no event, so it may not have been sent"),
        Delivery::Pending { .. }
        | Delivery::Sending { .. }
        | Delivery::Sent { .. }
        | Delivery::Dropped { .. } => None,
    }
}

/// Returns why notices to an admin are suppressed, as a clause without a period.
pub const fn suppression(why: SuppressionReason) -> &'static str {
    match why {
        SuppressionReason::Bounced => "email to this address bounced",
        SuppressionReason::Complained => "marked an email as spam",
    }
}
