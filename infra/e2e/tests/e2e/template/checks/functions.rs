//! Checks of the settings of functions.

use serde_json::Value;

use crate::template::stack::{Stack, number, object, texts};

/// Maximum timeout in seconds. An HTTP API waits 30 seconds.
const MAX_TIMEOUT: i64 = 29;

fn each(stack: &Stack, wrong: impl Fn(&str, &Value) -> bool, problem: &str) -> Vec<String> {
    let wrong = stack.functions().filter(|(name, function)| wrong(name, function));
    wrong.map(|(name, _)| format!("{name} {problem}")).collect()
}

/// Checks that each function has a timeout and a memory size. A function with a route must end
/// before the API's own timeout.
pub fn limits(stack: &Stack) -> Vec<String> {
    let wrong = |_: &str, function: &Value| {
        let routed = object(&function["Events"]).iter().any(|(_, event)| event["Type"] == "HttpApi");
        let max = if routed { MAX_TIMEOUT } else { 900 };
        !number(&function["Timeout"]).is_some_and(|seconds| (1..=max).contains(&seconds))
            || !number(&function["MemorySize"]).is_some_and(|megabytes| (128..=3008).contains(&megabytes))
    };
    each(stack, wrong, "has no timeout or memory, or a timeout that is too long")
}

/// Checks that each parameter for reserved concurrency changes only its own function. With the
/// value 0, the function must have no reservation, because Lambda never runs a function with a
/// reservation of 0.
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
        found.extend(one.map(|(name, _)| format!("{name} is bound by the parameter of another function")));
    }
    found
}

/// Checks that the mailer's timeout is shorter than the lease of a claimed email. During the lease,
/// no other run of the mailer sends the email.
pub fn lease(stack: &Stack) -> Vec<String> {
    let lease = domain::mail::CLAIM_LEASE.as_secs();
    let wrong = |name: &str, function: &Value| {
        name == "MailerFunction" && number(&function["Timeout"]).is_none_or(|seconds| seconds >= lease)
    };
    each(stack, wrong, "has a timeout above the lease of a claimed email")
}

/// Checks that functions do not use the log group that Lambda creates, because its lines never
/// expire.
pub fn logs(stack: &Stack) -> Vec<String> {
    each(
        stack,
        |_, it| it["LoggingConfig"]["LogGroup"] != "onramp-Logs",
        "logs to a group whose lines never expire",
    )
}

pub fn runtime(stack: &Stack) -> Vec<String> {
    let wrong = |name: &str, function: &Value| {
        let build_method = &stack.raw["Resources"][name]["Metadata"]["BuildMethod"];
        function["Runtime"] != "provided.al2023"
            || function["Handler"] != "bootstrap"
            || texts(&function["Architectures"]) != ["x86_64"]
            || build_method.as_str() != Some("rust-cargolambda")
    };
    each(stack, wrong, "has another build or runtime than the other functions")
}

/// Checks that secrets are passed by reference. A variable that contains a secret in the local
/// stack contains the ARN of the secret on AWS.
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
