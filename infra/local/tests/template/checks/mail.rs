//! SES: its configuration sets, and what it tells of them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::code;
use crate::stack::{Stack, texts};

const SETS: &str = "AWS::SES::ConfigurationSet";

pub fn tls(stack: &Stack) -> Vec<String> {
    let plain = stack.of(SETS).filter(|(_, set)| {
        set["DeliveryOptions"]["TlsPolicy"] != "REQUIRE"
            || set["ReputationOptions"]["ReputationMetricsEnabled"] != true
    });
    plain.map(|(name, _)| format!("{name} sends in the clear, or without a measure")).collect()
}

/// Notices stop where they are not wanted; a link that is the only way in is tried whatever happened before.
pub fn suppression(stack: &Stack) -> Vec<String> {
    let expected =
        |name: &str| -> &[&str] { if name == "LinkConfiguration" { &[] } else { &["BOUNCE", "COMPLAINT"] } };
    let wrong = stack.of(SETS).filter(|(name, set)| {
        let reasons = &set["SuppressionOptions"]["SuppressedReasons"];
        !reasons.is_array() || texts(reasons) != expected(name)
    });
    wrong
        .map(|(name, _)| format!("{name} is not silent where it should be, or is where it should not"))
        .collect()
}

/// What SES is to tell of each set is what the rule takes and the code understands.
pub fn feedback(stack: &Stack) -> Vec<String> {
    let mut found = Vec::new();
    let names: BTreeSet<String> =
        stack.of(SETS).filter_map(|(_, set)| set["Name"].as_str().map(str::to_owned)).collect();
    let told: BTreeSet<String> = code::FEEDBACK.iter().map(|it| it.told.to_owned()).collect();
    let taken: BTreeSet<String> = code::FEEDBACK.iter().map(|it| it.taken.to_owned()).collect();
    let set = |value: &Value| -> BTreeSet<String> { texts(value).into_iter().collect() };

    let mut telling = BTreeSet::new();
    for (name, of) in stack.of("AWS::SES::ConfigurationSetEventDestination") {
        let destination = &of["EventDestination"];
        telling.extend(of["ConfigurationSetName"].as_str().map(str::to_owned));
        if destination["Enabled"] != true
            || set(&destination["MatchingEventTypes"]) != told
            || destination["EventBridgeDestination"]["EventBusArn"]
                != stack.arn("events", "event-bus/default")
        {
            found.push(format!("{name} does not tell what the code understands"));
        }
    }
    if telling != names {
        found.push("not each configuration set tells".to_owned());
    }
    let rules = stack.events("EventBridgeRule").into_iter().filter(|(place, _)| place.starts_with("Mailer"));
    for (place, rule) in rules {
        let pattern = &rule["Pattern"];
        if texts(&pattern["source"]) != ["aws.ses"]
            || set(&pattern["detail-type"]) != taken
            || set(&pattern["detail"]["mail"]["tags"]["ses:configuration-set"]) != names
        {
            found.push(format!("{place} does not take what SES tells"));
        }
    }
    found
}
