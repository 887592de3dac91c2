//! JSON parser that rejects duplicate keys.
//!
//! If a JSON object has a key twice, RFC 8259, section 4, does not define which of the two values
//! counts. This parser and the parser of the sender could use different values. A signed body with
//! a duplicate key is therefore rejected.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Number, Value};

/// A JSON value whose texts are part of the document. A text is only copied if it contains escapes.
///
/// A webhook reads a few fields of a large document. Its copy as [`Value`] would cost more than the
/// check of the signature.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree<'a> {
    /// The value `null`, for example of an absent field.
    Null,
    /// A flag, `true` or `false`.
    Bool(bool),
    /// A number, as `serde_json` parses it.
    Number(Number),
    /// A text without its quotes.
    Text(Cow<'a, str>),
    /// An array with its elements in order.
    List(Vec<Tree<'a>>),
    /// An object, sorted by key. Each key appears once.
    Object(Vec<(Cow<'a, str>, Tree<'a>)>),
}

/// Parses a JSON document in which no object, at any depth, has a key twice.
///
/// # Errors
/// The bytes are not JSON, or a key appears twice in one object. The message does not contain any
/// key or value of the document.
pub fn read(bytes: &[u8]) -> Result<Tree<'_>, serde_json::Error> {
    serde_json::from_slice(bytes)
}

impl<'a> Tree<'a> {
    /// Returns the value at a JSON pointer (RFC 6901) without escapes.
    #[must_use]
    pub fn pointer(&self, path: &str) -> Option<&Tree<'a>> {
        let mut steps = path.split('/');
        steps.next().filter(|start| start.is_empty())?;
        steps.try_fold(self, |value, step| match value {
            Self::Object(fields) => value_of(fields, step),
            Self::List(elements) => elements.get(step.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// Returns the text, if the value is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the number, if the value is one.
    #[must_use]
    pub const fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Returns the elements of an array. Any other value has none.
    #[must_use]
    pub fn elements(&self) -> &[Tree<'a>] {
        match self {
            Self::List(elements) => elements,
            _ => &[],
        }
    }
}

fn value_of<'t, 'a>(fields: &'t [(Cow<'a, str>, Tree<'a>)], key: &str) -> Option<&'t Tree<'a>> {
    let found = fields.binary_search_by(|(name, _)| name.as_ref().cmp(key)).ok()?;
    fields.get(found).map(|(_, value)| value)
}

impl From<Value> for Tree<'_> {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(number) => Self::Number(number),
            Value::String(text) => Self::Text(text.into()),
            Value::Array(list) => Self::List(list.into_iter().map(Self::from).collect()),
            // The fields of an object are sorted.
            Value::Object(fields) => {
                Self::Object(fields.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
            }
        }
    }
}

impl From<Tree<'_>> for Value {
    fn from(tree: Tree<'_>) -> Self {
        match tree {
            Tree::Null => Self::Null,
            Tree::Bool(value) => Self::Bool(value),
            Tree::Number(number) => Self::Number(number),
            Tree::Text(text) => Self::String(text.into_owned()),
            Tree::List(list) => list.into_iter().map(Self::from).collect(),
            Tree::Object(fields) => {
                fields.into_iter().map(|(key, value)| (key.into_owned(), Self::from(value))).collect()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Tree<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Tree<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Tree<'de>, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Tree<'de>, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Tree<'de>, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Tree<'de>, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Tree<'de>, E> {
        // JSON has no other numbers than finite ones.
        Ok(Number::from_f64(value).map_or(Tree::Null, Tree::Number))
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(value.into()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(value.to_owned().into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element()? {
            list.push(value);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some(key) = map.next_key_seed(Key)? {
            fields.push((key, map.next_value()?));
        }
        fields.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        if fields.windows(2).any(|pair| matches!(pair, [(one, _), (other, _)] if one == other)) {
            return Err(A::Error::custom("a key appears twice in one object"));
        }
        Ok(Tree::Object(fields))
    }
}

/// Reads a key. `serde` itself copies every text that becomes a `Cow`.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, key: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(key.into())
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Cow<'de, str>, E> {
        Ok(key.to_owned().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicate_key_is_rejected_at_any_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"a":{"b":1,"c":2,"b":3}}"#,
            r#"[{"a":[{"b":1,"b":1}]}]"#,
            r#"{"a":null,"a":1}"#,
        ] {
            let error = read(text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with("a key appears twice in one object"), "{text}: {error}");
        }
    }

    #[test]
    fn pointer_finds_what_it_finds_in_serde_json() {
        let value = serde_json::json!({"b": {"a": [1, {"c": "é\n"}]}, "a": null, "": true});
        let text = value.to_string();
        let tree = read(text.as_bytes()).unwrap();
        assert_eq!(tree, Tree::from(value.clone()));
        for path in ["", "/", "/a", "/b/a", "/b/a/1/c", "/b/a/2", "/b/a/x", "/c", "/b/a/1/c/d", "b"] {
            assert_eq!(tree.pointer(path).cloned().map(Value::from).as_ref(), value.pointer(path), "{path}");
        }
    }

    #[test]
    fn document_without_duplicate_key_parses_like_serde_json() {
        for text in [
            r#"{"a":1,"A":1,"b":{"a":1},"c":[{"a":-1},{"a":1.5}],"d":null,"e":true,"f":"é\n"}"#,
            "[]",
            "18446744073709551615",
            "",
            "{",
            "{} x",
            "\"\\ud800\"",
        ] {
            let expected = serde_json::from_str::<Value>(text).ok();
            assert_eq!(read(text.as_bytes()).ok().map(Value::from), expected, "{text}");
        }
    }
}
