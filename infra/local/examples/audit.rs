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
use local::{audit::audit, iam_usage_log, template};

/// What is audited.
#[derive(Parser)]
struct Options {
    /// The folder that `ONRAMP_NEEDS` named.
    folder: PathBuf,
}

/// Permissions that the last release needs and this one does not, as the report begins to name them. A role is narrowed
/// before the aliases move, so that each goes one release later. What is used again, or granted no more, is taken off.
const RETIRING: [&str; 0] = [];

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut report = audit(template::TEXT, &iam_usage_log::read(&Options::parse().folder)?)?;
    let retires = |line: &String| RETIRING.iter().any(|it: &&str| line.starts_with(*it));
    let stale: Vec<_> =
        RETIRING.iter().filter(|it| !report.unused.iter().any(|line| line.starts_with(**it))).collect();
    for line in &stale {
        println!("used again, or granted no more: {line}");
    }
    report.unused.retain(|line| !retires(line));
    println!("{report}");
    Ok(if report.is_clean() && stale.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
