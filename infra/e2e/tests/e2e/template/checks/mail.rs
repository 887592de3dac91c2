//! Checks of SES: the configuration sets and their events.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::template::{
    code,
    stack::{Stack, texts},
};

const SETS: &str = "AWS::SES::ConfigurationSet";

pub fn tls(stack: &Stack) -> Vec<String> {
    let plain = stack.of(SETS).filter(|(_, set)| {
        set["DeliveryOptions"]["TlsPolicy"] != "REQUIRE"
            || set["ReputationOptions"]["ReputationMetricsEnabled"] != true
    });
    plain.map(|(name, _)| format!("{name} allows mail without TLS, or has no reputation metrics")).collect()
}

/// Checks the suppression settings of SES. SES sends no notice to an address after a bounce or a
/// complaint. It always sends emails with links, because a link is the only way to sign in.
pub fn suppression(stack: &Stack) -> Vec<String> {
    let expected =
        |name: &str| -> &[&str] { if name == "LinkConfiguration" { &[] } else { &["BOUNCE", "COMPLAINT"] } };
    let wrong = stack.of(SETS).filter(|(name, set)| {
        let reasons = &set["SuppressionOptions"]["SuppressedReasons"];
        !reasons.is_array() || texts(reasons) != expected(name)
    });
    wrong.map(|(name, _)| format!("{name} has the wrong suppression")).collect()
}

/// Checks that SES publishes events of every configuration set. These must be exactly the events
/// that the code handles, and the mailer's rule must match them.
pub fn feedback(stack: &Stack) -> Vec<String> {
    let mut found = Vec::new();
    let names: BTreeSet<String> =
        stack.of(SETS).filter_map(|(_, set)| set["Name"].as_str().map(str::to_owned)).collect();
    let event_types: BTreeSet<String> = code::FEEDBACK.iter().map(|it| it.event_type.to_owned()).collect();
    let detail_types: BTreeSet<String> = code::FEEDBACK.iter().map(|it| it.detail_type.to_owned()).collect();
    let set = |value: &Value| -> BTreeSet<String> { texts(value).into_iter().collect() };

    let mut publishing = BTreeSet::new();
    for (name, of) in stack.of("AWS::SES::ConfigurationSetEventDestination") {
        let destination = &of["EventDestination"];
        publishing.extend(of["ConfigurationSetName"].as_str().map(str::to_owned));
        if destination["Enabled"] != true
            || set(&destination["MatchingEventTypes"]) != event_types
            || destination["EventBridgeDestination"]["EventBusArn"]
                != stack.arn("events", "event-bus/default")
        {
            found.push(format!("{name} does not publish exactly the events that the code handles"));
        }
    }
    if publishing != names {
        found.push("a configuration set has no event destination".to_owned());
    }
    let rules = stack.events("EventBridgeRule").into_iter().filter(|(place, _)| place.starts_with("Mailer"));
    for (place, rule) in rules {
        let pattern = &rule["Pattern"];
        if texts(&pattern["source"]) != ["aws.ses"]
            || set(&pattern["detail-type"]) != detail_types
            || set(&pattern["detail"]["mail"]["tags"]["ses:configuration-set"]) != names
        {
            found.push(format!("{place} does not match the events of SES"));
        }
    }
    found
}
