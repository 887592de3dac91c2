//! What is counted of mails. Each mail is counted once for each end that it comes to.

use domain::delivery::{Delivery, Failure};
use jiff::Timestamp;
use telemetry::{LogArea, Metric};

/// Counts mails by where their sending left them. One that is tried again, or may yet be, is not counted.
pub(crate) fn count_settled<'a>(deliveries: impl IntoIterator<Item = &'a Delivery>, now: Timestamp) {
    for delivery in deliveries {
        match delivery {
            Delivery::Sent { .. } => telemetry::count(Metric::MailSent, 1, now),
            // SES found no such address, and no event will say so later.
            Delivery::Failed { why: Failure::Bounced, .. } => telemetry::count(Metric::MailBounced, 1, now),
            Delivery::Failed { why, .. } => count_failure(*why, now),
            _ => {}
        }
    }
}

/// Counts a mail that failed for good. A bounce is counted by SES's event instead: an address that a visitor mistyped
/// must raise no alarm, only a rate of them.
pub(crate) fn count_failure(why: Failure, now: Timestamp) {
    match why {
        Failure::Refused | Failure::Rejected | Failure::Expired => {
            telemetry::count(Metric::MailFailed, 1, now)
        }
        Failure::Bounced => {}
    }
}

/// Tells of mails whose sender never came back, and counts those that now wait for a person, between two looks at
/// the same mails. It runs before that is written: an alarm that comes twice is better than none.
pub(crate) fn tell_changes<'a>(
    before: impl IntoIterator<Item = &'a Delivery>,
    after: impl IntoIterator<Item = &'a Delivery>,
    now: Timestamp,
) {
    let (mut lapsed, mut held) = (0_u32, 0_u32);
    for (before, after) in before.into_iter().zip(after) {
        lapsed += u32::from(before.lapse(now).is_some_and(|it| it == *after));
        held += u32::from(matches!(after, Delivery::Unknown { held: true, .. }) && before != after);
    }
    if lapsed > 0 {
        tracing::error!(
            area = %LogArea::Mail,
            mails = lapsed,
            "a sender never came back: mails may have gone out"
        );
    }
    if held > 0 {
        tracing::error!(
            area = %LogArea::Mail,
            mails = held,
            "nobody knows whether mails went out: they wait for a person"
        );
        telemetry::count(Metric::MailUnknown, held, now);
    }
}
