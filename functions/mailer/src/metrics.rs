//! Metrics and log messages about deliveries. Each final state of an email is counted once.

use domain::mail::{Delivery, Failure};
use jiff::Timestamp;
use telemetry::{LogArea, Metric};

/// Counts emails by their state after an attempt to send them. An email that will be retried is not
/// counted yet.
pub(crate) fn count_outcomes<'a>(deliveries: impl IntoIterator<Item = &'a Delivery>, now: Timestamp) {
    for delivery in deliveries {
        match delivery {
            Delivery::Sent { .. } => telemetry::count(Metric::MailSent, 1, now),
            // SES rejected the address in its response, so no SES event will count this bounce.
            Delivery::Failed { why: Failure::Bounced, .. } => telemetry::count(Metric::MailBounced, 1, now),
            Delivery::Failed { why, .. } => count_failure(*why, now),
            _ => {}
        }
    }
}

/// Counts an email that failed permanently, except for a bounced email.
///
/// A bounce is counted under its own metric when its SES event arrives. So one mistyped address
/// raises no alarm, but a high bounce rate does.
pub(crate) fn count_failure(why: Failure, now: Timestamp) {
    match why {
        Failure::Refused | Failure::Rejected | Failure::Expired => {
            telemetry::count(Metric::MailFailed, 1, now)
        }
        Failure::Bounced => {}
    }
}

/// Logs and counts emails whose delivery became unknown.
///
/// `before` and `after` are the states of the same emails before and after a change. Call this
/// before the change is written. If the write fails, the next attempt reports the same emails
/// again. Two alarms are better than none.
pub(crate) fn report_unknown<'a>(
    before: impl IntoIterator<Item = &'a Delivery>,
    after: impl IntoIterator<Item = &'a Delivery>,
    now: Timestamp,
) {
    let (mut expired_leases, mut marked_for_review) = (0_u32, 0_u32);
    for (before, after) in before.into_iter().zip(after) {
        expired_leases += u32::from(before.lapse(now).is_some_and(|lapsed| lapsed == *after));
        marked_for_review +=
            u32::from(matches!(after, Delivery::Unknown { needs_review: true, .. }) && before != after);
    }
    if expired_leases > 0 {
        tracing::error!(
            area = %LogArea::Mail,
            mails = expired_leases,
            "marked delivery as unknown: lease expired without outcome"
        );
    }
    if marked_for_review > 0 {
        tracing::error!(
            area = %LogArea::Mail,
            mails = marked_for_review,
            "moved email with unknown delivery to review"
        );
        telemetry::count(Metric::MailUnknown, marked_for_review, now);
    }
}
