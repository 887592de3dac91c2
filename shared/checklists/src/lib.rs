//! Checklists as data: a file for each, read and judged while the domain is built.
//!
//! Whoever runs Onramp writes `definitions/{key}.toml` and builds; no Rust is touched. Every file that is there becomes
//! part of the program, and one that is wrong stops the build with its name, the line and the reason. Nothing of this
//! crate is in a function: `shared/domain/build.rs` is its one caller. The fields of a file are described in
//! `docs/checklists.md`.

mod check;
mod extend;
mod file;
mod source;

use std::{fmt, path::Path};

use crate::file::FileIn;

/// The definition that every program has and that stands in for one that is missing.
pub const BUILT_IN: &str = "built-in";

/// A file of a checklist, under its key.
#[derive(Clone, Debug)]
pub struct DefinitionFile<'a> {
    /// The file's name without its ending; the definition's key.
    pub key: &'a str,
    /// What is written in it.
    pub text: &'a str,
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionError {
    /// The key of the file.
    pub key: String,
    /// The line, from 1.
    pub line: usize,
    /// Why it cannot be so, and what can.
    pub reason: String,
}

impl fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.toml:{}: {}", self.key, self.line, self.reason)
    }
}

/// The Rust source of the definitions in `folder`: what `shared/domain/src/definition.rs` includes.
///
/// # Errors
/// Every fault of every file, a line each, with the path of its file.
pub fn generate(folder: &Path) -> Result<String, String> {
    let unreadable = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        if let (Some("toml"), Some(key)) =
            (path.extension().and_then(|it| it.to_str()), path.file_stem().and_then(|it| it.to_str()))
        {
            let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
            texts.push((key.to_owned(), text));
        }
    }
    texts.sort();
    let files: Vec<_> = texts.iter().map(|(key, text)| DefinitionFile { key, text }).collect();
    compile(&files).map_err(|faults| {
        let lines: Vec<_> =
            faults.iter().map(|fault| folder.join(fault.to_string()).display().to_string()).collect();
        lines.join("\n")
    })
}

/// The Rust source of these files.
///
/// # Errors
/// Every fault, by file and line. A file that is no TOML, or lacks a field, is judged no further.
pub fn compile(files: &[DefinitionFile<'_>]) -> Result<String, Vec<DefinitionError>> {
    let mut faults = Vec::new();
    let mut read: Vec<(DefinitionFile<'_>, FileIn)> = Vec::new();
    for file in files {
        match toml::from_str::<FileIn>(file.text) {
            Ok(parsed) => read.push((file.clone(), parsed)),
            Err(error) => {
                let line = error.span().map_or(1, |span| line_of(file.text, span.start));
                faults.push(DefinitionError {
                    key: file.key.to_owned(),
                    line,
                    reason: error.message().to_owned(),
                });
            }
        }
    }
    if !files.iter().any(|file| file.key == BUILT_IN) {
        let reason = "the file is missing: it stands in for every other".to_owned();
        faults.push(DefinitionError { key: BUILT_IN.to_owned(), line: 1, reason });
    }
    // Those that others rest on come first: whoever takes over something wrong is not to blame for it.
    read.sort_by_key(|(_, file)| file.extends.is_some());
    let mut whole = Vec::new();
    for (named, file) in &read {
        if let Some(base) = &file.extends
            && faults.iter().any(|fault| fault.key == *base.get_ref())
        {
            continue;
        }
        let (definition, mut found) = extend::resolve(named, file, &read);
        // Without what it rests on, much is missing that is no fault of its own.
        if file.extends.is_none() || found.is_empty() {
            found.extend(check::definition(&definition));
        }
        faults.extend(found.into_iter().map(|(place, reason)| DefinitionError {
            key: named.key.to_owned(),
            line: line_of(named.text, place),
            reason,
        }));
        whole.push(definition);
    }
    faults.sort_by(|a, b| (&a.key, a.line).cmp(&(&b.key, b.line)));
    if faults.is_empty() { Ok(source::write(&whole)) } else { Err(faults) }
}

/// The line of a byte, from 1.
fn line_of(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|byte| *byte == b'\n').count() + 1
}
