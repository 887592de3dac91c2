//! Conditions of a policy statement.

use serde_json::Value;

use super::{
    need::{Need, many},
    wildcard::like,
};

/// One entry of a condition block: an operator, a condition key, and its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    operator: Operator,
    key: String,
    values: Vec<String>,
}

/// The supported operators. Source: "IAM JSON policy elements: Condition operators" and "Set
/// operators for multivalued context keys" in the IAM User Guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equals,
    Like,
    /// Every value of the request equals a listed value. Also holds if the request has no value.
    AllEqual,
    AllLike,
    /// Tests whether the request has the condition key. `"true"` requires that the key is absent.
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
    /// Reads a condition block. `at` is its path in the template, for error messages.
    pub(super) fn read_all(at: &str, block: Option<&Value>) -> Result<Vec<Self>, String> {
        let mut conditions = Vec::new();
        for (name, keys) in block.and_then(Value::as_object).into_iter().flatten() {
            let operator =
                Operator::read(name).ok_or_else(|| format!("{at}: unsupported condition operator {name}"))?;
            for (key, values) in keys.as_object().into_iter().flatten() {
                let values: Vec<_> =
                    many(Some(values)).filter_map(Value::as_str).map(str::to_owned).collect();
                if values.is_empty() || (operator == Operator::Null && !is_flag(&values)) {
                    return Err(format!("{at}: {name} of {key} has no supported value"));
                }
                conditions.push(Self { operator, key: key.clone(), values });
            }
        }
        Ok(conditions)
    }

    /// Returns whether the request of `need` meets this condition.
    pub(super) fn holds(&self, need: &Need) -> bool {
        let actual = need.context.get(&self.key).map(Vec::as_slice).unwrap_or_default();
        let equals = |value: &String| self.values.contains(value);
        let matches = |value: &String| self.values.iter().any(|pattern| like(pattern, value));
        match self.operator {
            Operator::Equals => actual.first().is_some_and(equals),
            Operator::Like => actual.first().is_some_and(matches),
            Operator::AllEqual => actual.iter().all(equals),
            Operator::AllLike => actual.iter().all(matches),
            Operator::Null => actual.is_empty() == (self.values == ["true"]),
        }
    }

    /// Returns the values that the audit can remove one by one, because each value allows more
    /// requests. Returns an empty list for `Null`, whose value allows no more requests.
    pub(super) fn alternatives(&self) -> &[String] {
        if self.operator == Operator::Null { &[] } else { &self.values }
    }

    /// Returns the condition without one of its values.
    pub(super) fn without(&self, value: &str) -> Self {
        let values = self.values.iter().filter(|own| *own != value).cloned().collect();
        Self { values, ..self.clone() }
    }

    /// Returns whether `need` has a value that matches the given value of this condition.
    pub(super) fn uses(&self, value: &str, need: &Need) -> bool {
        let actual = need.context.get(&self.key).map(Vec::as_slice).unwrap_or_default();
        actual.iter().any(|actual| like(value, actual))
    }
}

fn is_flag(values: &[String]) -> bool {
    matches!(values, [value] if value == "true" || value == "false")
}
