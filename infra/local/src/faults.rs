//! Faults on demand: which calls of which function go wrong, and how.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// How a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Refused for now: too many calls.
    Throttle,
    /// An internal error; not done.
    #[serde(rename = "error_500")]
    Error500,
    /// Another transaction holds the item.
    Conflict,
    /// The role does not allow it.
    AccessDenied,
    /// A part of a batch was not processed.
    Partial,
    /// No answer; not done.
    Hang,
    /// No connection: surely not done.
    Reset,
    /// Done, and the answer was lost.
    ReplyLost,
    /// The invocation ends before the call takes effect.
    Crash,
    /// The invocation ends after the call took effect.
    CrashAfter,
}

/// One line of a plan. A field left out matches everything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The function's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// The service's name in the call log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The operation's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Only the n-th matching call, from 1, counted from when the plan was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<u64>,
    /// The share of matching calls, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// What happens.
    pub kind: Kind,
}

/// Services that a plan may name.
const SERVICES: &[&str] = &["dynamodb", "sesv2", "events", "secretsmanager", "sqs", "stripe"];

/// The plan in force.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Plan>);

#[derive(Debug, Default)]
struct Plan {
    lines: Vec<(Fault, u64)>,
    random: u64,
}

impl Faults {
    /// The plan in force.
    pub fn plan(&self) -> Vec<Fault> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .lines
            .iter()
            .map(|(fault, _)| fault.clone())
            .collect()
    }

    /// Replaces the plan and starts counting anew. Every line that makes no sense is named.
    pub fn replace(&self, faults: Vec<Fault>, known_functions: &[String]) -> Result<(), Vec<String>> {
        let mut wrong = Vec::new();
        for (index, fault) in faults.iter().enumerate() {
            if fault.service.as_ref().is_some_and(|service| !SERVICES.contains(&service.as_str())) {
                wrong.push(format!("[{index}].service is one of {}", SERVICES.join(", ")));
            }
            if fault.function.as_ref().is_some_and(|function| !known_functions.contains(function)) {
                wrong.push(format!("[{index}].function is one of {}", known_functions.join(", ")));
            }
            if fault.nth.is_some() && fault.rate.is_some() {
                wrong.push(format!("[{index}] takes nth or rate, not both"));
            }
            if fault.nth == Some(0) {
                wrong.push(format!("[{index}].nth counts from 1"));
            }
            if fault.rate.is_some_and(|rate| !(0.0..=1.0).contains(&rate)) {
                wrong.push(format!("[{index}].rate lies between 0 and 1"));
            }
        }
        if wrong.is_empty() {
            let mut plan = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            plan.lines = faults.into_iter().map(|fault| (fault, 0)).collect();
            // The same plan meets the same luck, so a run can be repeated.
            plan.random = 0x9E37_79B9_7F4A_7C15;
            return Ok(());
        }
        Err(wrong)
    }

    /// No faults any more.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).lines.clear();
    }

    /// What happens to this call, if anything. Every matching line counts it; the first that fires decides.
    pub fn strike(&self, function: &str, service: &str, operation: &str) -> Option<Kind> {
        let mut plan = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Plan { lines, random } = &mut *plan;
        let is =
            |wanted: &Option<String>, given: &str| wanted.as_deref().is_none_or(|wanted| wanted == given);
        let mut struck = None;
        for (fault, count) in lines {
            let partial = fault.kind != Kind::Partial || divisible(operation);
            if !is(&fault.function, function)
                || !is(&fault.service, service)
                || !is(&fault.operation, operation)
                || !partial
            {
                continue;
            }
            *count += 1;
            let fires = match (fault.nth, fault.rate) {
                (Some(nth), _) => *count == nth,
                (None, Some(rate)) => draw(random) < rate,
                (None, None) => true,
            };
            if fires && struck.is_none() {
                struck = Some(fault.kind);
            }
        }
        struck
    }
}

/// Whether a part of the operation can fail alone.
fn divisible(operation: &str) -> bool {
    matches!(operation, "BatchGetItem" | "BatchWriteItem" | "PutEvents")
}

/// A number in 0..1 (xorshift64*).
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
    fn the_nth_matching_call_fails_once() {
        let faults = plan(r#"[{"function":"mailer","operation":"PutItem","nth":2,"kind":"throttle"}]"#);
        assert_eq!(faults.strike("mailer", "dynamodb", "PutItem"), None);
        assert_eq!(faults.strike("org-signup", "dynamodb", "PutItem"), None);
        assert_eq!(faults.strike("mailer", "dynamodb", "GetItem"), None);
        assert_eq!(faults.strike("mailer", "dynamodb", "PutItem"), Some(Kind::Throttle));
        assert_eq!(faults.strike("mailer", "dynamodb", "PutItem"), None);
    }

    #[test]
    fn a_line_without_fields_strikes_everything() {
        let faults = plan(r#"[{"kind":"error_500"}]"#);
        assert_eq!(faults.strike("mailer", "sesv2", "SendEmail"), Some(Kind::Error500));
        faults.clear();
        assert_eq!(faults.strike("mailer", "sesv2", "SendEmail"), None);
    }

    #[test]
    fn a_rate_strikes_its_share_and_repeats_itself() {
        let run = || {
            let faults = plan(r#"[{"rate":0.3,"kind":"reset"}]"#);
            (0..1000).map(|_| faults.strike("mailer", "dynamodb", "GetItem").is_some()).collect::<Vec<_>>()
        };
        let struck = run().into_iter().filter(|struck| *struck).count();
        assert!((250..350).contains(&struck), "{struck}");
        assert_eq!(run(), run());
    }

    #[test]
    fn partial_waits_for_a_call_with_parts() {
        let faults = plan(r#"[{"kind":"partial","nth":1}]"#);
        assert_eq!(faults.strike("mailer", "dynamodb", "GetItem"), None);
        assert_eq!(faults.strike("mailer", "dynamodb", "BatchGetItem"), Some(Kind::Partial));
    }

    #[test]
    fn every_wrong_line_is_named() {
        let lines = r#"[{"service":"s3","kind":"hang"},{"function":"nobody","kind":"hang"},
            {"nth":0,"kind":"hang"},{"nth":1,"rate":0.5,"kind":"hang"},{"rate":2,"kind":"hang"}]"#;
        let faults = Faults::default();
        let wrong = faults.replace(serde_json::from_str(lines).unwrap(), &["mailer".to_owned()]).unwrap_err();
        assert_eq!(wrong.len(), 5, "{wrong:?}");
        assert!(serde_json::from_str::<Fault>(r#"{"kind":"meteor"}"#).is_err());
        assert!(serde_json::from_str::<Fault>(r#"{"kind":"hang","operaton":"x"}"#).is_err());
    }
}
