//! Subcommands of `onramp`: their options and their output.

mod doctor;
mod import;
mod smoke;
mod try_endpoint;

use clap::Subcommand;

/// A subcommand, which runs instead of the local stack. The variant docs are the help texts.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check a stage's configuration (and with --deployed the stage itself) and suggest fixes.
    Doctor(doctor::Options),
    /// Bring existing organizations in from a file, through the server API. Safe to repeat.
    Import(import::Options),
    /// Run the main user journey against a running stage. Leaves one test organization behind.
    Smoke(smoke::Options),
    /// Call a host's endpoint as production does at its worst, and report what it got wrong.
    TryEndpoint(try_endpoint::Options),
}

impl Command {
    /// Runs the command. Returns `true` if the command found no problem.
    ///
    /// # Errors
    /// Returns a message if the command could not start.
    pub async fn run(self) -> Result<bool, String> {
        match self {
            Self::Doctor(options) => doctor::run(options).await,
            Self::Import(options) => import::run(options).await,
            Self::Smoke(options) => smoke::run(options).await,
            Self::TryEndpoint(options) => try_endpoint::run(options).await,
        }
    }
}

/// Parses a setting of the form `NAME=VALUE`.
///
/// # Errors
/// Returns a message if the name or the equals sign is missing.
pub fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}
