//! Dotted paths into an event: `data.object.amount_paid`, `data.object.lines.data.0.amount`.

use serde_json::{Map, Value};

/// Why a path cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadPath {
    /// Nothing at all, or nothing between two dots.
    #[error("a path is names and list positions joined by dots, none of them empty")]
    Empty,
    /// A step leads into a text, number or boolean.
    #[error("`{0}` is a single value, nothing lies below it")]
    ThroughScalar(String),
    /// A step into a list is not one of its positions, nor the one behind its last.
    #[error("`{0}` is a list of {1}: a step into it is a position from 0 to {1}")]
    NotAPosition(String, usize),
}

/// Whether a path is well formed; whether it fits is known only when it is set.
pub(super) fn check(path: &str) -> Result<(), BadPath> {
    if path.split('.').any(str::is_empty) { Err(BadPath::Empty) } else { Ok(()) }
}

/// Puts a value at a path. What is missing on the way, or null, becomes an object; a list grows by one at its end.
pub(super) fn set(root: &mut Value, path: &str, value: Value) -> Result<(), BadPath> {
    check(path)?;
    let mut place = root;
    let mut walked = String::new();
    for step in path.split('.') {
        place = descend(place, &walked, step)?;
        if !walked.is_empty() {
            walked.push('.');
        }
        walked.push_str(step);
    }
    *place = value;
    Ok(())
}

fn descend<'a>(place: &'a mut Value, walked: &str, step: &str) -> Result<&'a mut Value, BadPath> {
    if place.is_null() {
        *place = Value::Object(Map::new());
    }
    match place {
        Value::Object(fields) => Ok(fields.entry(step).or_insert(Value::Null)),
        Value::Array(items) => {
            let refusal = BadPath::NotAPosition(walked.to_owned(), items.len());
            let position = step.parse::<usize>().map_err(|_| refusal.clone())?;
            if position == items.len() {
                items.push(Value::Null);
            }
            items.get_mut(position).ok_or(refusal)
        }
        _ => Err(BadPath::ThroughScalar(walked.to_owned())),
    }
}
