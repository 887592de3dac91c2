//! Where a failure goes: nothing that is delivered on its own is ever given up silently.

use serde_json::Value;

use crate::stack::{Stack, list, number, object, texts};

/// Whatever rules and schedules call is called asynchronously.
pub fn async_destination(stack: &Stack) -> Vec<String> {
    let mut found = Vec::new();
    for (name, function) in stack.of("AWS::Serverless::Function") {
        let called = object(&function["Events"])
            .iter()
            .any(|(_, event)| event["Type"] == "Schedule" || event["Type"] == "EventBridgeRule");
        let config = &function["EventInvokeConfig"];
        let kept = config["DestinationConfig"]["OnFailure"]["Destination"] == stack.dead_letters();
        let bounded = number(&config["MaximumRetryAttempts"]).is_some()
            && number(&config["MaximumEventAgeInSeconds"]).is_some();
        if called && !(kept && bounded) {
            found.push(format!("{name} gives events up silently, or tries for as long as it happens to"));
        }
    }
    found
}

/// What cannot even be handed to the function.
pub fn rule_dead_letter(stack: &Stack) -> Vec<String> {
    let events = ["EventBridgeRule", "Schedule"].into_iter().flat_map(|kind| stack.events(kind));
    let lost = events.filter(|(_, event)| event["DeadLetterConfig"]["Arn"] != stack.dead_letters());
    let mut found: Vec<String> = lost.map(|(place, _)| format!("{place} has no dead-letter queue")).collect();
    let lets_in = stack.of("AWS::SQS::QueuePolicy").any(|(_, policy)| {
        list(&policy["PolicyDocument"]["Statement"]).iter().any(|statement| {
            statement["Effect"] == "Allow"
                && statement["Principal"]["Service"] == "events.amazonaws.com"
                && texts(&statement["Action"]) == ["sqs:SendMessage"]
                && texts(&statement["Resource"]) == [stack.dead_letters()]
                && statement["Condition"]["StringEquals"]["aws:SourceAccount"].is_string()
                && statement["Condition"]["ArnLike"]["aws:SourceArn"] == stack.arn("events", "rule/*")
        })
    });
    if !lets_in {
        found.push("the queue takes nothing from this account's rules".to_owned());
    }
    found
}

/// A mapping reads the table's stream, and only what its function is for.
pub fn stream_source(stack: &Stack) -> Vec<String> {
    let stream = stack.arn("dynamodb", "table/onramp-Table/stream/local");
    let wrong = stack.events("DynamoDB").into_iter().filter(|(_, event)| {
        event["Stream"] != stream
            || event["StartingPosition"] != "TRIM_HORIZON"
            || list(&event["FilterCriteria"]["Filters"]).is_empty()
    });
    wrong.map(|(place, _)| format!("{place} does not read what it should of the table's stream")).collect()
}

/// One bad record holds up no other, and is kept.
pub fn stream_failure(stack: &Stack) -> Vec<String> {
    let wrong = stack.events("DynamoDB").into_iter().filter(|(_, event)| {
        event["BisectBatchOnFunctionError"] != true
            || texts(&event["FunctionResponseTypes"]) != ["ReportBatchItemFailures"]
            || number(&event["MaximumRetryAttempts"]).is_none()
            || number(&event["MaximumRecordAgeInSeconds"]).is_none()
            || event["DestinationConfig"]["OnFailure"]["Destination"].as_str().is_none()
    });
    wrong.map(|(place, _)| format!("{place} lets a bad record hold up others, or drops it")).collect()
}

/// Domain events come from the stream alone, which forgets after a day: what could not be published leaves it whole
/// and before, for a bucket, since a queue gets only its place in the stream.
pub fn changes_kept(stack: &Stack) -> Vec<String> {
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
