//! Checks of failure destinations: no asynchronous delivery ends silently.

use serde_json::Value;

use crate::template::stack::{Stack, list, number, object, texts};

/// Checks that a function that rules or schedules invoke has bounded retries and a failure
/// destination.
pub fn async_destination(stack: &Stack) -> Vec<String> {
    let mut found = Vec::new();
    for (name, function) in stack.of("AWS::Serverless::Function") {
        let called = object(&function["Events"])
            .iter()
            .any(|(_, event)| event["Type"] == "Schedule" || event["Type"] == "EventBridgeRule");
        let config = &function["EventInvokeConfig"];
        let has_destination = config["DestinationConfig"]["OnFailure"]["Destination"] == stack.dead_letters();
        let bounded = number(&config["MaximumRetryAttempts"]).is_some()
            && number(&config["MaximumEventAgeInSeconds"]).is_some();
        if called && !(has_destination && bounded) {
            found.push(format!("{name} drops events silently, or has no limit of retries"));
        }
    }
    found
}

/// Checks that each rule and each schedule has a dead-letter queue for events that cannot reach the
/// function.
pub fn rule_dead_letter(stack: &Stack) -> Vec<String> {
    let events = ["EventBridgeRule", "Schedule"].into_iter().flat_map(|kind| stack.events(kind));
    let lost = events.filter(|(_, event)| event["DeadLetterConfig"]["Arn"] != stack.dead_letters());
    let mut found: Vec<String> = lost.map(|(place, _)| format!("{place} has no dead-letter queue")).collect();
    let is_allowed = stack.of("AWS::SQS::QueuePolicy").any(|(_, policy)| {
        list(&policy["PolicyDocument"]["Statement"]).iter().any(|statement| {
            statement["Effect"] == "Allow"
                && statement["Principal"]["Service"] == "events.amazonaws.com"
                && texts(&statement["Action"]) == ["sqs:SendMessage"]
                && texts(&statement["Resource"]) == [stack.dead_letters()]
                && statement["Condition"]["StringEquals"]["aws:SourceAccount"].is_string()
                && statement["Condition"]["ArnLike"]["aws:SourceArn"] == stack.arn("events", "rule/*")
        })
    });
    if !is_allowed {
        found.push("the queue policy does not allow this account's rules".to_owned());
    }
    found
}

/// Checks that a function with a stream reads the table's stream from its start, with a filter.
pub fn stream_source(stack: &Stack) -> Vec<String> {
    let stream = stack.arn("dynamodb", "table/onramp-Table/stream/local");
    let wrong = stack.events("DynamoDB").into_iter().filter(|(_, event)| {
        event["Stream"] != stream
            || event["StartingPosition"] != "TRIM_HORIZON"
            || list(&event["FilterCriteria"]["Filters"]).is_empty()
    });
    wrong.map(|(place, _)| format!("{place} does not read the table's stream with a filter")).collect()
}

/// Checks that a bad stream record does not block other records, and goes to a failure destination.
pub fn stream_failure(stack: &Stack) -> Vec<String> {
    let wrong = stack.events("DynamoDB").into_iter().filter(|(_, event)| {
        event["BisectBatchOnFunctionError"] != true
            || texts(&event["FunctionResponseTypes"]) != ["ReportBatchItemFailures"]
            || number(&event["MaximumRetryAttempts"]).is_none()
            || number(&event["MaximumRecordAgeInSeconds"]).is_none()
            || event["DestinationConfig"]["OnFailure"]["Destination"].as_str().is_none()
    });
    wrong.map(|(place, _)| format!("{place} lets a bad record block others, or drops it")).collect()
}

/// Checks the delivery of stream records that the publisher cannot publish. Lambda must write them
/// to a bucket before the stream drops them after 24 hours. The stream is the only source of domain
/// events. A queue would get only the position of a record in the stream and not its content.
pub fn change_retention(stack: &Stack) -> Vec<String> {
    let changes =
        stack.events("DynamoDB").into_iter().filter(|(place, _)| place.starts_with("EventPublisher"));
    let lost = changes.filter(|(_, event)| {
        let OnFailure { kind, destination } = on_failure(event);
        let age = number(&event["MaximumRecordAgeInSeconds"]).unwrap_or(-1);
        kind != "S3"
            || destination != stack.arn("s3", "Unpublished")
            || number(&event["MaximumRetryAttempts"]) != Some(-1)
            || !(1..24 * 3600).contains(&age)
    });
    lost.map(|(place, _)| format!("{place} can lose a change")).collect()
}

struct OnFailure {
    kind: String,
    destination: String,
}

fn on_failure(event: &Value) -> OnFailure {
    let of = &event["DestinationConfig"]["OnFailure"];
    let text = |key: &str| of[key].as_str().unwrap_or_default().to_owned();
    OnFailure { kind: text("Type"), destination: text("Destination") }
}
