//! Generates the constants of `domain::checklist` from the checklist definition files.
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
    match content::generate(folder) {
        Ok(source) => match std::env::var_os("OUT_DIR") {
            Some(out) => std::fs::write(Path::new(&out).join("definitions.rs"), source)
                .map_or_else(fail, |()| ExitCode::SUCCESS),
            None => fail("OUT_DIR is not set"),
        },
        Err(errors) => fail(errors),
    }
}

fn fail(error: impl std::fmt::Display) -> ExitCode {
    for line in error.to_string().lines() {
        // The build script runs in `shared/domain`. Show paths relative to the workspace.
        println!("cargo::error={}", line.replacen("../../", "", 1));
    }
    ExitCode::FAILURE
}
