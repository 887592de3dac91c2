//! Read positions of the stream mappings.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde_json::json;

/// Read position of each mapping, stored in the data folder.
#[derive(Debug, Default)]
pub struct Checkpoints {
    path: Option<PathBuf>,
    positions: Mutex<BTreeMap<String, i64>>,
}

impl Checkpoints {
    /// Opens the checkpoints in `folder`. A missing or invalid file starts at the oldest record.
    pub fn open(folder: Option<&Path>) -> Self {
        let path = folder.map(|folder| folder.join("checkpoints.json"));
        let text = path.as_ref().and_then(|path| fs::read_to_string(path).ok());
        let positions = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        Self { path, positions: Mutex::new(positions) }
    }

    pub(super) fn get(&self, id: &str) -> i64 {
        self.positions.lock().unwrap_or_else(PoisonError::into_inner).get(id).copied().unwrap_or(0)
    }

    pub(super) fn set(&self, id: &str, position: i64) {
        let mut positions = self.positions.lock().unwrap_or_else(PoisonError::into_inner);
        if positions.insert(id.to_owned(), position) == Some(position) {
            return;
        }
        let Some(path) = &self.path else { return };
        if let Err(error) = sim::replace(path, json!(*positions).to_string()) {
            tracing::warn!(path = %path.display(), %error, "failed to write checkpoints");
        }
    }
}
