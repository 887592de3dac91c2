//! `onramp smoke`: runs the main user journey against a running stage over HTTP, first as a visitor
//! and then as an admin.
//!
//! The test needs only the URL of the stage, an email address, and the length of the trial. With
//! the webhook secret of a stage in test mode, it also makes a test payment. One organization stays
//! on the stage, and its name starts with "Smoke test".
//!
//! A mailbox gets one trial. If the mailbox of the address already had one, the test skips the steps
//! that need a trial.

mod client;
mod journey;
mod response;
mod steps;

use std::time::{Duration, Instant};

use client::Client;
pub use journey::{Journey, TestData};
use steps::{STEPS, Step};

/// Result of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepResult {
    /// Name of the step, for example "checklist".
    pub name: &'static str,
    /// Duration of the step.
    pub took: Duration,
    /// What the step observed, or else what it expected and what it got.
    pub outcome: Result<String, String>,
}

/// Runs the steps until a step fails, and passes the result of each step to `report`. Returns
/// whether all steps passed, and the test data that stays on the stage.
pub async fn run(journey: Journey, mut report: impl FnMut(&StepResult)) -> (bool, TestData) {
    let suffix = hex::encode(journey.entropy.bytes::<4>());
    let (local, domain) = journey.email.as_str().split_once('@').unwrap_or_default();
    let now = journey.clock.now();
    let mut client = Client {
        test_data: TestData {
            name: format!("Smoke test {}", now.strftime("%Y-%m-%d %H.%M.%S")),
            organization: None,
            email: format!("{local}+smoke-{suffix}@{domain}"),
        },
        cookie: None,
        offers_trial: false,
        has_trial: false,
        journey,
    };
    let mut passed = true;
    for Step { name, needs_secret, needs_trial, run } in STEPS {
        let lacks_secret = *needs_secret && client.journey.webhook_secret.is_none();
        if lacks_secret || (*needs_trial && !client.has_trial) {
            continue;
        }
        let started = Instant::now();
        let outcome = run(&mut client).await;
        let failed = outcome.is_err();
        report(&StepResult { name, took: started.elapsed(), outcome });
        if failed {
            passed = false;
            break;
        }
    }
    (passed, client.test_data)
}
