//! Definition of a step.

use std::{fmt, str::FromStr};

use jiff::SignedDuration;

include!(concat!(env!("OUT_DIR"), "/steps.rs"));

/// Key of a step: 1 to 32 of `a-z 0-9 _`, starting with a letter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepKey(String);

/// Error for a text that is not the key of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not 1 to 32 lower-case letters, digits, and underscores that start with a letter")]
pub struct NotAStepKey;

impl StepKey {
    /// Returns the text of the key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StepKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for StepKey {
    type Err = NotAStepKey;

    fn from_str(text: &str) -> Result<Self, NotAStepKey> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let starts = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        let valid = starts && text.len() <= 32 && text.bytes().all(allowed);
        if valid { Ok(Self(text.to_owned())) } else { Err(NotAStepKey) }
    }
}

/// A step of the content file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuiltInStep {
    pub(super) key: &'static str,
    title: &'static str,
    timeout_seconds: i64,
    deadline_minutes: i64,
    is_async: bool,
}

impl BuiltInStep {
    pub(super) fn definition(&self) -> Option<StepDefinition> {
        Some(StepDefinition {
            key: self.key.parse().ok()?,
            title: self.title.to_owned(),
            timeout: SignedDuration::from_secs(self.timeout_seconds),
            deadline: SignedDuration::from_mins(self.deadline_minutes),
            is_async: self.is_async,
        })
    }
}

/// What a step is. A run stores its definitions, so a later change of the configuration applies only
/// to later runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepDefinition {
    /// Key of the step.
    pub key: StepKey,
    /// Title that customers see.
    pub title: String,
    /// Maximum duration of one call.
    pub timeout: SignedDuration,
    /// Maximum duration of the whole step, from its first call.
    pub deadline: SignedDuration,
    /// Whether the host may accept the call first and report the result later.
    pub is_async: bool,
}
