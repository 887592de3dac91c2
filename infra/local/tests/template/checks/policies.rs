//! Checks of the permissions of functions. The audit of a complete test run shows that each
//! permission is used.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    code,
    stack::{Stack, texts},
};

const LEADING_KEYS: &str = "dynamodb:LeadingKeys";

pub fn named(stack: &Stack) -> Vec<String> {
    let unnamed =
        stack.statements().into_iter().filter(|(_, it)| it["Sid"].as_str().is_none_or(str::is_empty));
    unnamed.map(|(place, _)| format!("{place} has no name")).collect()
}

/// No action and no resource is a pattern, and no statement denies.
pub fn no_wildcard(stack: &Stack) -> Vec<String> {
    let wide = stack.statements().into_iter().filter(|(_, statement)| {
        let patterns = [texts(&statement["Action"]), texts(&statement["Resource"])].concat();
        patterns.iter().any(|it| it.contains(['*', '?'])) || statement["Effect"] != "Allow"
    });
    wide.map(|(place, _)| format!("{place} has a wildcard, or denies")).collect()
}

/// A statement on the table is limited to existing kinds of keys. It also rejects a request without
/// a key, because a condition on all keys of a request is true if there are none.
pub fn key_prefixes(stack: &Stack) -> Vec<String> {
    let known = code::partitions();
    let is_bounded = |statement: &Value| {
        let prefixes = texts(&statement["Condition"]["ForAllValues:StringLike"][LEADING_KEYS]);
        !prefixes.is_empty()
            && prefixes.iter().all(|prefix| known.contains(prefix))
            && statement["Condition"]["Null"][LEADING_KEYS] == "false"
    };
    let unbounded = stack.statements().into_iter().filter(|(_, statement)| {
        let of_table = texts(&statement["Action"]).iter().any(|action| action.starts_with("dynamodb:"));
        of_table && !is_bounded(statement)
    });
    unbounded.map(|(place, _)| format!("{place} is not limited to kinds of keys")).collect()
}

/// The table is read by key only, and each other service has one allowed action.
pub fn actions(stack: &Stack) -> Vec<String> {
    let table =
        ["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"];
    let known: BTreeSet<String> = table
        .map(|action| format!("dynamodb:{action}"))
        .into_iter()
        .chain(
            ["secretsmanager:GetSecretValue", "ses:SendEmail", "events:PutEvents", "sqs:GetQueueAttributes"]
                .map(str::to_owned),
        )
        .collect();
    let mut found = Vec::new();
    for (place, statement) in stack.statements() {
        let other = texts(&statement["Action"]).into_iter().filter(|action| !known.contains(action));
        found.extend(other.map(|action| format!("{place} allows {action}")));
    }
    found
}

/// Events are published with Onramp's source only, and a request without a source is rejected.
pub fn event_source(stack: &Stack) -> Vec<String> {
    let code = code::source("shared/bus");
    let own = code.split("pub const SOURCE: &str = \"").nth(1).and_then(|rest| rest.split('"').next());
    let is_bounded = |statement: &Value| {
        let condition = &statement["Condition"];
        texts(&condition["ForAllValues:StringEquals"]["events:source"]) == own.as_slice()
            && condition["Null"]["events:source"] == "false"
    };
    let unbounded = stack.statements().into_iter().filter(|(_, statement)| {
        texts(&statement["Action"]).contains(&"events:PutEvents".to_owned()) && !is_bounded(statement)
    });
    unbounded.map(|(place, _)| format!("{place} publishes as any source")).collect()
}

/// A secret is read by its own ARN.
pub fn secrets(stack: &Stack) -> Vec<String> {
    let unbounded = stack.statements().into_iter().filter(|(_, statement)| {
        texts(&statement["Action"]).contains(&"secretsmanager:GetSecretValue".to_owned())
            && texts(&statement["Resource"]).iter().any(|arn| !arn.contains(":secret:"))
    });
    unbounded.map(|(place, _)| format!("{place} reads more than one secret")).collect()
}

/// Only the mailer sends email, and with one sender address only.
pub fn sender(stack: &Stack) -> Vec<String> {
    let sends = |statement: &Value| texts(&statement["Action"]).contains(&"ses:SendEmail".to_owned());
    let mut found = Vec::new();
    for (place, statement) in stack.statements() {
        if sends(&statement)
            && (!place.starts_with("MailerFunction.")
                || statement["Condition"]["StringEquals"]["ses:FromAddress"].as_str().is_none())
        {
            found.push(format!("{place} can send with any address"));
        }
    }
    found
}
