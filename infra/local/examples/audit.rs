//! Compares the permissions that a test run used with the grants of the template. Fails unless they
//! are the same:
//!
//! ```text
//! ONRAMP_NEEDS=$PWD/target/needs cargo test --workspace
//! cargo run -p local --example audit -- target/needs
//! ```

#![allow(clippy::print_stdout, reason = "prints its report")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use local::{audit::audit, iam_usage_log, template};

/// Options of the audit.
#[derive(Parser)]
struct Options {
    /// Folder that `ONRAMP_NEEDS` named during the test run.
    folder: PathBuf,
}

/// Permissions that the last release needs and this one does not, each as a prefix of its line in
/// the report. A deployment narrows a role before the aliases move to the new version, so each
/// permission is removed one release later. Remove an entry when the permission is used again or no
/// longer granted.
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
