//! Event patterns of EventBridge rules and filters of event source mappings.
//!
//! Supports the part of "Amazon EventBridge event patterns" (EventBridge User Guide) that the
//! template uses: exact values, `prefix`, `suffix`, `exists`, `numeric`, `anything-but`,
//! `equals-ignore-case`, and `$or`.

use serde_json::{Map, Value};

/// An event pattern, which an event matches or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern(Node);

#[derive(Debug, Clone, PartialEq)]
enum Node {
    /// Every field must match, and at least one alternative of each `$or`.
    Fields(Vec<(String, Node)>, Vec<Vec<Node>>),
    /// At least one test must match.
    Values(Vec<Test>),
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    Equals(Value),
    Prefix(String),
    Suffix(String),
    IgnoreCase(String),
    Exists(bool),
    Numeric(Vec<(Comparison, f64)>),
    AnythingBut(Vec<Test>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Pattern {
    /// Parses a pattern from JSON text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))?;
        Self::new(&value)
    }

    /// Builds a pattern from JSON.
    ///
    /// # Errors
    /// Returns a message if an operator is not supported or an argument is invalid.
    pub fn new(value: &Value) -> Result<Self, String> {
        match value.as_object() {
            Some(fields) if !fields.is_empty() => fields_node(fields).map(Self),
            _ => Err("a pattern must be an object with at least one field".to_owned()),
        }
    }

    /// Returns whether `event` matches.
    pub fn matches(&self, event: &Value) -> bool {
        self.0.matches(Some(event))
    }
}

impl Node {
    fn matches(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Fields(fields, groups) => {
                // A list of objects matches if one object matches.
                if let Some(Value::Array(items)) = value {
                    return items.iter().any(|item| self.matches(Some(item)));
                }
                fields.iter().all(|(name, node)| node.matches(value.and_then(|value| value.get(name))))
                    && groups.iter().all(|group| group.iter().any(|node| node.matches(value)))
            }
            Self::Values(tests) => tests.iter().any(|test| test.matches(value)),
        }
    }
}

impl Test {
    fn matches(&self, value: Option<&Value>) -> bool {
        if let Self::Exists(expected) = self {
            // `exists` applies to leaf nodes only.
            return value.is_some_and(|value| !value.is_object()) == *expected;
        }
        match value {
            None => false,
            Some(Value::Array(items)) => match self {
                Self::AnythingBut(_) => !items.is_empty() && items.iter().all(|item| self.is_met_by(item)),
                _ => items.iter().any(|item| self.is_met_by(item)),
            },
            Some(value) => self.is_met_by(value),
        }
    }

    fn is_met_by(&self, value: &Value) -> bool {
        let text = value.as_str();
        match self {
            Self::Equals(Value::Number(expected)) => {
                value.as_f64().is_some() && value.as_f64() == expected.as_f64()
            }
            Self::Equals(expected) => value == expected,
            Self::Prefix(prefix) => text.is_some_and(|text| text.starts_with(prefix)),
            Self::Suffix(suffix) => text.is_some_and(|text| text.ends_with(suffix)),
            Self::IgnoreCase(expected) => {
                text.is_some_and(|text| text.to_lowercase() == expected.to_lowercase())
            }
            Self::Exists(expected) => *expected,
            Self::Numeric(bounds) => value.as_f64().is_some_and(|number| {
                bounds.iter().all(|(comparison, bound)| match comparison {
                    Comparison::Equal => (number - bound).abs() < f64::EPSILON,
                    Comparison::Less => number < *bound,
                    Comparison::LessOrEqual => number <= *bound,
                    Comparison::Greater => number > *bound,
                    Comparison::GreaterOrEqual => number >= *bound,
                })
            }),
            Self::AnythingBut(tests) => !value.is_object() && !tests.iter().any(|test| test.is_met_by(value)),
        }
    }
}

fn fields_node(fields: &Map<String, Value>) -> Result<Node, String> {
    let (mut nodes, mut groups) = (Vec::new(), Vec::new());
    for (name, value) in fields {
        match value {
            Value::Array(choices) if name == "$or" => {
                let group = choices.iter().map(|choice| match choice {
                    Value::Object(fields) => fields_node(fields),
                    _ => Err("$or must contain patterns".to_owned()),
                });
                groups.push(group.collect::<Result<_, _>>()?);
            }
            Value::Array(tests) => {
                let tests = tests.iter().map(|value| test(name, value)).collect::<Result<Vec<_>, _>>()?;
                if tests.is_empty() {
                    return Err(format!("{name}: an empty list never matches"));
                }
                nodes.push((name.clone(), Node::Values(tests)));
            }
            Value::Object(fields) if !fields.is_empty() => nodes.push((name.clone(), fields_node(fields)?)),
            _ => return Err(format!("{name}: a field must be a list or an object")),
        }
    }
    Ok(Node::Fields(nodes, groups))
}

fn test(name: &str, value: &Value) -> Result<Test, String> {
    let Value::Object(operator) = value else {
        return if value.is_array() {
            Err(format!("{name}: nested lists are not supported"))
        } else {
            Ok(Test::Equals(value.clone()))
        };
    };
    let (Some((operator, argument)), 1) = (operator.iter().next(), operator.len()) else {
        return Err(format!("{name}: expected exactly one operator"));
    };
    let invalid = || format!("{name}: invalid argument of {operator}");
    let text = || argument.as_str().map(str::to_owned).ok_or_else(invalid);
    Ok(match operator.as_str() {
        "prefix" => Test::Prefix(text()?),
        "suffix" => Test::Suffix(text()?),
        "equals-ignore-case" => Test::IgnoreCase(text()?),
        "exists" => Test::Exists(argument.as_bool().ok_or_else(invalid)?),
        "numeric" => Test::Numeric(bounds(argument).ok_or_else(invalid)?),
        "anything-but" => Test::AnythingBut(match argument {
            Value::Array(values) => values.iter().cloned().map(Test::Equals).collect(),
            other => vec![test(name, other)?],
        }),
        other => return Err(format!("{name}: unsupported operator {other}")),
    })
}

fn bounds(argument: &Value) -> Option<Vec<(Comparison, f64)>> {
    let parts = argument.as_array()?;
    let bounds: Option<Vec<_>> = parts
        .chunks(2)
        .map(|pair| {
            let [sign, bound] = pair else { return None };
            let comparison = match sign.as_str()? {
                "=" => Comparison::Equal,
                "<" => Comparison::Less,
                "<=" => Comparison::LessOrEqual,
                ">" => Comparison::Greater,
                ">=" => Comparison::GreaterOrEqual,
                _ => return None,
            };
            Some((comparison, bound.as_f64()?))
        })
        .collect();
    bounds.filter(|bounds| !bounds.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "a table reads better without borrows")]
    fn check(pattern: Value, event: Value, expected: bool) {
        let matches = Pattern::new(&pattern).unwrap().matches(&event);
        assert_eq!(matches, expected, "{pattern} on {event}");
    }

    #[test]
    fn values_match_exactly() {
        check(json!({"a": ["x", "y"]}), json!({"a": "y", "b": 1}), true);
        check(json!({"a": ["x"]}), json!({"a": "z"}), false);
        check(json!({"a": ["x"]}), json!({}), false);
        check(json!({"a": [1]}), json!({"a": 1.0}), true);
        check(json!({"a": ["1"]}), json!({"a": 1}), false);
        check(json!({"a": [null]}), json!({"a": null}), true);
        check(json!({"a": [true]}), json!({"a": true}), true);
        check(json!({"a": ["x"], "b": ["y"]}), json!({"a": "x"}), false);
        check(json!({"a": {"b": {"c": ["x"]}}}), json!({"a": {"b": {"c": "x"}}}), true);
        check(json!({"a": {"b": ["x"]}}), json!({"a": "x"}), false);
    }

    #[test]
    fn list_in_event_matches_by_any_element() {
        check(json!({"a": ["x"]}), json!({"a": ["w", "x"]}), true);
        check(json!({"a": ["x"]}), json!({"a": []}), false);
        check(json!({"a": {"b": ["x"]}}), json!({"a": [{"b": "y"}, {"b": "x"}]}), true);
        check(json!({"a": [{"anything-but": ["x"]}]}), json!({"a": ["y", "x"]}), false);
    }

    #[test]
    fn operators_match_as_in_eventbridge() {
        check(
            json!({"a": [{"prefix": "aws.partner/stripe.com"}]}),
            json!({"a": "aws.partner/stripe.com/ed"}),
            true,
        );
        check(json!({"a": [{"prefix": "b"}]}), json!({"a": "ab"}), false);
        check(json!({"a": [{"suffix": ".png"}]}), json!({"a": "x.png"}), true);
        check(json!({"a": [{"suffix": ".png"}]}), json!({"a": 3}), false);
        check(json!({"a": [{"equals-ignore-case": "Alice"}]}), json!({"a": "aLICE"}), true);
        check(json!({"a": [{"exists": true}]}), json!({"a": ""}), true);
        check(json!({"a": [{"exists": true}]}), json!({"a": {"b": 1}}), false);
        check(json!({"a": [{"exists": false}]}), json!({"b": 1}), true);
        check(json!({"a": {"b": [{"exists": false}]}}), json!({}), true);
        check(json!({"a": [{"numeric": [">", 0, "<=", 5]}]}), json!({"a": 5}), true);
        check(json!({"a": [{"numeric": [">", 0, "<=", 5]}]}), json!({"a": 0}), false);
        check(json!({"a": [{"numeric": ["=", 3.5]}]}), json!({"a": "3.5"}), false);
        check(json!({"a": [{"anything-but": "x"}]}), json!({"a": "y"}), true);
        check(json!({"a": [{"anything-but": ["x", "y"]}]}), json!({"a": "y"}), false);
        check(json!({"a": [{"anything-but": {"prefix": "x"}}]}), json!({"a": "xy"}), false);
        check(json!({"a": [{"anything-but": "x"}]}), json!({}), false);
        check(json!({"$or": [{"a": ["x"]}, {"b": ["y"]}]}), json!({"b": "y"}), true);
        check(json!({"$or": [{"a": ["x"]}, {"b": ["y"]}], "c": ["z"]}), json!({"b": "y"}), false);
    }

    #[test]
    fn unsupported_pattern_is_an_error() {
        for (pattern, name) in [
            (json!({"a": [{"wildcard": "*.png"}]}), "wildcard"),
            (json!({"a": [{"cidr": "10.0.0.0/8"}]}), "cidr"),
            (json!({"a": [{"numeric": ["~", 1]}]}), "numeric"),
            (json!({"a": []}), "a"),
            (json!({"a": "x"}), "a"),
            (json!({}), "pattern"),
        ] {
            assert!(Pattern::new(&pattern).unwrap_err().contains(name), "{pattern}");
        }
    }
}
