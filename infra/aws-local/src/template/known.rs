//! Checks that the reader supports every resource type and every property in the template. The file
//! `known.yaml` lists the supported types and properties.

use std::sync::LazyLock;

use serde_json::Value;

/// Content of `known.yaml`: the supported properties of each part. A part is a resource type,
/// `event` followed by an event type, or a section of the template.
static KNOWN: LazyLock<Value> = LazyLock::new(|| {
    let mut known: serde_yaml_ng::Value =
        serde_yaml_ng::from_str(include_str!("known.yaml")).unwrap_or_default();
    // If the list cannot be parsed, it is empty and every part is an error. A test covers this.
    known.apply_merge().unwrap_or_default();
    serde_json::to_value(known).unwrap_or_default()
});

/// Returns one error for each property in `value` that is not supported in `part`. If `part` itself
/// is not supported, returns one error about it. `at` is the path of `value` in the template.
pub(super) fn unknown(part: &str, value: &Value, at: &str) -> Vec<String> {
    let mut errors = Vec::new();
    match KNOWN.get(part) {
        Some(known) => compare(known, value, at, &mut errors),
        None => errors.push(format!("{at}: unsupported type {part}")),
    }
    errors
}

fn compare(known: &Value, value: &Value, at: &str, errors: &mut Vec<String>) {
    match (known, value) {
        (_, Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                compare(known, item, &format!("{at}[{index}]"), errors);
            }
        }
        (Value::Object(known), Value::Object(given)) => {
            for (name, value) in given {
                match known.get(name) {
                    Some(known) => compare(known, value, &format!("{at}.{name}"), errors),
                    None => errors.push(format!("{at}: unsupported property {name}")),
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
    fn unsupported_name_is_reported_with_its_path() {
        let check = |part: &str, value: Value, expected: &[&str]| {
            assert_eq!(unknown(part, &value, "X"), expected, "{part}");
        };
        check("AWS::SQS::Queue", json!({"QueueName": "q", "MessageRetentionPeriod": 1}), &[]);
        check("AWS::SQS::Queue", json!({"Retention": 1}), &["X: unsupported property Retention"]);
        check("AWS::EC2::Instance", json!({}), &["X: unsupported type AWS::EC2::Instance"]);
        check(
            "AWS::DynamoDB::Table",
            json!({"GlobalSecondaryIndexes": [{"IndexName": "a"}, {"Projection": {"Type": "ALL"}}]}),
            &["X.GlobalSecondaryIndexes[1].Projection: unsupported property Type"],
        );
        check(
            "AWS::Serverless::Function",
            json!({"Timeout": 3, "Policies": [{"Statement": [{"Sid": "A", "Actions": []}]}]}),
            &["X.Policies[0].Statement[0]: unsupported property Actions"],
        );
    }
}
