use std::{io::Write, sync::OnceLock};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// The namespace of every metric, where none is set.
pub(crate) const NAMESPACE: &str = "Onramp";

/// Names each metric once: the variant is the CloudWatch name that alarms and the dashboard use.
macro_rules! metrics {
    ($($(#[$doc:meta])* $name:ident: $unit:ident,)*) => {
        /// What is counted and measured. `docs/metrics.md` says what is made of it.
        ///
        /// Where something can be counted before or after the write that makes it true, what an alarm needs is counted
        /// before (twice is better than never) and what a share needs after (never is better than twice).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Metric {
            $($(#[$doc])* $name,)*
        }

        impl Metric {
            /// Every metric.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The CloudWatch metric name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            /// What its values are in.
            #[must_use]
            pub const fn unit(self) -> Unit {
                match self {
                    $(Self::$name => Unit::$unit,)*
                }
            }
        }
    };
}

/// What a metric's values are in (CloudWatch API reference, "MetricDatum").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// How many.
    Count,
    /// How long.
    Seconds,
}

impl Unit {
    /// CloudWatch's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Seconds => "Seconds",
        }
    }
}

metrics! {
    // ---- provisioning ----
    /// An organization signed up.
    SignedUp: Count,
    /// An organization was provisioned.
    Provisioned: Count,
    /// The write that was to provision an organization failed, and not because somebody else wrote first. Whoever asked
    /// was told so, and Stripe sends its event again: each try is counted.
    ProvisioningFailed: Count,
    /// The mail brake delayed the welcome mail of a sign-up until the next hour.
    SignupBrake: Count,

    // ---- trials ----
    /// A trial ended without a payment.
    TrialExpired: Count,
    /// A trial ended without a payment and without a payment method on file.
    TrialExpiredWithoutPaymentMethod: Count,
    /// A subscription that began in a trial ended before anything was paid.
    TrialLeft: Count,
    /// An organization that has or had a trial paid for the first time.
    TrialConverted: Count,
    /// The same, after that trial was counted as expired or left.
    TrialRecovered: Count,
    /// An operator gave an organization days of trial.
    TrialExtended: Count,

    // ---- the checklist ----
    /// From the sign-up to the first task that the team did itself: not by paying, which is ours.
    TimeToFirstValue: Seconds,
    /// Every task of a checklist is completed or skipped.
    OnboardingCompleted: Count,
    /// The same, within seven days of provisioning.
    OnboardingCompletedInTime: Count,
    /// From provisioning to the completed checklist.
    TimeToComplete: Seconds,

    // ---- the trial clock ----
    /// A run of the trial clock saw all that was due.
    ClockRan: Count,
    /// A run could not do what the trial clock of an organization owes.
    ClockFailed: Count,
    /// What was still due at the end of a run, up to 250 in each shard of the index.
    DueBacklog: Count,
    /// For how long the oldest of that had been due.
    DueLag: Seconds,

    // ---- mail ----
    /// The schedule's round of the mailer saw all mail that was due.
    MailRoundRan: Count,
    /// For how long the oldest mail that such a round tried in vain has been owed; 0 where there is none.
    MailOldestOwed: Seconds,
    /// SES accepted a mail.
    MailSent: Count,
    /// A mail was refused or rejected by SES, or expired unsent. A bounce is in `MailBounced` instead.
    MailFailed: Count,
    /// Whether a mail was sent is not known and will not be: it waits for a person.
    MailUnknown: Count,
    /// An item that mail waits in cannot be read: it waits for a person.
    MailUnreadable: Count,
    /// A run ended because SES lets no mail of the account out: everything waits until AWS lifts that.
    MailPaused: Count,
    /// A mail arrived: counted only where SES is told to say so.
    MailDelivered: Count,
    /// A mail came back for good: nothing more is sent to its address but what it asks for.
    MailBounced: Count,
    /// A mail came back for now.
    MailBouncedForNow: Count,
    /// Somebody called a mail spam.
    MailComplained: Count,
    /// SES took a mail, found it harmful and did not send it.
    MailRejected: Count,

    // ---- Stripe ----
    /// A webhook request whose signature was refused.
    WebhookRefused: Count,
    /// A webhook request arrived while no signing secret is configured.
    WebhookSecretMissing: Count,
    /// A signed event waits for its customer's organization.
    EventParked: Count,
    /// A parked event that carries our metadata has waited for ten minutes.
    EventWaiting: Count,
    /// A signed event could not be read.
    EventQuarantined: Count,
    /// A signed event showed something that does not fit what is known: it waits for a person.
    EventConflict: Count,
    /// A signed event of the other mode was left alone.
    EventWrongMode: Count,
    /// An event told of money that went back to a payer.
    PaymentReturned: Count,
    /// An event told of a dispute over a payment.
    PaymentDisputed: Count,

    // ---- the stream and the bus ----
    /// A change in the table's stream could not be read: its events are missing on the bus.
    ChangeUnreadable: Count,
    /// A change left an organization's item larger than 32 KB.
    ItemLarge: Count,
    /// A host-app event named an organization or a type that is not known.
    HostEventUnknown: Count,
}

static SINK: OnceLock<Sink> = OnceLock::new();

struct Sink {
    namespace: String,
    collector: fn(&str),
}

/// Sets where metric lines go. Until it is called they go nowhere; a second call changes nothing.
pub fn collect(collector: fn(&str)) {
    collect_as(NAMESPACE, collector);
}

pub(crate) fn collect_as(namespace: &str, collector: fn(&str)) {
    SINK.get_or_init(|| Sink { namespace: namespace.to_owned(), collector });
}

pub(crate) fn to_stdout(line: &str) {
    // A closed standard output leaves nobody to tell.
    writeln!(std::io::stdout().lock(), "{line}").unwrap_or_default();
}

/// Counts something, at `now`, as a line of the embedded metric format
/// (CloudWatch user guide, "Specification: Embedded metric format").
/// There are no dimensions: one for each organization would cost a metric each.
pub fn count(metric: Metric, times: u32, now: Timestamp) {
    write(metric, i64::from(times), now);
}

/// Says how long something took or has lasted, at `now`, in whole seconds.
pub fn measure(metric: Metric, time: SignedDuration, now: Timestamp) {
    write(metric, time.as_secs().max(0), now);
}

fn write(metric: Metric, value: i64, now: Timestamp) {
    if let Some(sink) = SINK.get() {
        (sink.collector)(&line(&sink.namespace, metric, value, now));
    }
}

fn line(namespace: &str, metric: Metric, value: i64, now: Timestamp) -> String {
    let name = metric.name();
    json!({
        "_aws": {
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": namespace,
                "Dimensions": [[]],
                "Metrics": [{ "Name": name, "Unit": metric.unit().as_str() }],
            }],
        },
        name: value,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn metric_value(metric: Metric, value: i64) -> Value {
        let now = Timestamp::from_second(1_767_225_600).unwrap();
        serde_json::from_str(&line("Onramp/acme", metric, value, now)).unwrap()
    }

    #[test]
    fn a_line_is_what_cloudwatch_reads() {
        let value = metric_value(Metric::MailSent, 3);
        let directive = &value["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(value["MailSent"], 3);
        assert_eq!(value["_aws"]["Timestamp"], 1_767_225_600_000_i64);
        assert_eq!(directive["Namespace"], "Onramp/acme");
        assert_eq!(directive["Metrics"], json!([{"Name": "MailSent", "Unit": "Count"}]));
    }

    #[test]
    fn a_time_is_in_seconds() {
        let value = metric_value(Metric::TimeToFirstValue, 90);
        assert_eq!(value["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Unit"], "Seconds");
        assert_eq!(value["TimeToFirstValue"], 90);
    }
}
