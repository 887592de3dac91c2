//! Compiles the file of provisioning steps to Rust source.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use unicode_segmentation::UnicodeSegmentation;

use crate::{
    check::is_key,
    compile::line_of,
    extend::{Finding, position},
    file::Text,
};

/// Maximum duration of one call in seconds. The function that makes it has a limited run time.
const MAX_TIMEOUT: u32 = 25;
/// Maximum duration of a step in minutes: 30 days.
const MAX_DEADLINE: u32 = 30 * 24 * 60;

/// The fields of the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileIn {
    /// When runs start: `sign_up` or `verified`.
    start: Text,
    #[serde(default, rename = "step")]
    steps: Vec<StepIn>,
}

/// The fields of a step.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepIn {
    key: Text,
    title: Text,
    timeout_seconds: Option<Spanned<u32>>,
    deadline_minutes: Option<Spanned<u32>>,
    /// Whether the host app may accept the call first and report the result later.
    r#async: Option<bool>,
}

/// Returns the Rust source of the steps in the file at `path`, which
/// `shared/domain/src/provisioning/definition.rs` includes.
///
/// # Errors
/// Returns all errors, one per line, each with the path of the file.
pub fn generate_steps(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
    compile_steps(&text).map_err(|errors| {
        let lines: Vec<_> = errors.iter().map(|(line, reason)| format!("{shown}:{line}: {reason}")).collect();
        lines.join("\n")
    })
}

/// Returns the Rust source of the steps in a file.
///
/// # Errors
/// Returns all errors, each with its line. If the text is not valid TOML or lacks a field, only this
/// first error is reported.
pub fn compile_steps(text: &str) -> Result<String, Vec<(usize, String)>> {
    let file: FileIn = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        vec![(line, error.message().to_owned())]
    })?;
    let mut found: Vec<Finding> = Vec::new();
    if !["sign_up", "verified"].contains(&file.start.get_ref().as_str()) {
        found.push((position(&file.start), "start must be \"sign_up\" or \"verified\"".to_owned()));
    }
    for (index, step) in file.steps.iter().enumerate() {
        check(step, &mut found);
        if file.steps.iter().take(index).any(|earlier| earlier.key.get_ref() == step.key.get_ref()) {
            found.push((position(&step.key), format!("another step has the key {:?}", step.key.get_ref())));
        }
    }
    if found.is_empty() {
        return Ok(source(&file));
    }
    let mut errors: Vec<_> =
        found.into_iter().map(|(position, reason)| (line_of(text, position), reason)).collect();
    errors.sort();
    Err(errors)
}

fn check(step: &StepIn, found: &mut Vec<Finding>) {
    let key = step.key.get_ref();
    if !is_key(key, '_') || key.len() > 32 {
        let reason =
            "key must be 1 to 32 lower-case letters, digits, and underscores, and start with a letter";
        found.push((position(&step.key), reason.to_owned()));
    }
    let title = step.title.get_ref();
    let length = title.graphemes(true).count();
    if title.trim() != title || title.chars().any(char::is_control) || !(1..=60).contains(&length) {
        let reason = "title must be one line of 1 to 60 characters without surrounding spaces";
        found.push((position(&step.title), reason.to_owned()));
    }
    let numbers = [
        (&step.timeout_seconds, "timeout_seconds", MAX_TIMEOUT),
        (&step.deadline_minutes, "deadline_minutes", MAX_DEADLINE),
    ];
    for (number, name, max) in numbers {
        if let Some(number) = number
            && !(1..=max).contains(number.get_ref())
        {
            found.push((position(number), format!("{name} must be 1 to {max}, got {}", number.get_ref())));
        }
    }
}

fn source(file: &FileIn) -> String {
    let steps: Vec<String> = file
        .steps
        .iter()
        .map(|step| {
            let number = |it: &Option<Spanned<u32>>, default| it.as_ref().map_or(default, |it| *it.get_ref());
            format!(
                "BuiltInStep {{ key: {:?}, title: {:?}, timeout_seconds: {}, deadline_minutes: {}, is_async: {} }}",
                step.key.get_ref(),
                step.title.get_ref(),
                number(&step.timeout_seconds, 10),
                number(&step.deadline_minutes, 24 * 60),
                step.r#async.unwrap_or(false),
            )
        })
        .collect();
    format!(
        "/// Whether the run of a trial waits until the founder's address is verified or money arrives.\n\
         pub const WAITS_FOR_VERIFICATION: bool = {};\n\
         /// All steps of this build, in the order of the file.\n\
         pub static BUILT_IN_STEPS: &[BuiltInStep] = &[{}];\n",
        file.start.get_ref() == "verified",
        steps.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_have_defaults() {
        let text = "start = \"verified\"\n[[step]]\nkey = \"workspace\"\ntitle = \"Workspace\"\n";
        let source = compile_steps(text).unwrap();
        for part in [
            "WAITS_FOR_VERIFICATION: bool = true",
            "key: \"workspace\", title: \"Workspace\", timeout_seconds: 10, deadline_minutes: 1440",
            "is_async: false",
        ] {
            assert!(source.contains(part), "{source}");
        }
    }

    #[test]
    fn every_error_is_reported_with_its_line() {
        let text = "start = \"now\"\n[[step]]\nkey = \"Workspace\"\ntitle = \" \"\ntimeout_seconds = 26\n\
                    [[step]]\nkey = \"a\"\ntitle = \"A\"\ndeadline_minutes = 0\n[[step]]\nkey = \"a\"\ntitle = \"A\"\n";
        let lines: Vec<usize> = compile_steps(text).unwrap_err().into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [1, 3, 4, 5, 9, 11]);
        assert_eq!(compile_steps("start = \"sign_up\"\nend = 1\n").unwrap_err()[0].0, 2);
    }
}
