//! Fault injection: a plan selects which calls of the functions fail, and how they fail.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Rejected because of too many calls.
    Throttle,
    /// Internal error of the service. The operation has no effect.
    #[serde(rename = "error_500")]
    Error500,
    /// Another transaction is changing the item. The operation has no effect.
    Conflict,
    /// The role does not allow the call.
    AccessDenied,
    /// A part of the batch is not processed.
    Partial,
    /// No response. The operation has no effect.
    Hang,
    /// No connection. The operation has no effect.
    Reset,
    /// The operation takes effect, but the response is lost.
    ReplyLost,
    /// The process ends before the call takes effect.
    Crash,
    /// The process ends after the call took effect.
    CrashAfter,
}

/// A rule of the plan. An omitted field matches every call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Name of the function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// Name of the service, as in the call log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Name of the operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Applies only to the n-th matching call since the plan was set, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<u64>,
    /// Share of matching calls that fail, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// How the matching calls fail.
    pub kind: Kind,
}

/// Services that a rule can name.
const SERVICES: &[&str] = &["dynamodb", "sesv2", "events", "secretsmanager", "sqs", "stripe", "host"];

/// The active fault plan of a stack.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Plan>);

#[derive(Debug, Default)]
struct Plan {
    /// Each rule with the number of calls that matched it.
    lines: Vec<(Fault, u64)>,
    /// State of the random generator.
    random: u64,
}

impl Faults {
    /// Returns the rules of the active plan.
    pub fn plan(&self) -> Vec<Fault> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .lines
            .iter()
            .map(|(fault, _)| fault.clone())
            .collect()
    }

    /// Replaces the fault plan and sets the call count of each rule to 0.
    ///
    /// # Errors
    /// Returns one message for each error in the rules. The previous plan then stays active.
    pub fn replace(&self, faults: Vec<Fault>, known_functions: &[String]) -> Result<(), Vec<String>> {
        let mut wrong = Vec::new();
        for (index, fault) in faults.iter().enumerate() {
            if fault.service.as_ref().is_some_and(|service| !SERVICES.contains(&service.as_str())) {
                wrong.push(format!("[{index}].service must be one of {}", SERVICES.join(", ")));
            }
            if fault.function.as_ref().is_some_and(|function| !known_functions.contains(function)) {
                wrong.push(format!("[{index}].function must be one of {}", known_functions.join(", ")));
            }
            if fault.nth.is_some() && fault.rate.is_some() {
                wrong.push(format!("[{index}]: use nth or rate, not both"));
            }
            if fault.nth == Some(0) {
                wrong.push(format!("[{index}].nth must be at least 1"));
            }
            if fault.rate.is_some_and(|rate| !(0.0..=1.0).contains(&rate)) {
                wrong.push(format!("[{index}].rate must be between 0 and 1"));
            }
        }
        if wrong.is_empty() {
            let mut plan = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            plan.lines = faults.into_iter().map(|fault| (fault, 0)).collect();
            // A fixed seed makes runs with the same plan repeatable.
            plan.random = 0x9E37_79B9_7F4A_7C15;
            return Ok(());
        }
        Err(wrong)
    }

    /// Removes all rules, so no call fails.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).lines.clear();
    }

    /// Returns the fault to inject into a call, or `None` if the call must not fail. Every rule
    /// that matches the call counts it. If several rules apply, the first rule in the plan
    /// determines the fault.
    pub fn injected_fault(&self, function: &str, service: &str, operation: &str) -> Option<Kind> {
        let mut plan = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Plan { lines, random } = &mut *plan;
        let matches =
            |field: &Option<String>, value: &str| field.as_deref().is_none_or(|field| field == value);
        let mut injected = None;
        for (fault, count) in lines {
            let possible = fault.kind != Kind::Partial || has_parts(operation);
            if !matches(&fault.function, function)
                || !matches(&fault.service, service)
                || !matches(&fault.operation, operation)
                || !possible
            {
                continue;
            }
            *count += 1;
            let applies = match (fault.nth, fault.rate) {
                (Some(nth), _) => *count == nth,
                (None, Some(rate)) => draw(random) < rate,
                (None, None) => true,
            };
            if applies && injected.is_none() {
                injected = Some(fault.kind);
            }
        }
        injected
    }
}

/// Returns whether a part of the operation can fail while the rest succeeds.
fn has_parts(operation: &str) -> bool {
    matches!(operation, "BatchGetItem" | "BatchWriteItem" | "PutEvents")
}

/// Returns a pseudorandom number from 0 to 1 (xorshift64*).
fn draw(state: &mut u64) -> f64 {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    let high = u32::try_from(state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32).unwrap_or_default();
    f64::from(high) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(json: &str) -> Faults {
        let faults = Faults::default();
        let known = ["mailer".to_owned(), "org-signup".to_owned()];
        faults.replace(serde_json::from_str(json).unwrap(), &known).unwrap();
        faults
    }

    #[test]
    fn nth_matching_call_fails_once() {
        let faults = plan(r#"[{"function":"mailer","operation":"PutItem","nth":2,"kind":"throttle"}]"#);
        assert_eq!(faults.injected_fault("mailer", "dynamodb", "PutItem"), None);
        assert_eq!(faults.injected_fault("org-signup", "dynamodb", "PutItem"), None);
        assert_eq!(faults.injected_fault("mailer", "dynamodb", "GetItem"), None);
        assert_eq!(faults.injected_fault("mailer", "dynamodb", "PutItem"), Some(Kind::Throttle));
        assert_eq!(faults.injected_fault("mailer", "dynamodb", "PutItem"), None);
    }

    #[test]
    fn rule_without_fields_applies_to_every_call() {
        let faults = plan(r#"[{"kind":"error_500"}]"#);
        assert_eq!(faults.injected_fault("mailer", "sesv2", "SendEmail"), Some(Kind::Error500));
        faults.clear();
        assert_eq!(faults.injected_fault("mailer", "sesv2", "SendEmail"), None);
    }

    #[test]
    fn rate_applies_to_its_share_repeatably() {
        let run = || {
            let faults = plan(r#"[{"rate":0.3,"kind":"reset"}]"#);
            (0..1000)
                .map(|_| faults.injected_fault("mailer", "dynamodb", "GetItem").is_some())
                .collect::<Vec<_>>()
        };
        let failed = run().into_iter().filter(|failed| *failed).count();
        assert!((250..350).contains(&failed), "{failed}");
        assert_eq!(run(), run());
    }

    #[test]
    fn partial_applies_only_to_calls_with_parts() {
        let faults = plan(r#"[{"kind":"partial","nth":1}]"#);
        assert_eq!(faults.injected_fault("mailer", "dynamodb", "GetItem"), None);
        assert_eq!(faults.injected_fault("mailer", "dynamodb", "BatchGetItem"), Some(Kind::Partial));
    }

    #[test]
    fn every_invalid_rule_is_reported() {
        let lines = r#"[{"service":"s3","kind":"hang"},{"function":"unknown","kind":"hang"},
            {"nth":0,"kind":"hang"},{"nth":1,"rate":0.5,"kind":"hang"},{"rate":2,"kind":"hang"}]"#;
        let faults = Faults::default();
        let wrong = faults.replace(serde_json::from_str(lines).unwrap(), &["mailer".to_owned()]).unwrap_err();
        assert_eq!(wrong.len(), 5, "{wrong:?}");
        assert!(serde_json::from_str::<Fault>(r#"{"kind":"meteor"}"#).is_err());
        assert!(serde_json::from_str::<Fault>(r#"{"kind":"hang","operaton":"x"}"#).is_err());
    }
}
