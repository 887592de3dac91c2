//! What is counted of mails. Each mail is counted once for each end that it comes to.

use domain::delivery::Delivery;
use jiff::Timestamp;
use telemetry::Metric;

/// Counts mails by where their sending left them. One that is tried again is not counted yet.
pub(crate) fn count(deliveries: &[Delivery], now: Timestamp) {
    for delivery in deliveries {
        match delivery {
            Delivery::Sent { .. } => telemetry::count(Metric::MailSent, 1, now),
            Delivery::Failed { .. } => telemetry::count(Metric::MailFailed, 1, now),
            Delivery::Unknown { .. } => telemetry::count(Metric::MailUnknown, 1, now),
            Delivery::Pending { .. } | Delivery::Sending { .. } | Delivery::Dropped { .. } => {}
        }
    }
}

/// Counts mails whose sender never came back.
pub(crate) fn count_lapsed(lapsed: usize, now: Timestamp) {
    if lapsed > 0 {
        tracing::error!(
            area = "onboarding",
            mails = lapsed,
            "a sender never came back: mails may have gone out"
        );
        telemetry::count(Metric::MailUnknown, u32::try_from(lapsed).unwrap_or(u32::MAX), now);
    }
}
