//! `onramp smoke`: the main journey over HTTP against a running stage, step by step, as a stranger and then an admin.
//!
//! It knows a stage by its address alone. It leaves one organization behind, which is named so that everybody sees where
//! it comes from.

mod client;
mod response;
mod steps;

use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use boot::{BaseUrl, Clock, Rng};
use domain::address::Address;

use client::Client;
use steps::{STEPS, Step};

/// What is run, and against what.
pub struct Journey {
    /// The stage's address.
    pub url: BaseUrl,
    /// Whose address signs up; what is made here is added behind a plus sign.
    pub email: Address,
    /// The days of the stage's trial.
    pub trial_days: u16,
    /// The stage's webhook secret, to pay in test mode.
    pub webhook_secret: Option<String>,
    /// How it is reached.
    pub http: SharedHttpConnector,
    /// The time.
    pub clock: Clock,
    /// Where addresses and events are made unique from.
    pub entropy: Rng,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepResult {
    /// What it is about.
    pub name: &'static str,
    /// How long it took.
    pub took: Duration,
    /// What was seen; or what was expected, and what came.
    pub outcome: Result<String, String>,
}

/// What a journey leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The organization's name.
    pub name: String,
    /// Its id, once it was made.
    pub organization: Option<String>,
    /// The address that its admin has.
    pub email: String,
}

/// Runs the journey up to its first failure, and tells of each step as it is taken.
pub async fn run(journey: Journey, mut told: impl FnMut(&StepResult)) -> (bool, Left) {
    let mark = hex::encode(journey.entropy.bytes::<4>());
    let (local, domain) = journey.email.as_str().split_once('@').unwrap_or_default();
    let now = journey.clock.now();
    let mut client = Client {
        left: Left {
            name: format!("Smoke test {}", now.strftime("%Y-%m-%d %H.%M.%S")),
            organization: None,
            email: format!("{local}+smoke-{mark}@{domain}"),
        },
        cookie: None,
        journey,
    };
    let mut whole = true;
    for Step { name, needs_secret, take } in STEPS {
        if *needs_secret && client.journey.webhook_secret.is_none() {
            continue;
        }
        let started = Instant::now();
        let outcome = take(&mut client).await;
        let failed = outcome.is_err();
        told(&StepResult { name, took: started.elapsed(), outcome });
        if failed {
            whole = false;
            break;
        }
    }
    (whole, client.left)
}
