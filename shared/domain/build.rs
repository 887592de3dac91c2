//! Generates the constants of `domain::checklist` and `domain::provisioning` from content files.
//!
//! An invalid file stops the build with an error that names the file and the problem.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "cargo reads instructions and errors of a build script from its output"
)]

use std::{path::Path, process::ExitCode};

fn main() -> ExitCode {
    let folder = Path::new("../../infra/content/checklists");
    println!("cargo::rerun-if-changed={}", folder.display());
    let steps = Path::new("../../infra/content/provisioning.toml");
    println!("cargo::rerun-if-changed={}", steps.display());
    let written = write("definitions.rs", content::generate(folder))
        .and_then(|()| write("steps.rs", content::generate_steps(steps)));
    written.map_or_else(|error| fail(&error), |()| ExitCode::SUCCESS)
}

fn write(file: &str, source: Result<String, String>) -> Result<(), String> {
    let out = std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?;
    std::fs::write(Path::new(&out).join(file), source?).map_err(|error| error.to_string())
}

fn fail(error: &str) -> ExitCode {
    for line in error.lines() {
        // The build script runs in `shared/domain`. Show paths relative to the workspace.
        println!("cargo::error={}", line.replacen("../../", "", 1));
    }
    ExitCode::FAILURE
}
