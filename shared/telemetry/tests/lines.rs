//! Tests of the lines that a function writes. They run in one process, so there is one collector.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use telemetry::{LogArea, Metric, collect, count, measure};

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

#[test]
fn collected_lines_contain_counts_and_durations() {
    let now = Timestamp::UNIX_EPOCH;
    count(Metric::MailSent, 1, now);
    collect(|line| LINES.lock().unwrap().push(line.to_owned()));
    collect(|_| panic!("a second collector has no effect"));
    count(Metric::MailSent, 3, now);
    measure(Metric::DueLag, SignedDuration::from_millis(90_900), now);
    measure(Metric::DueLag, SignedDuration::from_secs(-1), now);
    let lines = LINES.lock().unwrap();
    for (line, part) in lines.iter().zip(["\"MailSent\":3", "\"DueLag\":90", "\"DueLag\":0"]) {
        assert!(line.contains(part) && line.contains("\"Namespace\":\"Onramp\""), "{line}");
    }
    assert_eq!(lines.len(), 3);
}

#[test]
fn log_areas_have_the_names_that_saved_queries_use() {
    let areas = [
        LogArea::Provisioning,
        LogArea::Onboarding,
        LogArea::Webhook,
        LogArea::Billing,
        LogArea::Mail,
        LogArea::Trial,
        LogArea::Access,
        LogArea::Operator,
    ];
    let names = ["provisioning", "onboarding", "webhook", "billing", "mail", "trial", "access", "operator"];
    assert_eq!(areas.map(|area| area.to_string()), names);
}
