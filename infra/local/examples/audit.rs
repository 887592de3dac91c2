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

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let report = audit(template::TEXT, &ledger::read(&Options::parse().folder)?)?;
    println!("{report}");
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
