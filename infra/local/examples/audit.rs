//! Holds what a whole test run needed against what the template grants, and fails unless the two are the same:
//!
//! ```text
//! ONRAMP_NEEDS=$PWD/target/needs cargo test --workspace
//! cargo run -p local --example audit -- target/needs
//! ```

#![allow(clippy::print_stdout, reason = "a report for people")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use local::{audit::audit, ledger, template};

/// What is audited.
#[derive(Parser)]
struct Options {
    /// The folder that `ONRAMP_NEEDS` named.
    folder: PathBuf,
}

/// What the code needs and no test has brought it to yet. One that a test reaches, or the template grants no more, is
/// taken off: until then the audit fails.
const UNTRIED: [&str; 5] = [
    // Events of a customer that Stripe has made and we have not linked yet, since the first try to link failed.
    "billing Parked: dynamodb:DeleteItem on ",
    "billing Parked: dynamodb:Query on ",
    // A token of the host app's that writes, where the keys lie in Secrets Manager; a reading one is tried.
    "checklist-write HostKeys: secretsmanager:GetSecretValue on ",
    // A sign-in mail of which nobody knows whether it went out, as an operator sees it.
    "operator Held: dynamodb:BatchGetItem on ",
    // What an interrupted release left of events that were applied.
    "trial-reminder Drop: dynamodb:DeleteItem on ",
];

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut report = audit(template::TEXT, &ledger::read(&Options::parse().folder)?)?;
    let stale: Vec<_> =
        UNTRIED.iter().filter(|it| !report.unused.iter().any(|line| line.starts_with(**it))).collect();
    for line in &stale {
        println!("tried by now, or granted no more: {line}");
    }
    report.unused.retain(|line| !UNTRIED.iter().any(|it| line.starts_with(it)));
    println!("{report}, and {} that no test reaches yet", UNTRIED.len());
    Ok(if report.is_clean() && stale.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
