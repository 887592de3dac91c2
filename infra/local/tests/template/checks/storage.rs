//! What is kept: the table, the bucket, the queue, the logs.

use serde_json::{Value, json};

use crate::stack::{Stack, list, number, texts};

fn tables(stack: &Stack, at: &str, expected: &Value, what: &str) -> Vec<String> {
    let wrong = stack.of("AWS::DynamoDB::Table").filter(|(_, table)| table.pointer(at) != Some(expected));
    wrong.map(|(name, _)| format!("{name} {what}")).collect()
}

pub fn table_recovery(stack: &Stack) -> Vec<String> {
    let at = "/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled";
    tables(stack, at, &json!(true), "cannot be brought back to a moment")
}

pub fn table_protected(stack: &Stack) -> Vec<String> {
    tables(stack, "/DeletionProtectionEnabled", &json!(true), "can be deleted by one call")
}

pub fn table_encrypted(stack: &Stack) -> Vec<String> {
    tables(stack, "/SSESpecification/SSEEnabled", &json!(true), "is not under a key whose use is logged")
}

/// The publisher compares two images.
pub fn table_stream(stack: &Stack) -> Vec<String> {
    tables(stack, "/StreamSpecification/StreamViewType", &json!("NEW_AND_OLD_IMAGES"), "shows no old image")
}

/// The attribute that the store writes.
pub fn table_expiry(stack: &Stack) -> Vec<String> {
    let mut found = tables(stack, "/TimeToLiveSpecification/Enabled", &json!(true), "forgets nothing");
    let at = "/TimeToLiveSpecification/AttributeName";
    found.extend(tables(stack, at, &json!("expires_at"), "forgets by an attribute that is not written"));
    found
}

/// What holds data outlives its stack. A bucket of a creation that fails is empty and goes with it; a table cannot, since
/// it is protected from the start.
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
                found.push(format!("{} has not the {policy} {wanted}", name.as_str().unwrap()));
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
            || !list(&bucket["LifecycleConfiguration"]["Rules"]).iter().all(keeps_a_quarter)
    });
    open.map(|(name, _)| format!("{name} is not closed, encrypted and tidied")).collect()
}

/// What lies in a bucket has nowhere else to be: whoever is called must have the time to come.
fn keeps_a_quarter(rule: &Value) -> bool {
    number(&rule["ExpirationInDays"]).is_some_and(|days| days >= 90)
}

/// Two weeks, which is as long as a queue keeps anything.
pub fn queue_keeps(stack: &Stack) -> Vec<String> {
    let wrong = stack.of("AWS::SQS::Queue").filter(|(_, queue)| {
        number(&queue["MessageRetentionPeriod"]) != Some(14 * 24 * 3600)
            || queue["SqsManagedSseEnabled"] != true
    });
    wrong.map(|(name, _)| format!("{name} forgets early or is not encrypted")).collect()
}

/// Every queue and every bucket refuses what comes without TLS.
pub fn tls_only(stack: &Stack) -> Vec<String> {
    let refuses = |policy: &Value, of: &str| {
        list(&policy["PolicyDocument"]["Statement"]).iter().any(|statement| {
            statement["Effect"] == "Deny"
                && statement["Principal"] == "*"
                && texts(&statement["Action"]) == [format!("{of}:*")]
                && statement["Condition"]["Bool"]["aws:SecureTransport"] == "false"
                // A bucket and its objects, a queue.
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
                named.any(|it| it.ends_with(&format!("onramp-{name}"))) && refuses(policy, service)
            });
            if !own {
                found.push(format!("{name} takes what comes without TLS"));
            }
        }
    }
    found
}

pub fn log_retention(stack: &Stack) -> Vec<String> {
    let endless =
        stack.of("AWS::Logs::LogGroup").filter(|(_, group)| number(&group["RetentionInDays"]).is_none());
    endless.map(|(name, _)| format!("{name} keeps its lines for ever")).collect()
}
