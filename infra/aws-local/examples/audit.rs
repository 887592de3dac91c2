//! Compares the permissions that the calls of a test run needed with the permissions that the
//! template grants. Fails if the template denies a recorded call, or if it grants an unused or
//! redundant permission. The first command records the needed permissions, and the second command
//! runs the audit:
//!
//! ```text
//! ONRAMP_NEEDS=$PWD/target/needs cargo test --workspace
//! cargo run -p aws-local --example audit -- target/needs
//! ```

#![allow(clippy::print_stdout, reason = "prints its report")]

use std::{path::PathBuf, process::ExitCode};

use aws_local::{audit::audit, iam_usage_log, template};
use clap::Parser;

/// Options of the audit.
#[derive(Parser)]
struct Options {
    /// Folder to which the variable `ONRAMP_NEEDS` was set during the test run.
    folder: PathBuf,
}

/// Permissions that the previous release needs and this release does not need. The audit accepts
/// them as unused. Each element is the beginning of the permission's line in the report. A
/// deployment changes a role while the previous release still runs, so the template grants these
/// permissions for one more release. Remove an element when a call uses the permission again, or
/// when the template no longer grants it.
const RETIRING: [&str; 0] = [];

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut report = audit(template::TEXT, &iam_usage_log::read(&Options::parse().folder)?)?;
    let is_retiring = |line: &String| RETIRING.iter().any(|it: &&str| line.starts_with(*it));
    let stale: Vec<_> =
        RETIRING.iter().filter(|it| !report.unused.iter().any(|line| line.starts_with(**it))).collect();
    for line in &stale {
        println!("listed as retiring, but used again or no longer granted: {line}");
    }
    report.unused.retain(|line| !is_retiring(line));
    println!("{report}");
    Ok(if report.is_clean() && stale.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
