//! Turns the files of checklists into constants, or stops the build with what is wrong in them.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is how a build script speaks to cargo and to people"
)]

use std::{path::Path, process::ExitCode};

fn main() -> ExitCode {
    let folder = Path::new("../checklists/definitions");
    println!("cargo::rerun-if-changed={}", folder.display());
    match checklists::generate(folder) {
        Ok(source) => match std::env::var_os("OUT_DIR") {
            Some(out) => std::fs::write(Path::new(&out).join("definitions.rs"), source)
                .map_or_else(failed, |()| ExitCode::SUCCESS),
            None => failed("cargo names no OUT_DIR"),
        },
        Err(faults) => failed(faults),
    }
}

fn failed(why: impl std::fmt::Display) -> ExitCode {
    for line in why.to_string().lines() {
        // As people find it from the workspace's root.
        println!("cargo::error={}", line.replacen("../", "shared/", 1));
    }
    ExitCode::FAILURE
}
