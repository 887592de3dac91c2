//! What a function runs with.

use serde_json::Value;

use crate::stack::{Stack, number, object, texts};

/// An HTTP API waits 30 seconds.
const LONGEST_WAIT: i64 = 29;

fn each(stack: &Stack, wrong: impl Fn(&str, &Value) -> bool, what: &str) -> Vec<String> {
    let wrong = stack.functions().filter(|(name, function)| wrong(name, function));
    wrong.map(|(name, _)| format!("{name} {what}")).collect()
}

/// Time and memory are chosen, and whoever waits gets an answer of ours.
pub fn limits(stack: &Stack) -> Vec<String> {
    let wrong = |_: &str, function: &Value| {
        let routed = object(&function["Events"]).iter().any(|(_, event)| event["Type"] == "HttpApi");
        let most = if routed { LONGEST_WAIT } else { 900 };
        !number(&function["Timeout"]).is_some_and(|seconds| (1..=most).contains(&seconds))
            || !number(&function["MemorySize"]).is_some_and(|megabytes| (128..=3008).contains(&megabytes))
    };
    each(stack, wrong, "has no time or memory of its own, or too much time")
}

/// Each bound is the parameter's of that function, and 0 sets none: reserved as 0 a function never runs.
pub fn reserved(stack: &Stack) -> Vec<String> {
    let mut found = Vec::new();
    for (parameter, bound) in [
        ("WebhookReservedConcurrency", "StripeWebhookFunction"),
        ("SignupReservedConcurrency", "OrgSignupFunction"),
        ("SignInReservedConcurrency", "SignInFunction"),
    ] {
        let reserves = |value: &str| -> Vec<(String, Option<i64>)> {
            let stack = stack.with(parameter, value);
            let all = stack.functions();
            all.map(|(name, it)| (name.to_owned(), number(&it["ReservedConcurrentExecutions"]))).collect()
        };
        let none = reserves("0").into_iter().filter(|(_, reserve)| *reserve == Some(0));
        found.extend(none.map(|(name, _)| format!("{name} never runs without {parameter}")));
        let one =
            reserves("7").into_iter().filter(|(name, reserve)| (*reserve == Some(7)) != (name == bound));
        found.extend(one.map(|(name, _)| format!("{name} is bound by another parameter than its own")));
    }
    found
}

/// A claimed mail is its holder's for a while, in which the holder must have ended.
pub fn lease(stack: &Stack) -> Vec<String> {
    let lease = domain::delivery::LEASE.as_secs();
    let wrong = |name: &str, function: &Value| {
        name == "MailerFunction" && number(&function["Timeout"]).is_none_or(|seconds| seconds >= lease)
    };
    each(stack, wrong, "can outlive the lease of what it claimed")
}

/// Not the group that Lambda makes, which is kept for ever.
pub fn logs(stack: &Stack) -> Vec<String> {
    each(
        stack,
        |_, it| it["LoggingConfig"]["LogGroup"] != "onramp-Logs",
        "logs where nothing is ever deleted",
    )
}

pub fn traced(stack: &Stack) -> Vec<String> {
    each(stack, |_, function| function["Tracing"] != "Active", "is not traced")
}

pub fn runtime(stack: &Stack) -> Vec<String> {
    let wrong = |name: &str, function: &Value| {
        let built = &stack.raw["Resources"][name]["Metadata"]["BuildMethod"];
        function["Runtime"] != "provided.al2023"
            || function["Handler"] != "bootstrap"
            || texts(&function["Architectures"]) != ["x86_64"]
            || built.as_str() != Some("rust-cargolambda")
    };
    each(stack, wrong, "is not built and run as the others")
}

/// A variable that holds a secret on this machine holds the ARN of one on AWS.
pub fn secrets_by_reference(stack: &Stack) -> Vec<String> {
    let mut found = Vec::new();
    for (name, function) in stack.functions() {
        for (variable, value) in object(&function["Environment"]["Variables"]) {
            let value = value.as_str().unwrap_or_default();
            let secret = ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "HOST_SIGNING_KEYS"]
                .contains(&variable.as_str())
                || (variable.contains("SECRET") || variable.ends_with("_KEYS"));
            let plain = ["sk_", "rk_", "whsec_"].iter().any(|prefix| value.starts_with(prefix));
            if plain || (secret && !value.starts_with("arn:aws:secretsmanager:")) {
                found.push(format!("{name} has {variable} in plain text"));
            }
        }
    }
    found
}
