//! The program's other commands: what each is asked, and what it prints.

mod doctor;
mod smoke;

use clap::Subcommand;

/// What the program does instead of running the stack.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check a stage's configuration and, with --deployed, the stage itself, and say how to mend what is wrong.
    Doctor(doctor::Options),
    /// Run the main journey against a running stage, and leave one organization behind that is named for it.
    Smoke(smoke::Options),
}

impl Command {
    /// Runs it; whether all was well.
    ///
    /// # Errors
    /// Why it could not begin, in words.
    pub async fn run(self) -> Result<bool, String> {
        match self {
            Self::Doctor(options) => doctor::run(options).await,
            Self::Smoke(options) => smoke::run(options).await,
        }
    }
}

/// `NAME=VALUE`.
///
/// # Errors
/// Any other shape.
pub fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a setting is NAME=VALUE".to_owned()),
    }
}
