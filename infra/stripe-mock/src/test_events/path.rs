//! Dotted paths into an event: `data.object.amount_paid`, `data.object.lines.data.0.amount`.

use serde_json::{Map, Value};

/// Reason why a path is invalid or does not fit the event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum PathError {
    /// The path is empty, or has an empty step.
    #[error("a path is non-empty names and list indexes separated by dots")]
    Empty,
    /// A step goes into a string, number, or boolean.
    #[error("`{0}` is a scalar and has no children")]
    ThroughScalar(String),
    /// A step into a list is neither an index of the list nor its length.
    #[error("`{0}` is a list of length {1}: use an index from 0 to {1}")]
    InvalidIndex(String, usize),
}

/// Checks that a path has no empty step. Only [`set`] checks whether it fits the event.
pub(super) fn check(path: &str) -> Result<(), PathError> {
    if path.split('.').any(str::is_empty) { Err(PathError::Empty) } else { Ok(()) }
}

/// Sets the value at a path. Missing parents and null parents become objects. If the path contains
/// the index after the last element of a list, the function appends an element to the list.
pub(super) fn set(root: &mut Value, path: &str, value: Value) -> Result<(), PathError> {
    check(path)?;
    let mut node = root;
    let mut prefix = String::new();
    for step in path.split('.') {
        node = descend(node, &prefix, step)?;
        if !prefix.is_empty() {
            prefix.push('.');
        }
        prefix.push_str(step);
    }
    *node = value;
    Ok(())
}

fn descend<'a>(node: &'a mut Value, prefix: &str, step: &str) -> Result<&'a mut Value, PathError> {
    if node.is_null() {
        *node = Value::Object(Map::new());
    }
    match node {
        Value::Object(fields) => Ok(fields.entry(step).or_insert(Value::Null)),
        Value::Array(items) => {
            let error = PathError::InvalidIndex(prefix.to_owned(), items.len());
            let index = step.parse::<usize>().map_err(|_| error.clone())?;
            if index == items.len() {
                items.push(Value::Null);
            }
            items.get_mut(index).ok_or(error)
        }
        _ => Err(PathError::ThroughScalar(prefix.to_owned())),
    }
}
