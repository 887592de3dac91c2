//! Atomic replacement of a small file in the data folder.

use std::{fs, io, path::Path};

/// Writes `contents` to `file` in one step. If the process ends during the write, the file keeps its
/// old contents.
///
/// # Errors
/// Returns the error if the file cannot be written.
pub fn replace(file: &Path, contents: impl AsRef<[u8]>) -> io::Result<()> {
    let new = file.with_extension("new");
    fs::write(&new, contents)?;
    fs::rename(new, file)
}
