//! Questions about an organization, and how to answer them over HTTP.
//!
//! | question | answer |
//! |---|---|
//! | `status`, `access`, `is_on_trial`, `trial_days_remaining`, `trial_ends_at`, `billing_issue` | the field of `organization` in the checklist's JSON |
//! | `next`, `next.kind`, `next.at`, `next.amount`, `plan`, `plan.key`, … | the same, for nested fields |
//! | `provisioned` | whether the organization has the marker |
//! | `second.` and a question from above, or about a page | the same for the second organization |
//! | `mails KIND` | how many emails of a kind were sent to the organization |
//! | `mail KIND says`, `mail KIND omits` | texts in at least one of these emails, or in none |
//! | `page PATH says`, `page PATH omits` | texts on a page, or missing from it |
//! | `review has`, `review lacks` | kinds of items in the operator's review queue |
//! | `last.status`, `last.location` | the response to the last request of the case |
//! | `sign_up.status` | the status of the sign-up |
//!
//! A time can be `$NOW` with an offset in seconds. A location that ends with `…` is a prefix.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::billing_cases::run::Run;

const FIELDS: [&str; 8] = [
    "status",
    "access",
    "is_on_trial",
    "trial_days_remaining",
    "trial_ends_at",
    "billing_issue",
    "next",
    "plan",
];

/// Returns whether the runner can answer a question.
pub fn is_known(question: &str) -> bool {
    let own = question.strip_prefix("second.").unwrap_or(question);
    let words: Vec<&str> = own.split(' ').collect();
    match words[..] {
        [name] if ["provisioned", "last.status", "last.location", "sign_up.status"].contains(&name) => true,
        [name] => FIELDS.contains(&name.split('.').next().unwrap_or(name)),
        ["mails", _] => true,
        ["mail" | "page", _, how] => ["says", "omits"].contains(&how),
        ["review", how] => ["has", "lacks"].contains(&how),
        _ => false,
    }
}

/// Returns the answer if it differs from the expected one; `None` if they are equal.
pub async fn wrong_answer(run: &mut Run<'_>, question: &str, expected: &Value) -> Option<Value> {
    let (second, own) =
        question.strip_prefix("second.").map_or((false, question), |question| (true, question));
    let words: Vec<&str> = own.split(' ').collect();
    match words[..] {
        ["mails", kind] => differing(expected, json!(run.mails(kind).await.len())),
        ["mail", kind, how] => {
            let texts = run.mails(kind).await;
            let all = texts.join("\n");
            misplaced(run, &all, expected, how)
        }
        ["page", path, how] => {
            let path = run.names.text(path);
            let text = run.page(&path, second).await;
            misplaced(run, &text, expected, how)
        }
        ["review", how] => {
            let kinds = run.review_kinds().await;
            let wanted = how == "has";
            let right = list(expected).iter().all(|kind| kinds.iter().any(|it| it == kind) == wanted);
            (!right).then(|| json!(kinds))
        }
        _ => {
            let found = match own {
                "provisioned" => run.is_provisioned(second).await.into(),
                "last.status" => json!(run.last.as_ref().map(|(status, _)| status)),
                "last.location" => json!(run.last.as_ref().map(|(_, location)| location)),
                "sign_up.status" => run.sign_up_status.into(),
                field => run.organization_field(field, second).await,
            };
            differing(&run.names.value(expected), found)
        }
    }
}

/// Returns the texts that are missing from `text`, or that it must not contain.
fn misplaced(run: &Run<'_>, text: &str, expected: &Value, how: &str) -> Option<Value> {
    let wanted = how == "says";
    let wrong: Vec<_> =
        list(expected).into_iter().filter(|it| text.contains(&run.names.text(it)) != wanted).collect();
    let what = if wanted { "does not say" } else { "says" };
    (!wrong.is_empty()).then(|| json!(format!("{what} {}", wrong.join(" · "))))
}

/// Returns the entries of a list, or a single text as a list.
fn list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(entries) => entries.iter().flat_map(list).collect(),
        other => vec![other.as_str().unwrap().to_owned()],
    }
}

fn differing(expected: &Value, found: Value) -> Option<Value> {
    let equal = match (expected, &found) {
        (Value::Number(second), Value::String(time)) => {
            time.parse::<Timestamp>().is_ok_and(|time| second.as_i64() == Some(time.as_second()))
        }
        (Value::String(expected), Value::String(found)) if expected.ends_with('…') => {
            found.starts_with(expected.trim_end_matches('…'))
        }
        _ => *expected == found,
    };
    (!equal).then_some(found)
}
