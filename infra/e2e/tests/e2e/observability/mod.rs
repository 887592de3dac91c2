//! Checks that the metrics, the alarms, the dashboard, the runbook, and `template.yaml` are
//! consistent.

mod documented;
mod reported;
mod visitors;
mod watch;
mod wired;

use std::collections::BTreeSet;

use telemetry::{Metric, Unit};
use watch::{Alarm, Series, Watch};

/// Metrics of AWS services that an alarm or the dashboard may use: namespace, names, and dimensions
/// (from the metrics page of each service).
const AWS_METRICS: [(&str, &[&str], &[&str]); 6] = [
    ("AWS/ApiGateway", &["Count", "4xx", "5xx", "Latency"], &["ApiId", "Stage"]),
    ("AWS/ApiGateway", &["IntegrationLatency"], &["ApiId", "Stage", "Method", "Resource"]),
    (
        "AWS/Lambda",
        &["Errors", "Throttles", "Duration", "ConcurrentExecutions", "IteratorAge"],
        &["FunctionName"],
    ),
    ("AWS/Lambda", &["OnFailureDestinationDeliveredEventCount"], &["EventSourceMappingUUID"]),
    ("AWS/SQS", &["ApproximateNumberOfMessagesVisible"], &["QueueName"]),
    ("AWS/SES", &["Reputation.BounceRate", "Reputation.ComplaintRate"], &[]),
];

/// Metrics that count completed runs. If no run completes, the metric has no data. So missing data
/// must raise the alarm.
const HEARTBEATS: [Metric; 4] =
    [Metric::ClockRan, Metric::ReconcilerRan, Metric::ProvisionerRan, Metric::MailRoundRan];

fn exists(watch: &Watch, series: &Series) -> bool {
    let has_filter = watch::of_type(&watch.template, "AWS::Logs::MetricFilter").any(|(_, filter)| {
        let reported = &filter["MetricTransformations"][0];
        watch::text(&reported["MetricName"]) == series.metric
            && watch::text(&reported["MetricNamespace"]) == series.namespace
    });
    if has_filter {
        return series.dimensions.is_empty();
    }
    if series.namespace == watch::OWN_NAMESPACE {
        return series.dimensions.is_empty() && Metric::ALL.iter().any(|it| it.name() == series.metric);
    }
    AWS_METRICS.iter().any(|(namespace, metrics, dimensions)| {
        series.namespace == *namespace
            && metrics.contains(&series.metric.as_str())
            && series.dimensions.iter().map(|(name, _)| name.as_str()).eq(dimensions.iter().copied())
    })
}

#[test]
fn alarms_and_widgets_use_existing_metrics() {
    let watch = Watch::read();
    for (id, series) in watch.alarmed().chain(watch.shown()) {
        assert!(exists(&watch, series), "{id}: {series:?} does not exist");
    }
}

#[test]
fn every_metric_is_in_an_alarm_or_on_the_dashboard() {
    let watch = Watch::read();
    let watched: BTreeSet<&str> = watch
        .alarmed()
        .chain(watch.shown())
        .filter(|(_, series)| series.namespace == watch::OWN_NAMESPACE)
        .map(|(_, series)| series.metric.as_str())
        .collect();
    let reported: BTreeSet<&str> = Metric::ALL.iter().map(|metric| metric.name()).collect();
    assert_eq!(watched, reported);
}

#[test]
fn missing_heartbeat_alarms_and_missing_errors_do_not() {
    for alarm in Watch::read().alarms {
        let is_heartbeat = |series: &Series| HEARTBEATS.iter().any(|it| it.name() == series.metric);
        let expected = if alarm.series.iter().any(is_heartbeat) { "breaching" } else { "notBreaching" };
        assert_eq!(alarm.missing_data, expected, "{}", alarm.id);
    }
    let watch = Watch::read();
    for heartbeat in HEARTBEATS {
        assert!(watch.alarmed().any(|(_, series)| series.metric == heartbeat.name()), "{heartbeat:?}");
    }
}

/// Thresholds of the alarms that do not go off at the first occurrence.
const LIMITS: [(&str, &str); 17] = [
    ("ApiFailing", "Sum GreaterThan 1 in 1/1 of 300 s"),
    ("WebhookSlow", "p99 GreaterThan 5000 in 2/3 of 300 s"),
    ("WebhookRefused", "Sum GreaterThanOrEqualTo 5 in 1/1 of 300 s"),
    ("ProvisioningFailing", "Sum GreaterThan 5 in 1/1 of 900 s"),
    ("TrialsWithoutPaymentMethod", "Sum GreaterThan !Ref MostTrialsWithoutPaymentMethod in 1/1 of 86400 s"),
    ("ClockMissing", "Sum LessThan 1 in 1/1 of 900 s"),
    ("ReconcilerMissing", "Sum LessThan 1 in 1/1 of 900 s"),
    ("CustomersUnread", "Sum GreaterThan 3 in 1/1 of 900 s"),
    ("ProvisionerMissing", "Sum LessThan 1 in 1/1 of 900 s"),
    ("ProvisioningSlow", "Maximum GreaterThan 3600 in 1/1 of 900 s"),
    ("MailRoundMissing", "Sum LessThan 1 in 1/1 of 900 s"),
    ("ClockBehind", "Maximum GreaterThan 900 in 2/3 of 300 s"),
    ("MailLate", "Maximum GreaterThan 300 in 2/3 of 300 s"),
    ("MailBouncing", "Maximum GreaterThan 0.02 in 1/1 of 3600 s"),
    ("MailComplained", "Maximum GreaterThan 0.0005 in 1/1 of 3600 s"),
    ("MailStreamBehind", "Maximum GreaterThan 60000 in 2/3 of 300 s"),
    ("EventStreamBehind", "Maximum GreaterThan 60000 in 2/3 of 300 s"),
];

/// Allowed thresholds of all other alarms: they go off at the first occurrence in five minutes.
const AT_ONCE: [&str; 2] = ["Sum GreaterThan 0 in 1/1 of 300 s", "Maximum GreaterThan 0 in 1/1 of 300 s"];

#[test]
fn alarms_fire_at_their_thresholds() {
    let watch = Watch::read();
    for (name, _) in LIMITS {
        assert!(watch.alarms.iter().any(|alarm| alarm.id == name), "{name}");
    }
    for Alarm { id, limit, .. } in &watch.alarms {
        match LIMITS.iter().find(|(name, _)| name == id) {
            Some((_, expected)) => assert_eq!(limit, expected, "{id}"),
            None => assert!(AT_ONCE.contains(&limit.as_str()), "{id}: {limit}"),
        }
    }
}

#[test]
fn durations_are_never_summed() {
    for (id, series) in Watch::read().alarmed().map(|(id, series)| (id.to_owned(), series.clone())) {
        let seconds = Metric::ALL.iter().any(|it| it.name() == series.metric && it.unit() == Unit::Seconds);
        assert!(!seconds || series.statistic != "Sum", "{id}");
    }
}

#[test]
fn alarms_notify_at_start_and_end() {
    for alarm in Watch::read().alarms {
        assert!(["!Ref Topic", "!Ref Tickets"].contains(&alarm.notifies.as_str()), "{}", alarm.id);
        assert_eq!(alarm.notifies, alarm.notifies_end, "{}", alarm.id);
        assert!(alarm.span <= 86_400, "{}: CloudWatch looks back a day at most", alarm.id);
        assert!(alarm.series.len() <= 10, "{}: CloudWatch takes ten metrics at most", alarm.id);
    }
}
