//! Checks of the table, the bucket, the queue, and the logs.

use serde_json::{Value, json};

use crate::template::stack::{Stack, list, number, texts};

fn tables(stack: &Stack, at: &str, expected: &Value, problem: &str) -> Vec<String> {
    let wrong = stack.of("AWS::DynamoDB::Table").filter(|(_, table)| table.pointer(at) != Some(expected));
    wrong.map(|(name, _)| format!("{name} {problem}")).collect()
}

pub fn table_recovery(stack: &Stack) -> Vec<String> {
    let at = "/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled";
    tables(stack, at, &json!(true), "has no point-in-time recovery")
}

pub fn table_protected(stack: &Stack) -> Vec<String> {
    tables(stack, "/DeletionProtectionEnabled", &json!(true), "can be deleted by one call")
}

pub fn table_encrypted(stack: &Stack) -> Vec<String> {
    tables(stack, "/SSESpecification/SSEEnabled", &json!(true), "has no KMS encryption")
}

/// Checks that the table's stream contains the old and the new image of an item. The publisher
/// compares them.
pub fn table_stream(stack: &Stack) -> Vec<String> {
    tables(
        stack,
        "/StreamSpecification/StreamViewType",
        &json!("NEW_AND_OLD_IMAGES"),
        "has a stream without old images",
    )
}

/// Checks that the table expires items by the attribute that the store writes.
pub fn table_expiry(stack: &Stack) -> Vec<String> {
    let mut found = tables(stack, "/TimeToLiveSpecification/Enabled", &json!(true), "expires no items");
    let at = "/TimeToLiveSpecification/AttributeName";
    found.extend(tables(
        stack,
        at,
        &json!("expires_at"),
        "expires items by an attribute that is not written",
    ));
    found
}

/// Checks that CloudFormation keeps the table and the bucket when it deletes their stack. If the
/// creation of the stack fails, CloudFormation deletes the bucket, which is then empty. It keeps
/// the table even then, because the table's deletion protection would make the deletion fail.
pub fn retained(stack: &Stack) -> Vec<String> {
    let mut found = Vec::new();
    for (name, resource) in stack.raw["Resources"].as_mapping().unwrap() {
        let deletion = match resource["Type"].as_str().unwrap() {
            "AWS::DynamoDB::Table" => "Retain",
            "AWS::S3::Bucket" => "RetainExceptOnCreate",
            _ => continue,
        };
        for (policy, wanted) in [("DeletionPolicy", deletion), ("UpdateReplacePolicy", "Retain")] {
            if resource[policy] != wanted {
                found.push(format!("{} does not have the {policy} {wanted}", name.as_str().unwrap()));
            }
        }
    }
    found
}

pub fn bucket_closed(stack: &Stack) -> Vec<String> {
    let open = stack.of("AWS::S3::Bucket").filter(|(_, bucket)| {
        let block = &bucket["PublicAccessBlockConfiguration"];
        let closed = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];
        let rules = &bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"];
        closed.iter().any(|name| block[name] != true)
            || list(rules).is_empty()
            || list(&bucket["LifecycleConfiguration"]["Rules"]).is_empty()
            || !list(&bucket["LifecycleConfiguration"]["Rules"]).iter().all(keeps_90_days)
    });
    open.map(|(name, _)| format!("{name} is not private, encrypted, and expired after 90 days")).collect()
}

/// Returns whether a rule keeps objects for at least 90 days. The bucket has the only copy of its
/// objects.
fn keeps_90_days(rule: &Value) -> bool {
    number(&rule["ExpirationInDays"]).is_some_and(|days| days >= 90)
}

/// Checks that a queue keeps messages for 14 days, which is the maximum.
pub fn queue_retention(stack: &Stack) -> Vec<String> {
    let wrong = stack.of("AWS::SQS::Queue").filter(|(_, queue)| {
        number(&queue["MessageRetentionPeriod"]) != Some(14 * 24 * 3600)
            || queue["SqsManagedSseEnabled"] != true
    });
    wrong.map(|(name, _)| format!("{name} has a short retention or no encryption")).collect()
}

/// Checks that every queue and every bucket rejects requests without TLS.
pub fn tls_only(stack: &Stack) -> Vec<String> {
    let rejects_plain_http = |policy: &Value, of: &str| {
        list(&policy["PolicyDocument"]["Statement"]).iter().any(|statement| {
            statement["Effect"] == "Deny"
                && statement["Principal"] == "*"
                && texts(&statement["Action"]) == [format!("{of}:*")]
                && statement["Condition"]["Bool"]["aws:SecureTransport"] == "false"
                // The policy of a bucket names two resources: the bucket and its objects. The
                // policy of a queue names only the queue.
                && texts(&statement["Resource"]).len() == if of == "s3" { 2 } else { 1 }
        })
    };
    let mut found = Vec::new();
    for (kind, policies, service) in [
        ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "sqs"),
        ("AWS::S3::Bucket", "AWS::S3::BucketPolicy", "s3"),
    ] {
        for (name, _) in stack.of(kind) {
            let own = stack.of(policies).any(|(_, policy)| {
                let named = list(&policy["Queues"]).into_iter().chain(list(&policy["Bucket"]));
                let mut named = named.filter_map(|it| it.as_str().map(str::to_owned));
                named.any(|it| it.ends_with(&format!("onramp-{name}"))) && rejects_plain_http(policy, service)
            });
            if !own {
                found.push(format!("{name} accepts requests without TLS"));
            }
        }
    }
    found
}

pub fn log_retention(stack: &Stack) -> Vec<String> {
    let unlimited =
        stack.of("AWS::Logs::LogGroup").filter(|(_, group)| number(&group["RetentionInDays"]).is_none());
    unlimited.map(|(name, _)| format!("{name} has no retention")).collect()
}
