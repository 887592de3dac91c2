use std::{io::Write, sync::OnceLock};

use jiff::Timestamp;
use serde_json::json;

/// The CloudWatch namespace of every metric.
const NAMESPACE: &str = "Onramp";

/// What is counted. Names are CloudWatch metric names and appear in alarms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// An organization signed up.
    SignedUp,
    /// An organization was provisioned.
    Provisioned,
    /// A trial ended without a payment.
    TrialExpired,
    /// A trial ended without a payment and without a payment method on file.
    TrialExpiredWithoutPaymentMethod,
    /// An operator gave an organization days of trial.
    TrialExtended,
    /// A run could not do what the trial clock of an organization owes.
    ClockFailed,
    /// SES accepted a mail.
    MailSent,
    /// A mail cannot be sent, for good.
    MailFailed,
    /// Whether a mail was sent is not known and will not be: it waits for a person.
    MailUnknown,
    /// An item that mail waits in cannot be read: it waits for a person.
    MailUnreadable,
    /// A run ended because SES lets no mail of the account out: everything waits until AWS lifts that.
    MailPaused,
    /// A mail arrived: counted only where SES is told to say so.
    MailDelivered,
    /// A mail came back for good: nothing more is sent to its address but what it asks for.
    MailBounced,
    /// A mail came back for now.
    MailBouncedForNow,
    /// Somebody called a mail spam.
    MailComplained,
    /// SES took a mail, found it harmful and did not send it.
    MailRejected,
    /// A webhook request whose signature was refused.
    WebhookRefused,
    /// A webhook request came while no secret is set.
    WebhookUnconfigured,
    /// A signed event waits for its customer's organization.
    EventParked,
    /// A parked event that carries our metadata has waited for ten minutes.
    EventWaiting,
    /// A signed event could not be read.
    EventQuarantined,
    /// A signed event showed something that does not fit what is known: it waits for a person.
    EventConflict,
    /// A signed event of the other mode was left alone.
    EventWrongMode,
    /// An event told of money that went back to a payer.
    PaymentReturned,
    /// An event told of a dispute over a payment.
    PaymentDisputed,
    /// A change in the table's stream could not be read: its events are missing on the bus.
    ChangeUnreadable,
    /// A host-app event named an organization or a type that is not known.
    HostEventUnknown,
}

impl Metric {
    /// The CloudWatch metric name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignedUp => "SignedUp",
            Self::Provisioned => "Provisioned",
            Self::TrialExpired => "TrialExpired",
            Self::TrialExpiredWithoutPaymentMethod => "TrialExpiredWithoutPaymentMethod",
            Self::TrialExtended => "TrialExtended",
            Self::ClockFailed => "ClockFailed",
            Self::MailSent => "MailSent",
            Self::MailFailed => "MailFailed",
            Self::MailUnknown => "MailUnknown",
            Self::MailUnreadable => "MailUnreadable",
            Self::MailPaused => "MailPaused",
            Self::MailDelivered => "MailDelivered",
            Self::MailBounced => "MailBounced",
            Self::MailBouncedForNow => "MailBouncedForNow",
            Self::MailComplained => "MailComplained",
            Self::MailRejected => "MailRejected",
            Self::WebhookRefused => "WebhookRefused",
            Self::WebhookUnconfigured => "WebhookUnconfigured",
            Self::EventParked => "EventParked",
            Self::EventWaiting => "EventWaiting",
            Self::EventQuarantined => "EventQuarantined",
            Self::EventConflict => "EventConflict",
            Self::EventWrongMode => "EventWrongMode",
            Self::PaymentReturned => "PaymentReturned",
            Self::PaymentDisputed => "PaymentDisputed",
            Self::ChangeUnreadable => "ChangeUnreadable",
            Self::HostEventUnknown => "HostEventUnknown",
        }
    }
}

static COLLECTOR: OnceLock<fn(&str)> = OnceLock::new();

/// Sets where metric lines go. Until it is called they go nowhere; a second call changes nothing.
pub fn collect(collector: fn(&str)) {
    COLLECTOR.get_or_init(|| collector);
}

pub(crate) fn to_stdout(line: &str) {
    // A closed standard output leaves nobody to tell.
    writeln!(std::io::stdout().lock(), "{line}").unwrap_or_default();
}

/// Counts something, at `now`, as a line of the embedded metric format
/// (CloudWatch user guide, "Specification: Embedded metric format").
/// There are no dimensions: one for each organization would cost a metric each.
pub fn count(metric: Metric, times: u32, now: Timestamp) {
    if let Some(collector) = COLLECTOR.get() {
        collector(&line(metric, times, now));
    }
}

fn line(metric: Metric, times: u32, now: Timestamp) -> String {
    let name = metric.name();
    json!({
        "_aws": {
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [[]],
                "Metrics": [{ "Name": name, "Unit": "Count" }],
            }],
        },
        name: times,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_cloudwatch_reads() {
        let now = Timestamp::from_second(1_767_225_600).unwrap();
        let value: serde_json::Value = serde_json::from_str(&line(Metric::MailSent, 3, now)).unwrap();
        assert_eq!(value["MailSent"], 3);
        assert_eq!(value["_aws"]["Timestamp"], 1_767_225_600_000_i64);
        assert_eq!(value["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"], "MailSent");
    }
}
