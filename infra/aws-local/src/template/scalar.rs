//! Scalars of the template. CloudFormation also accepts numbers and booleans as strings.

use serde_json::Value;

/// Returns the scalar at `key` as text, or an error that names its path.
pub(super) fn text(value: &Value, key: &str, at: &str) -> Result<String, String> {
    match value.get(key) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        Some(Value::Bool(flag)) => Ok(flag.to_string()),
        _ => Err(format!("{at}.{key} must be a string, number, or boolean")),
    }
}

/// Returns the integer at `key`, which can be a number or a string. `default` if absent.
pub(super) fn number(value: &Value, key: &str, at: &str, default: i64) -> Result<i64, String> {
    match value.get(key) {
        None | Some(Value::Null) => Some(default),
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.parse().ok(),
        Some(_) => None,
    }
    .ok_or_else(|| format!("{at}.{key} must be an integer"))
}

/// Returns the boolean at `key`, which can also be a string. `default` if absent.
pub(super) fn flag(value: &Value, key: &str, at: &str, default: bool) -> Result<bool, String> {
    match value.get(key) {
        None | Some(Value::Null) => Ok(default),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(Value::String(text)) if text == "true" => Ok(true),
        Some(Value::String(text)) if text == "false" => Ok(false),
        Some(_) => Err(format!("{at}.{key} must be true or false")),
    }
}
