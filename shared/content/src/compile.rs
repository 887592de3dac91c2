//! Compiles checklist files to Rust source.

use std::path::Path;

use crate::{
    check, extend,
    file::{BUILT_IN, DefinitionError, DefinitionFile, FileIn},
    source,
};

/// Returns the Rust source of the definitions in `folder`, which
/// `shared/domain/src/checklist/definition.rs` includes.
///
/// # Errors
/// Returns all errors of all files, one per line, each with the path of its file.
pub fn generate(folder: &Path) -> Result<String, String> {
    let io_error = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| io_error(folder, error))? {
        let path = entry.map_err(|error| io_error(folder, error))?.path();
        if let (Some("toml"), Some(key)) =
            (path.extension().and_then(|it| it.to_str()), path.file_stem().and_then(|it| it.to_str()))
        {
            let text = std::fs::read_to_string(&path).map_err(|error| io_error(&path, error))?;
            texts.push((key.to_owned(), text));
        }
    }
    texts.sort();
    let files: Vec<_> = texts.iter().map(|(key, text)| DefinitionFile { key, text }).collect();
    compile(&files).map_err(|errors| {
        let lines: Vec<_> =
            errors.iter().map(|error| folder.join(error.to_string()).display().to_string()).collect();
        lines.join("\n")
    })
}

/// Returns the Rust source of these files.
///
/// # Errors
/// Returns all errors, sorted by file and line. If a file is not valid TOML or lacks a field, only
/// this first error of the file is reported.
pub fn compile(files: &[DefinitionFile<'_>]) -> Result<String, Vec<DefinitionError>> {
    let mut errors = Vec::new();
    let mut read: Vec<(DefinitionFile<'_>, FileIn)> = Vec::new();
    for file in files {
        match toml::from_str::<FileIn>(file.text) {
            Ok(parsed) => read.push((file.clone(), parsed)),
            Err(error) => {
                let line = error.span().map_or(1, |span| line_of(file.text, span.start));
                errors.push(DefinitionError {
                    key: file.key.to_owned(),
                    line,
                    reason: error.message().to_owned(),
                });
            }
        }
    }
    if !files.iter().any(|file| file.key == BUILT_IN) {
        let reason = "the file is missing: it is the default definition".to_owned();
        errors.push(DefinitionError { key: BUILT_IN.to_owned(), line: 1, reason });
    }
    // Base definitions are checked first. If a base definition has errors, the definitions that
    // extend it are not checked.
    read.sort_by_key(|(_, file)| file.extends.is_some());
    let mut definitions = Vec::new();
    for (named, file) in &read {
        if let Some(base) = &file.extends
            && errors.iter().any(|error| error.key == *base.get_ref())
        {
            continue;
        }
        let (definition, mut found) = extend::resolve(named, file, &read);
        // If an extending definition cannot be resolved, further errors would mostly be
        // consequences of that. So such a definition is not checked further.
        if file.extends.is_none() || found.is_empty() {
            found.extend(check::definition(&definition));
        }
        errors.extend(found.into_iter().map(|(position, reason)| DefinitionError {
            key: named.key.to_owned(),
            line: line_of(named.text, position),
            reason,
        }));
        definitions.push(definition);
    }
    errors.sort_by(|a, b| (&a.key, a.line).cmp(&(&b.key, b.line)));
    if errors.is_empty() { Ok(source::write(&definitions)) } else { Err(errors) }
}

/// Returns the line that contains the byte at the offset `byte`, starting at 1.
pub fn line_of(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|byte| *byte == b'\n').count() + 1
}
