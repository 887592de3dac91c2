//! The list of metrics, and the writer of metric lines.

use std::{io::Write, sync::OnceLock};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// Namespace of the metrics if the configuration does not set one.
pub(crate) const NAMESPACE: &str = "Onramp";

/// Defines each metric once. The name of the variant is also the name of the metric in CloudWatch,
/// which alarms and the dashboard use.
macro_rules! metrics {
    ($($(#[$doc:meta])* $name:ident: $unit:ident,)*) => {
        /// A metric. `docs/metrics.md` defines the indicators that the dashboard computes from it.
        ///
        /// Some metrics are counted before the write that belongs to them, such as
        /// `MailUnreadable`. If the write fails, the retry counts again, but the alarm never misses
        /// the problem. The metrics of ratios, such as `MailSent`, are counted after the write. So
        /// a retry does not count the same email twice.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Metric {
            $($(#[$doc])* $name,)*
        }

        impl Metric {
            /// All metrics, in the order of their definition.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Returns the CloudWatch metric name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            /// Returns the unit of the values.
            #[must_use]
            pub const fn unit(self) -> Unit {
                match self {
                    $(Self::$name => Unit::$unit,)*
                }
            }
        }
    };
}

/// Unit of a metric's values (CloudWatch API reference, "MetricDatum").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A number of occurrences.
    Count,
    /// A duration in whole seconds.
    Seconds,
}

impl Unit {
    /// Returns the name of the unit in CloudWatch.
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
    /// A write that provisions an organization failed. A failure because of a conflict with another
    /// write does not count. Each failed retry counts again.
    ProvisioningFailed: Count,
    /// The function provisioner completed a scheduled run.
    ProvisionerRan: Count,
    /// The host app did not do a provisioning step. The call is repeated, or the run fails.
    ProvisioningStepFailed: Count,
    /// A run of provisioning steps failed.
    ProvisioningRunFailed: Count,
    /// Age of a run of provisioning steps that is under way, since its first call.
    ProvisioningRunAge: Seconds,
    /// Time from the sign-up, or from the payment that provisioned the organization, until all
    /// provisioning steps were done.
    TimeToReady: Seconds,
    /// The mail brake delayed the welcome email of a sign-up until the next hour.
    SignupBrake: Count,

    // ---- trials ----
    /// A trial ended without a payment.
    TrialExpired: Count,
    /// A trial ended without a payment and without a payment method on file.
    TrialExpiredWithoutPaymentMethod: Count,
    /// A subscription that an admin started during the trial ended before its first payment.
    TrialLeft: Count,
    /// An organization that has or had a trial paid for the first time.
    TrialConverted: Count,
    /// An organization paid for the first time after its trial was counted as expired or left.
    TrialRecovered: Count,
    /// An operator extended an organization's trial.
    TrialExtended: Count,
    /// The trial of a subscription ended 72 hours ago, and no event of Stripe reported what
    /// followed.
    PlanUnconfirmed: Count,

    // ---- the checklist ----
    /// Time from the sign-up to the first task that an admin, a host event, or an invitation
    /// completed. A task that a payment or a Checkout session completed does not count.
    TimeToFirstValue: Seconds,
    /// The last open task of a checklist was completed or skipped.
    OnboardingCompleted: Count,
    /// A checklist was completed within seven days of provisioning.
    OnboardingCompletedInTime: Count,
    /// Time from provisioning to the completed checklist.
    TimeToComplete: Seconds,

    // ---- the trial sweep ----
    /// A trial sweep processed everything that was due.
    ClockRan: Count,
    /// A trial sweep failed for one organization.
    ClockFailed: Count,
    /// Number of items that are still due after a trial sweep. At most 250 items per shard of the
    /// index are counted.
    DueBacklog: Count,
    /// Delay of the oldest item that is still due after a trial sweep: the time since it became
    /// due.
    DueLag: Seconds,

    // ---- mail ----
    /// A scheduled run of the mailer processed all emails that were due.
    MailRoundRan: Count,
    /// Age of the oldest email that a scheduled run could not send. It is 0 if the run sent all due
    /// emails.
    MailOldestOwed: Seconds,
    /// SES accepted an email.
    MailSent: Count,
    /// SES refused or rejected an email, or the email expired unsent. `MailBounced` counts bounces.
    MailFailed: Count,
    /// No evidence shows whether SES sent an email. The email needs review.
    MailUnknown: Count,
    /// An item with a pending email is corrupt. The item needs review.
    MailUnreadable: Count,
    /// A run of the mailer ended because SES paused sending for the account. All emails wait until
    /// the account can send again.
    MailPaused: Count,
    /// The recipient's mail server accepted an email. Counted only if SES is configured to publish
    /// this event.
    MailDelivered: Count,
    /// An email bounced permanently. Notices to its address are suppressed.
    MailBounced: Count,
    /// An email bounced temporarily.
    MailBouncedForNow: Count,
    /// A recipient marked an email as spam.
    MailComplained: Count,
    /// SES accepted an email, found harmful content, and did not send it.
    MailRejected: Count,

    // ---- Stripe ----
    /// The signature of a webhook request was rejected.
    WebhookRefused: Count,
    /// A webhook request arrived while no signing secret is configured.
    WebhookSecretMissing: Count,
    /// A signed event was parked until its customer is linked to an organization.
    EventParked: Count,
    /// A parked event with the metadata of Onramp has waited for ten minutes.
    EventWaiting: Count,
    /// An event has shown a payment without effect, or a dispute, for ten minutes.
    MoneyWithoutEffect: Count,
    /// A signed event could not be parsed, so it was quarantined.
    EventQuarantined: Count,
    /// A signed event contradicts the stored state. The event needs review.
    EventConflict: Count,
    /// A signed event of the other mode (live or test) or of a connected account was ignored.
    EventWrongMode: Count,
    /// A Stripe event reported a refund.
    PaymentReturned: Count,
    /// A Stripe event reported that a payer disputes a payment.
    PaymentDisputed: Count,

    // ---- reads at Stripe ----
    /// The reconciler completed a run.
    ReconcilerRan: Count,
    /// An attempt to read an imported customer at Stripe failed. It is repeated for 72 hours.
    CustomerReadFailed: Count,

    // ---- webhooks to the host ----
    /// The host's endpoint accepted a webhook.
    HostWebhookDelivered: Count,
    /// An attempt to deliver a webhook to the host's endpoint failed.
    HostWebhookFailed: Count,

    // ---- the stream and the bus ----
    /// A record in the table's stream could not be parsed. The domain events of this change are not
    /// published.
    ChangeUnreadable: Count,
    /// A record in the table's stream contains an organization's item that is larger than 32 KB.
    ItemLarge: Count,
    /// A host event named an unknown organization or an unknown type.
    HostEventUnknown: Count,
}

static SINK: OnceLock<Sink> = OnceLock::new();

struct Sink {
    namespace: String,
    collector: fn(&str),
}

/// Sets the function that receives metric lines. Before the first call, metric lines are discarded.
/// A second call has no effect.
pub fn collect(collector: fn(&str)) {
    collect_as(NAMESPACE, collector);
}

pub(crate) fn collect_as(namespace: &str, collector: fn(&str)) {
    SINK.get_or_init(|| Sink { namespace: namespace.to_owned(), collector });
}

pub(crate) fn to_stdout(line: &str) {
    // If standard output is closed, there is no place to report the error.
    writeln!(std::io::stdout().lock(), "{line}").unwrap_or_default();
}

/// Counts `times` occurrences at `now` as a line of the embedded metric format
/// (CloudWatch user guide, "Specification: Embedded metric format").
///
/// The metric has no dimensions, because CloudWatch charges for each combination of dimensions as
/// for a separate metric.
pub fn count(metric: Metric, times: u32, now: Timestamp) {
    write(metric, i64::from(times), now);
}

/// Writes a duration at `now`, in whole seconds. A negative duration counts as 0.
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
    fn line_has_the_embedded_metric_format() {
        let value = metric_value(Metric::MailSent, 3);
        let directive = &value["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(value["MailSent"], 3);
        assert_eq!(value["_aws"]["Timestamp"], 1_767_225_600_000_i64);
        assert_eq!(directive["Namespace"], "Onramp/acme");
        assert_eq!(directive["Metrics"], json!([{"Name": "MailSent", "Unit": "Count"}]));
    }

    #[test]
    fn duration_is_written_in_seconds() {
        let value = metric_value(Metric::TimeToFirstValue, 90);
        assert_eq!(value["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Unit"], "Seconds");
        assert_eq!(value["TimeToFirstValue"], 90);
    }
}
