//! Tests of the compiler of checklist files.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod errors;
mod extension;
mod source;

use content::{DefinitionFile, compile};

const GOOD: &str = r#"version = 1

[[category]]
key = "setup"
title = "Setup"

[[task]]
key = "created_project"
title = "Create project"
description = "Projects keep hours in one place."
how_to = "Choose New project."
minutes = 2
icon = "📁"
category = "setup"
value = 70
action = { label = "Create project", to = "app:projects" }
done_by = ["project.created"]

[[milestone]]
key = "first_step"
title = "First step"
text = "One task is done."
icon = "🌱"
count = 1
"#;

/// Compiles files with these keys and texts.
fn compiled(files: &[(&str, &str)]) -> Result<String, Vec<String>> {
    let files: Vec<_> = files.iter().map(|(key, text)| DefinitionFile { key, text }).collect();
    compile(&files).map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

fn built_in(text: &str) -> Result<String, Vec<String>> {
    compiled(&[("built-in", text)])
}

/// Returns [`GOOD`] with one text replaced.
#[track_caller]
fn with(good: &str, other: &str) -> String {
    assert!(GOOD.contains(good), "{good}");
    GOOD.replacen(good, other, 1)
}

/// Returns a task of the category `setup`, which ends with the lines `more`.
fn task(key: &str, more: &str) -> String {
    format!(
        "[[task]]\nkey = \"{key}\"\ntitle = \"T\"\ndescription = \"D\"\nhow_to = \"H\"\nminutes = 1\nicon = \"📁\"\n\
         category = \"setup\"\nvalue = 1\naction = {{ label = \"L\", to = \"plans\" }}\n{more}\n"
    )
}
