//! Objects in full: what the stand-in knows of one, laid over a usual object of its kind.

use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::stripe::{EventSpec, Seed, build_event};

/// The object of a usual event of type `kind`, with `facts` over it. Fields that nobody here decides follow from
/// the id alone, so an object looks the same whenever it is read.
pub(super) fn default_object(
    kind: &str,
    id: &str,
    customer: &str,
    created: Timestamp,
    facts: Value,
) -> Value {
    let spec = EventSpec { customer: Some(customer.to_owned()), ..EventSpec::new(kind) };
    // Nothing is set by path here, so there is no path that could be at fault.
    let mut event = build_event(&spec, "", &seed(id), created).unwrap_or_default();
    let mut object = event.pointer_mut("/data/object").map(Value::take).unwrap_or_default();
    lay(&mut object, facts);
    object
}

/// A seed that follows from an id.
pub(super) fn seed(id: &str) -> Seed {
    let mut bytes = [0; 16];
    for (byte, digest) in bytes.iter_mut().zip(Sha256::digest(id.as_bytes())) {
        *byte = digest;
    }
    Seed::new(bytes)
}

/// Lays facts over an object: field by field, entry by entry, everything else whole.
fn lay(under: &mut Value, facts: Value) {
    match (under, facts) {
        (Value::Object(fields), Value::Object(facts)) => {
            for (name, fact) in facts {
                lay(fields.entry(name).or_insert(Value::Null), fact);
            }
        }
        (Value::Array(entries), Value::Array(facts)) => {
            for (entry, fact) in entries.iter_mut().zip(facts) {
                lay(entry, fact);
            }
        }
        (under, fact) => *under = fact,
    }
}

/// What `after` no longer says: the `previous_attributes` of an update, within objects only the fields that
/// changed, lists whole. Source: docs.stripe.com, "The Event object".
pub(super) fn previous_attributes(before: &Value, after: &Value) -> Map<String, Value> {
    let (Some(before), Some(after)) = (before.as_object(), after.as_object()) else { return Map::new() };
    let changed = before.iter().filter(|(name, old)| after.get(*name) != Some(old));
    changed
        .map(|(name, old)| {
            let old = match (old, after.get(name)) {
                (Value::Object(_), Some(new @ Value::Object(_))) => {
                    Value::Object(previous_attributes(old, new))
                }
                _ => old.clone(),
            };
            (name.clone(), old)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn previous_attributes_hold_what_changed_and_nothing_else() {
        let before = json!({"status": "active", "kept": 1, "inner": {"a": 1, "b": 2}, "list": [1, 2]});
        let after =
            json!({"status": "past_due", "kept": 1, "inner": {"a": 1, "b": 3}, "list": [1], "new": true});
        let previous = Value::Object(previous_attributes(&before, &after));
        assert_eq!(previous, json!({"status": "active", "inner": {"b": 2}, "list": [1, 2]}));
    }

    #[test]
    fn facts_lie_over_the_usual_object_and_the_rest_stays() {
        let made = |id: &str| {
            default_object("customer.created", id, id, Timestamp::UNIX_EPOCH, json!({"metadata": {"a": "b"}}))
        };
        let customer = made("cus_1");
        assert_eq!(customer.pointer("/id"), Some(&json!("cus_1")));
        assert_eq!(customer.pointer("/metadata"), Some(&json!({"a": "b"})));
        assert_eq!(customer.pointer("/object"), Some(&json!("customer")));
        assert_eq!(customer, made("cus_1"));
    }
}
