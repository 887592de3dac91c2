//! Checks of the permissions of functions. They do not check whether a function uses each
//! permission. The part `permissions` of `.ci/run` checks that, with the calls of a complete test
//! run.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::template::{
    code,
    stack::{Stack, texts},
};

const LEADING_KEYS: &str = "dynamodb:LeadingKeys";

pub fn named(stack: &Stack) -> Vec<String> {
    let unnamed =
        stack.statements().into_iter().filter(|(_, it)| it["Sid"].as_str().is_none_or(str::is_empty));
    unnamed.map(|(place, _)| format!("{place} has no name")).collect()
}

/// Checks that no action and no resource contains a wildcard, and that no statement denies.
pub fn no_wildcard(stack: &Stack) -> Vec<String> {
    let wide = stack.statements().into_iter().filter(|(_, statement)| {
        let patterns = [texts(&statement["Action"]), texts(&statement["Resource"])].concat();
        patterns.iter().any(|it| it.contains(['*', '?'])) || statement["Effect"] != "Allow"
    });
    wide.map(|(place, _)| format!("{place} has a wildcard, or denies")).collect()
}

/// Checks that each statement on the table is limited to kinds of partition keys that the store
/// uses. The statement must also reject a request without a key. IAM would otherwise allow such a
/// request, because a condition on all keys is true if there are no keys.
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

/// Checks that statements allow only known actions. On the table, these are reads and writes by
/// key. On each other service, this is one action.
pub fn actions(stack: &Stack) -> Vec<String> {
    let table =
        ["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"];
    let known: BTreeSet<String> = table
        .map(|action| format!("dynamodb:{action}"))
        .into_iter()
        .chain(
            [
                "secretsmanager:GetSecretValue",
                "ses:SendEmail",
                "events:PutEvents",
                "sqs:ChangeMessageVisibility",
                "sqs:GetQueueAttributes",
                "sqs:SendMessage",
            ]
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

/// Checks that functions can publish events only with the source of Onramp. A request without a
/// source must be rejected too.
pub fn event_source(stack: &Stack) -> Vec<String> {
    let code = code::source("shared/event-bus");
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

/// Checks that a statement that allows reading secrets names each secret by its ARN.
pub fn secrets(stack: &Stack) -> Vec<String> {
    let unbounded = stack.statements().into_iter().filter(|(_, statement)| {
        texts(&statement["Action"]).contains(&"secretsmanager:GetSecretValue".to_owned())
            && texts(&statement["Resource"]).iter().any(|arn| !arn.contains(":secret:"))
    });
    unbounded.map(|(place, _)| format!("{place} reads more than one secret")).collect()
}

/// Checks that only the mailer can send email, and only with one sender address.
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
