//! Metrics and log messages about deliveries. Each final state of an email is counted once.

use domain::delivery::{Delivery, Failure};
use jiff::Timestamp;
use telemetry::{LogArea, Metric};

/// Counts emails by the state after an attempt. Emails that may be retried are not counted.
pub(crate) fn count_outcomes<'a>(deliveries: impl IntoIterator<Item = &'a Delivery>, now: Timestamp) {
    for delivery in deliveries {
        match delivery {
            Delivery::Sent { .. } => telemetry::count(Metric::MailSent, 1, now),
            // SES rejected the address in its response and sends no event about it.
            Delivery::Failed { why: Failure::Bounced, .. } => telemetry::count(Metric::MailBounced, 1, now),
            Delivery::Failed { why, .. } => count_failure(*why, now),
            _ => {}
        }
    }
}

/// Counts an email that failed permanently.
///
/// Bounces are counted from SES events instead. One mistyped address must not raise an alarm, but a
/// high bounce rate must.
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
/// before the change is written: a repeated alarm is better than a missing one.
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
            "lease expired without outcome: delivery unknown"
        );
    }
    if marked_for_review > 0 {
        tracing::error!(
            area = %LogArea::Mail,
            mails = marked_for_review,
            "email delivery unknown: moved to review"
        );
        telemetry::count(Metric::MailUnknown, marked_for_review, now);
    }
}
