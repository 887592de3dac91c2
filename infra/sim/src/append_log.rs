//! Append-only log of JSON lines. It stores the state of the local stack that is not in the table.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::{Serialize, de::DeserializeOwned};

/// A list of entries in memory and, with a data folder, also in a file.
#[derive(Debug)]
pub struct AppendLog<T> {
    entries: Mutex<Vec<T>>,
    file: Option<(PathBuf, Mutex<File>)>,
}

impl<T: Serialize + DeserializeOwned + Clone> AppendLog<T> {
    /// Opens the file `name` in `folder` and reads its entries. Skips invalid lines. Removes a
    /// truncated last line, because the next entry would otherwise become part of that line. Without
    /// a folder, the log stays in memory only.
    ///
    /// # Errors
    /// Returns the error if the file cannot be read or created.
    pub fn open(folder: Option<&Path>, name: &str) -> io::Result<Self> {
        let Some(folder) = folder else {
            return Ok(Self { entries: Mutex::default(), file: None });
        };
        let path = folder.join(name);
        // Bytes, because the end of a truncated line can be a part of a character.
        let mut stored = match fs::read(&path) {
            Ok(stored) => stored,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        let complete = stored.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        if complete < stored.len() {
            stored.truncate(complete);
            file.set_len(u64::try_from(complete).unwrap_or_default())?;
        }
        let lines = stored.split(|byte| *byte == b'\n');
        let entries = lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
        Ok(Self { entries: Mutex::new(entries), file: Some((path, Mutex::new(file))) })
    }

    /// Adds an entry. If the entry cannot be written to the file, this function logs a warning, and
    /// the entry stays in memory only.
    pub fn push(&self, entry: T) {
        if let Some((path, file)) = &self.file {
            let line = serde_json::to_string(&entry).map(|line| line + "\n").map_err(io::Error::from);
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = line.and_then(|line| file.write_all(line.as_bytes())) {
                tracing::warn!(path = %path.display(), %error, "failed to write log file");
            }
        }
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    /// Returns all entries, oldest first.
    pub fn all(&self) -> Vec<T> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Deletes all entries, in memory and in the file.
    pub fn clear(&self) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clear();
        if let Some((path, file)) = &self.file {
            let file = file.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = file.set_len(0) {
                tracing::warn!(path = %path.display(), %error, "failed to truncate log file");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_survive_a_restart_and_a_truncated_line() {
        let folder = std::env::temp_dir().join(format!("onramp-append-log-{}", crate::random::uuid()));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("mail.jsonl");
        let open = || AppendLog::<String>::open(Some(&folder), "mail.jsonl").unwrap();
        let log = open();
        log.push("one".to_owned());
        log.push("two".to_owned());
        // The process ended within the three bytes of the character.
        let mut stored = fs::read(&file).unwrap();
        stored.extend(&b"\"cut \xe2\x80"[..]);
        fs::write(&file, stored).unwrap();
        let reopened = open();
        assert_eq!(reopened.all(), ["one", "two"]);
        reopened.push("three".to_owned());
        assert_eq!(open().all(), ["one", "two", "three"]);
        reopened.clear();
        assert_eq!(open().all(), [""; 0]);
        fs::remove_dir_all(&folder).unwrap();
    }
}
