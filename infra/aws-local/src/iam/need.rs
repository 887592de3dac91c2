//! What a call needs, and how a policy lists values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A permission that a call needs: one action on one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// IAM action, such as `dynamodb:GetItem`.
    pub action: String,
    /// ARN of the resource.
    pub resource: String,
    /// Condition keys of the request with their values. Keys without a value are omitted.
    pub context: BTreeMap<String, Vec<String>>,
}

impl Need {
    /// Creates a need without condition keys.
    pub fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { action: action.into(), resource: resource.into(), context: BTreeMap::new() }
    }

    /// Adds a condition key unless it has no values.
    #[must_use]
    pub fn with(mut self, key: &str, values: Vec<String>) -> Self {
        if !values.is_empty() {
            self.context.insert(key.to_owned(), values);
        }
        self
    }
}

/// Iterates over a value that can be a single element or a list.
pub(super) fn many(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let (one, list) = match value {
        Some(Value::Array(items)) => (None, items.as_slice()),
        other => (other, [].as_slice()),
    };
    one.into_iter().chain(list)
}
