//! What a statement asks of a call beyond its action and resource.

use serde_json::Value;

use super::wildcard::like;
use super::{Need, many};

/// One line of a condition block: a key compared with any of several values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    operator: Operator,
    key: String,
    values: Vec<String>,
}

/// The operators that are understood. See "IAM JSON policy elements: Condition operators" and "Set operators for
/// multivalued context keys" in the IAM User Guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equals,
    Like,
    /// Every value of the request is among those listed; true when the request has none.
    AllEqual,
    AllLike,
    /// Whether the request has the key at all: `"true"` is that it has not.
    Null,
}

impl Operator {
    fn read(name: &str) -> Option<Self> {
        Some(match name {
            "StringEquals" => Self::Equals,
            "StringLike" => Self::Like,
            "ForAllValues:StringEquals" => Self::AllEqual,
            "ForAllValues:StringLike" => Self::AllLike,
            "Null" => Self::Null,
            _ => return None,
        })
    }
}

impl Condition {
    /// Reads a condition block; `at` is its place in the template.
    pub(super) fn read_all(at: &str, block: Option<&Value>) -> Result<Vec<Self>, String> {
        let mut conditions = Vec::new();
        for (name, keys) in block.and_then(Value::as_object).into_iter().flatten() {
            let operator = Operator::read(name)
                .ok_or_else(|| format!("{at}: the condition operator {name} is not understood"))?;
            for (key, values) in keys.as_object().into_iter().flatten() {
                let values: Vec<_> =
                    many(Some(values)).filter_map(Value::as_str).map(str::to_owned).collect();
                if values.is_empty() || (operator == Operator::Null && !is_flag(&values)) {
                    return Err(format!("{at}: {name} of {key} has no value that is understood"));
                }
                conditions.push(Self { operator, key: key.clone(), values });
            }
        }
        Ok(conditions)
    }

    pub(super) fn holds(&self, need: &Need) -> bool {
        let given = need.context.get(&self.key).map(Vec::as_slice).unwrap_or_default();
        let equal = |value: &String| self.values.contains(value);
        let alike = |value: &String| self.values.iter().any(|pattern| like(pattern, value));
        match self.operator {
            Operator::Equals => given.first().is_some_and(equal),
            Operator::Like => given.first().is_some_and(alike),
            Operator::AllEqual => given.iter().all(equal),
            Operator::AllLike => given.iter().all(alike),
            Operator::Null => given.is_empty() == (self.values == ["true"]),
        }
    }

    /// The values that widen what the statement allows, one by one.
    pub(super) fn alternatives(&self) -> &[String] {
        if self.operator == Operator::Null { &[] } else { &self.values }
    }

    /// The same without one of its values.
    pub(super) fn without(&self, value: &str) -> Self {
        let values = self.values.iter().filter(|own| *own != value).cloned().collect();
        Self { values, ..self.clone() }
    }

    /// Whether one of its values is what `need` brings.
    pub(super) fn meets(&self, value: &str, need: &Need) -> bool {
        let given = need.context.get(&self.key).map(Vec::as_slice).unwrap_or_default();
        given.iter().any(|given| like(value, given))
    }
}

fn is_flag(values: &[String]) -> bool {
    matches!(values, [value] if value == "true" || value == "false")
}
