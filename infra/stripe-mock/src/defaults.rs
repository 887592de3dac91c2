//! Complete Stripe objects: the mock's fields merged over a default object of the same type.

use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::test_events::{EventSpec, Seed, build_event};

/// Returns the object that a default event of type `kind` contains, with `facts` in place of the
/// default values.
///
/// The ids that `facts` omits are derived from the object's `id`, so every read of the object
/// returns the same ids.
pub(super) fn default_object(
    kind: &str,
    id: &str,
    customer: &str,
    created: Timestamp,
    facts: Value,
) -> Value {
    let spec = EventSpec { customer: Some(customer.to_owned()), ..EventSpec::new(kind) };
    // The only error of `build_event` is an invalid path in `set`, and `set` is empty here.
    let mut event = build_event(&spec, "", &seed(id), created).unwrap_or_default();
    let mut object = event.pointer_mut("/data/object").map(Value::take).unwrap_or_default();
    merge(&mut object, facts);
    object
}

/// Returns the seed that is derived from an id.
pub(super) fn seed(id: &str) -> Seed {
    let mut bytes = [0; 16];
    for (byte, digest) in bytes.iter_mut().zip(Sha256::digest(id.as_bytes())) {
        *byte = digest;
    }
    Seed::new(bytes)
}

/// Overrides a value: objects by field, lists by entry, all other values completely.
fn merge(base: &mut Value, facts: Value) {
    match (base, facts) {
        (Value::Object(fields), Value::Object(facts)) => {
            for (name, fact) in facts {
                merge(fields.entry(name).or_insert(Value::Null), fact);
            }
        }
        (Value::Array(entries), Value::Array(facts)) => {
            for (entry, fact) in entries.iter_mut().zip(facts) {
                merge(entry, fact);
            }
        }
        (base, fact) => *base = fact,
    }
}

/// Returns the `previous_attributes` of an update: the old value of each field that changed. In a
/// nested object, only the changed fields appear. A changed list appears completely.
///
/// Source: docs.stripe.com, "The Event object".
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
    use serde_json::json;

    use super::*;

    #[test]
    fn previous_attributes_contain_only_changed_fields() {
        let before = json!({"status": "active", "same": 1, "inner": {"a": 1, "b": 2}, "list": [1, 2]});
        let after =
            json!({"status": "past_due", "same": 1, "inner": {"a": 1, "b": 3}, "list": [1], "new": true});
        let previous = Value::Object(previous_attributes(&before, &after));
        assert_eq!(previous, json!({"status": "active", "inner": {"b": 2}, "list": [1, 2]}));
    }

    #[test]
    fn facts_override_the_default_object() {
        let build = |id: &str| {
            default_object("customer.created", id, id, Timestamp::UNIX_EPOCH, json!({"metadata": {"a": "b"}}))
        };
        let customer = build("cus_1");
        assert_eq!(customer.pointer("/id"), Some(&json!("cus_1")));
        assert_eq!(customer.pointer("/metadata"), Some(&json!({"a": "b"})));
        assert_eq!(customer.pointer("/object"), Some(&json!("customer")));
        assert_eq!(customer, build("cus_1"));
    }
}
