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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use domain::mail::{CLAIM_LEASE, Claim};
    use serde_json::Value;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    thread_local! {
        static LINES: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
    }

    /// Returns the metrics that a call counts, with their values.
    fn counted(call: impl FnOnce()) -> Vec<(&'static str, u64)> {
        telemetry::collect(|line| {
            LINES.with_borrow_mut(|lines| lines.push(serde_json::from_str(line).unwrap()));
        });
        call();
        let lines = LINES.take().into_iter();
        let metrics = |line: Value| {
            let names = Metric::ALL.iter().map(|metric| metric.name());
            names.filter_map(move |name| Some((name, line[name].as_u64()?)))
        };
        lines.flat_map(metrics).collect()
    }

    /// Returns an email that is being sent, the same email after its lease expired, and the same
    /// email in review.
    fn unknown() -> [Delivery; 3] {
        let sending = Delivery::pending(NOW).claim(&Claim("a".to_owned()), None, NOW).unwrap();
        let lapsed = sending.lapse(NOW + CLAIM_LEASE).unwrap();
        let in_review = lapsed.give_up(NOW + CLAIM_LEASE).unwrap();
        [sending, lapsed, in_review]
    }

    #[test]
    fn email_is_counted_in_its_final_state_only() {
        let failed = |why| Delivery::Failed { at: NOW, why };
        for (delivery, expected) in [
            (Delivery::Sent { at: NOW, claim: None }, vec![("MailSent", 1)]),
            (failed(Failure::Bounced), vec![("MailBounced", 1)]),
            (failed(Failure::Refused), vec![("MailFailed", 1)]),
            (failed(Failure::Expired), vec![("MailFailed", 1)]),
            (Delivery::pending(NOW), vec![]),
            (Delivery::Dropped { at: NOW }, vec![]),
        ] {
            assert_eq!(counted(|| count_outcomes([&delivery], NOW)), expected, "{delivery:?}");
        }
    }

    #[test]
    fn unknown_email_is_counted_once_when_it_needs_review() {
        let [sending, lapsed, in_review] = unknown();
        for (before, after, expected) in [
            ([&sending, &lapsed], [&lapsed, &lapsed], vec![]),
            ([&sending, &lapsed], [&lapsed, &in_review], vec![("MailUnknown", 1)]),
            ([&lapsed, &lapsed], [&in_review, &in_review], vec![("MailUnknown", 2)]),
            ([&in_review, &in_review], [&in_review, &in_review], vec![]),
        ] {
            assert_eq!(counted(|| report_unknown(before, after, NOW + CLAIM_LEASE)), expected, "{before:?}");
        }
    }
}
