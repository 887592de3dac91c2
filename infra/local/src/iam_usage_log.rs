//! What every call of a whole test run needed, written down for the audit of the permissions.
//!
//! Where `ONRAMP_NEEDS` names a folder, each process appends to a file of its own there; elsewhere nothing is written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::iam::Need;

/// The variable that names the folder.
const FOLDER: &str = "ONRAMP_NEEDS";

/// One need of one function, under the settings of the stack that it ran in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Whose role is asked.
    pub function: String,
    /// What the stack's template was read with: names of resources depend on it.
    pub settings: Arc<BTreeMap<String, String>>,
    /// What the call needs.
    pub need: Need,
}

/// The ledger of one stack.
#[derive(Debug)]
pub struct IamUsageLog(Option<Arc<BTreeMap<String, String>>>);

/// What this process has written, and where; one file for all of its stacks.
static BOOK: LazyLock<Mutex<Usage>> = LazyLock::new(|| Mutex::new(Usage::open()));

struct Usage {
    file: Option<File>,
    written: BTreeSet<String>,
}

impl IamUsageLog {
    /// A ledger for a stack of `template` with `settings`. Only the system's own template is audited: tests of the
    /// local stack itself bring others.
    pub fn new(template: &str, settings: &BTreeMap<String, String>) -> Self {
        Self((template == crate::template::TEXT).then(|| Arc::new(settings.clone())))
    }

    /// Writes down what a call of `function` needs, each kind of need once.
    pub fn note(&self, function: &str, needs: &[Need]) {
        let Some(settings) = &self.0 else { return };
        let mut book = BOOK.lock().unwrap_or_else(PoisonError::into_inner);
        if book.file.is_some() {
            for need in needs {
                let (function, settings) = (function.to_owned(), Arc::clone(settings));
                book.write(&Entry { function, settings, need: one_of_each(need) });
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
            opened.map_err(|error| tracing::error!(path = %path.display(), %error, "no ledger")).ok()
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
            tracing::error!(%error, "the ledger cannot be written");
        }
    }
}

/// The needs that the processes of a test run wrote into `folder`.
///
/// # Errors
/// What is wrong with a file, a line that is none of ours included.
pub fn read(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for file in std::fs::read_dir(folder)? {
        for line in std::fs::read_to_string(file?.path())?.lines() {
            entries.push(serde_json::from_str(line)?);
        }
    }
    Ok(entries)
}

/// The same with one key of each kind: for a batch of a hundred sessions, one.
fn one_of_each(need: &Need) -> Need {
    let mut need = need.clone();
    for values in need.context.values_mut() {
        let mut seen = BTreeSet::new();
        values.retain(|value| seen.insert(kind(value).to_owned()));
        values.sort();
    }
    need
}

/// What makes two needs the same for the ledger.
fn shape(need: &Need) -> Need {
    let mut need = need.clone();
    for value in need.context.values_mut().flatten() {
        value.truncate(kind(value).len());
    }
    need
}

/// A key without what is its own: `ORG#` of `ORG#org_0190…`. Policies tell keys apart by no more.
fn kind(value: &str) -> &str {
    value.rfind('#').map_or(value, |end| value.get(..=end).unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_one_kind_are_written_down_once() {
        let keys = ["USER#2", "ORG#1", "USER#1", "FEED", "LIMIT#login#9"].map(str::to_owned).to_vec();
        let need = one_of_each(&Need::new("dynamodb:BatchGetItem", "T").with("dynamodb:LeadingKeys", keys));
        assert_eq!(need.context["dynamodb:LeadingKeys"], ["FEED", "LIMIT#login#9", "ORG#1", "USER#2"]);
        assert_eq!(shape(&need).context["dynamodb:LeadingKeys"], ["FEED", "LIMIT#login#", "ORG#", "USER#"]);
    }
}
