//! Compares the permissions that the calls of a test run needed with the permissions that the
//! template grants. Fails unless both are the same. The first command records the needed
//! permissions, and the second one compares them:
//!
//! ```text
//! ONRAMP_NEEDS=$PWD/target/needs cargo test --workspace
//! cargo run -p local --example audit -- target/needs
//! ```

#![allow(clippy::print_stdout, reason = "prints its report")]

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use local::{audit::audit, iam_usage_log, template};

/// Options of the audit.
#[derive(Parser)]
struct Options {
    /// Folder to which the variable `ONRAMP_NEEDS` was set during the test run.
    folder: PathBuf,
}

/// Permissions that the last release needs and this release does not. Each entry is a prefix of the
/// permission's line in the report. A deployment changes a role while the last release still runs,
/// so the template keeps such a permission for one more release. Remove an entry when the
/// permission is used again or no longer granted.
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
