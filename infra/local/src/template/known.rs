//! What the reader knows of each part of a template: `known.yaml`.

use std::sync::LazyLock;

use serde_json::Value;

/// All that is known, by part: a resource type, `event` with an event's type, or a piece of the template itself.
static KNOWN: LazyLock<Value> = LazyLock::new(|| {
    let mut known: serde_yaml_ng::Value =
        serde_yaml_ng::from_str(include_str!("known.yaml")).unwrap_or_default();
    // A list that cannot be read knows nothing, and so refuses everything; a test looks.
    known.apply_merge().unwrap_or_default();
    serde_json::to_value(known).unwrap_or_default()
});

/// The places in `value` that nobody knows: as `part` has it, at `at`.
pub(super) fn unknown(part: &str, value: &Value, at: &str) -> Vec<String> {
    let mut faults = Vec::new();
    match KNOWN.get(part) {
        Some(known) => compare(known, value, at, &mut faults),
        None => faults.push(format!("{at}: {part} is not understood")),
    }
    faults
}

fn compare(known: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    match (known, value) {
        (_, Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                compare(known, item, &format!("{at}[{index}]"), faults);
            }
        }
        (Value::Object(known), Value::Object(given)) => {
            for (name, value) in given {
                match known.get(name) {
                    Some(known) => compare(known, value, &format!("{at}.{name}"), faults),
                    None => faults.push(format!("{at}: the property {name} is not understood")),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_that_is_not_known_is_told_with_its_place() {
        let check = |part: &str, value: Value, expected: &[&str]| {
            assert_eq!(unknown(part, &value, "X"), expected, "{part}");
        };
        check("AWS::SQS::Queue", json!({"QueueName": "q", "MessageRetentionPeriod": 1}), &[]);
        check("AWS::SQS::Queue", json!({"Retention": 1}), &["X: the property Retention is not understood"]);
        check("AWS::EC2::Instance", json!({}), &["X: AWS::EC2::Instance is not understood"]);
        check(
            "AWS::DynamoDB::Table",
            json!({"GlobalSecondaryIndexes": [{"IndexName": "a"}, {"Projection": {"Type": "ALL"}}]}),
            &["X.GlobalSecondaryIndexes[1].Projection: the property Type is not understood"],
        );
        check(
            "AWS::Serverless::Function",
            json!({"Timeout": 3, "Policies": [{"Statement": [{"Sid": "A", "Actions": []}]}]}),
            &["X.Policies[0].Statement[0]: the property Actions is not understood"],
        );
    }
}
