//! JSON parser that rejects duplicate keys.
//!
//! If a JSON object has a key twice, RFC 8259, section 4, does not define which of the two values
//! counts. This parser and the parser of the sender could use different values. A signed body with
//! a duplicate key is therefore rejected.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

/// Parses a JSON document in which no object, at any depth, has a key twice.
///
/// # Errors
/// The bytes are not JSON, or a key appears twice in one object. The message does not contain any
/// key or value of the document.
pub fn read(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice::<Unambiguous>(bytes).map(|Unambiguous(value)| value)
}

struct Unambiguous(Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Tree.deserialize(deserializer).map(Self)
    }
}

struct Tree;

impl<'de> DeserializeSeed<'de> for Tree {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element_seed(Tree)? {
            list.push(value);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if object.insert(key, map.next_value_seed(Tree)?).is_some() {
                return Err(A::Error::custom("a key appears twice in one object"));
            }
        }
        Ok(object.into())
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
            assert_eq!(read(text.as_bytes()).ok(), expected, "{text}");
        }
    }
}
