//! Records the IAM permissions that the calls of a test run need. The permission audit reads these
//! records.
//!
//! If the environment variable `ONRAMP_NEEDS` names a folder, each process appends to its own file
//! in this folder. Without the variable, the process records nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

use crate::iam::Need;

/// Environment variable that names the folder of the log files.
const FOLDER: &str = "ONRAMP_NEEDS";

/// A need of a function, with the settings of its stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Name of the function that made the call.
    pub function: String,
    /// Settings of the stack. Resource names depend on them.
    pub settings: Arc<BTreeMap<String, String>>,
    /// Permission that the call needs.
    pub need: Need,
}

/// Usage log of one stack. It records nothing for a stack with another template.
#[derive(Debug)]
pub struct IamUsageLog(Option<Arc<BTreeMap<String, String>>>);

/// The log file of this process. All stacks in the process write to this file.
static LOG: LazyLock<Mutex<Usage>> = LazyLock::new(|| Mutex::new(Usage::open()));

struct Usage {
    file: Option<File>,
    written: BTreeSet<String>,
}

impl IamUsageLog {
    /// Creates the log for a stack of `template` with `settings`. The log records calls only if
    /// `template` is the project's own template. Some tests of the local stack use other templates,
    /// which the audit does not check.
    pub fn new(template: &str, settings: &BTreeMap<String, String>) -> Self {
        Self((template == crate::template::TEXT).then(|| Arc::new(settings.clone())))
    }

    /// Records the permissions that a call of `function` needs. A process records two needs only
    /// once if they differ only in the IDs of item keys.
    pub fn record(&self, function: &str, needs: &[Need]) {
        let Some(settings) = &self.0 else { return };
        let mut log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
        if log.file.is_some() {
            for need in needs {
                let (function, settings) = (function.to_owned(), Arc::clone(settings));
                log.write(&Entry { function, settings, need: one_of_each(need) });
            }
        }
    }
}

impl Usage {
    fn open() -> Self {
        let file = std::env::var_os(FOLDER).and_then(|folder| {
            let path = PathBuf::from(folder).join(format!("{}.jsonl", std::process::id()));
            let opened = path.parent().map_or(Ok(()), std::fs::create_dir_all);
            let opened = opened.and_then(|()| OpenOptions::new().create(true).append(true).open(&path));
            opened
                .map_err(
                    |error| tracing::error!(path = %path.display(), %error, "failed to open IAM usage log"),
                )
                .ok()
        });
        Self { file, written: BTreeSet::new() }
    }

    fn write(&mut self, entry: &Entry) {
        let kind = Entry { need: shape(&entry.need), ..entry.clone() };
        let (Ok(kind), Ok(line)) = (serde_json::to_string(&kind), serde_json::to_string(entry)) else {
            return;
        };
        if self.written.insert(kind)
            && let Some(Err(error)) = self.file.as_mut().map(|file| writeln!(file, "{line}"))
        {
            tracing::error!(%error, "failed to write IAM usage log");
        }
    }
}

/// Reads all entries in the files of `folder`. Each process of a test run wrote one of these files.
///
/// # Errors
/// Returns the error of an unreadable file or an invalid line.
pub fn read(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for file in std::fs::read_dir(folder)? {
        for line in std::fs::read_to_string(file?.path())?.lines() {
            entries.push(serde_json::from_str(line)?);
        }
    }
    Ok(entries)
}

/// Keeps only one value of each [`kind`] for each condition key of `need`. For example, a batch
/// read of a hundred sessions needs a hundred partition keys of one kind, and one of them remains.
fn one_of_each(need: &Need) -> Need {
    let mut need = need.clone();
    for values in need.context.values_mut() {
        let mut seen = BTreeSet::new();
        values.retain(|value| seen.insert(kind(value).to_owned()));
        values.sort();
    }
    need
}

/// Replaces each condition value by its [`kind`]. The log contains one entry for all needs with the
/// same result.
fn shape(need: &Need) -> Need {
    let mut need = need.clone();
    for value in need.context.values_mut().flatten() {
        value.truncate(kind(value).len());
    }
    need
}

/// Returns the kind of a key, which is its beginning up to the last `#`: `ORG#` of `ORG#org_0190…`.
/// Policies distinguish keys only by their kind.
fn kind(value: &str) -> &str {
    value.rfind('#').map_or(value, |end| value.get(..=end).unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_one_kind_are_recorded_once() {
        let keys = ["USER#2", "ORG#1", "USER#1", "FEED", "LIMIT#login#9"].map(str::to_owned).to_vec();
        let need = one_of_each(&Need::new("dynamodb:BatchGetItem", "T").with("dynamodb:LeadingKeys", keys));
        assert_eq!(need.context["dynamodb:LeadingKeys"], ["FEED", "LIMIT#login#9", "ORG#1", "USER#2"]);
        assert_eq!(shape(&need).context["dynamodb:LeadingKeys"], ["FEED", "LIMIT#login#", "ORG#", "USER#"]);
    }
}
