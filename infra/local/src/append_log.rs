//! What is remembered beside the table: one JSON line an entry, in a file of the data folder.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A growing list, kept in memory and, with a data folder, in a file too.
#[derive(Debug)]
pub struct AppendLog<T> {
    entries: Mutex<Vec<T>>,
    file: Option<(PathBuf, Mutex<File>)>,
}

impl<T: Serialize + DeserializeOwned + Clone> AppendLog<T> {
    /// Opens `name` under `folder` and reads what is there; a last line that was cut off is dropped.
    pub fn open(folder: Option<&Path>, name: &str) -> io::Result<Self> {
        let Some(folder) = folder else {
            return Ok(Self { entries: Mutex::default(), file: None });
        };
        let path = folder.join(name);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let entries = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let file = OpenOptions::new().create(true).append(true).open(&path)?;
        Ok(Self { entries: Mutex::new(entries), file: Some((path, Mutex::new(file))) })
    }

    /// Adds an entry. A file that cannot be written is reported and costs only the memory of the next start.
    pub fn push(&self, entry: T) {
        if let Some((path, file)) = &self.file {
            let line = serde_json::to_string(&entry).map(|line| line + "\n").map_err(io::Error::from);
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = line.and_then(|line| file.write_all(line.as_bytes())) {
                tracing::warn!(path = %path.display(), %error, "the journal cannot be written");
            }
        }
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    /// All entries, oldest first.
    pub fn all(&self) -> Vec<T> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets all.
    pub fn clear(&self) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clear();
        if let Some((path, file)) = &self.file {
            let file = file.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = file.set_len(0) {
                tracing::warn!(path = %path.display(), %error, "the journal cannot be emptied");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_survives_a_restart_and_a_line_that_was_cut_off() {
        let folder = std::env::temp_dir().join(format!("onramp-journal-{}", crate::random::uuid()));
        fs::create_dir_all(&folder).unwrap();
        let journal = AppendLog::open(Some(&folder), "mail.jsonl").unwrap();
        journal.push(1);
        journal.push(2);
        fs::write(folder.join("mail.jsonl"), "1\n2\n{\"cut").unwrap();
        let again: AppendLog<u32> = AppendLog::open(Some(&folder), "mail.jsonl").unwrap();
        assert_eq!(again.all(), [1, 2]);
        again.clear();
        assert_eq!(AppendLog::<u32>::open(Some(&folder), "mail.jsonl").unwrap().all(), [0; 0]);
        fs::remove_dir_all(&folder).unwrap();
    }
}
