//! What Secrets Manager holds here.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Values by ARN or name. One may be put in another's place while functions run, as a rotation does.
#[derive(Default)]
pub struct Secrets(Mutex<BTreeMap<String, String>>);

impl Secrets {
    /// The current value.
    pub fn get(&self, id: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Stores a value in place of the one before.
    pub fn put(&self, id: &str, value: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), value.to_owned());
    }
}

impl From<BTreeMap<String, String>> for Secrets {
    fn from(values: BTreeMap<String, String>) -> Self {
        Self(Mutex::new(values))
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}
