//! Keeps attributes of stored items that this version of the code does not understand.
//!
//! During a gradual release, an older version of the code writes items that a newer version wrote
//! before. The older version must keep the attributes of the newer version unchanged, at the top
//! level and inside nested attributes.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::attributes::Attributes;

/// Adds to `after` the attributes of `stored` that this version of the code does not understand.
///
/// `before` is the part of `stored` that this version understands. An attribute of `stored` that is
/// missing in `before` is unknown to this version. So a write of this version cannot intend to
/// remove it.
fn keep_all(stored: &Attributes, before: &Attributes, after: &mut Attributes) {
    for (name, stored) in stored {
        match (after.get_mut(name), before.get(name)) {
            (Some(after), before) => keep_within(stored, before, after),
            (None, None) => drop(after.insert(name.clone(), stored.clone())),
            (None, Some(_)) => {}
        }
    }
}

/// Adds to the value `after` of one attribute the unknown attributes inside the `stored` value, at
/// any depth. It does for one attribute what [`keep_all`] does for an item.
pub(crate) fn keep_within(
    stored: &AttributeValue,
    before: Option<&AttributeValue>,
    after: &mut AttributeValue,
) {
    use AttributeValue::{L, M};
    match (stored, before, after) {
        (M(stored), Some(M(before)), M(after)) => keep_all(stored, before, after),
        // This version understands nothing of the stored value.
        (M(stored), None, M(after)) => keep_all(stored, &Attributes::new(), after),
        // Each entry of the new list gets the unknown attributes of one old entry: the old entry
        // with equal content or, if there is none, with the same user. The position in the list is
        // not compared, because the entry at the same position may belong to another user.
        (L(stored), Some(L(before)), L(after)) if stored.len() == before.len() => {
            let entries = || before.iter().zip(stored);
            for after in after {
                let same = entries().find(|(before, _)| *before == after);
                let same = same.or_else(|| entries().find(|(before, _)| is_of_same_user(before, after)));
                if let Some((before, stored)) = same {
                    keep_within(stored, Some(before), after);
                }
            }
        }
        _ => {}
    }
}

/// Returns what remains of a `stored` value that this version of the code removes: the attributes that
/// it does not understand. Returns `None` if there are none.
pub(crate) fn keep_unknown(stored: &AttributeValue, before: &AttributeValue) -> Option<AttributeValue> {
    let (AttributeValue::M(stored), AttributeValue::M(before)) = (stored, before) else { return None };
    let mut kept = Attributes::new();
    keep_all(stored, before, &mut kept);
    (!kept.is_empty()).then_some(AttributeValue::M(kept))
}

/// Returns whether two entries of a list belong to the same user. Only the list of an
/// organization's admins has entries that change, and each of these entries contains a user ID.
fn is_of_same_user(one: &AttributeValue, other: &AttributeValue) -> bool {
    let user = |entry: &AttributeValue| entry.as_m().ok()?.get("user").cloned();
    user(one).is_some_and(|it| user(other) == Some(it))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn item(value: &Value) -> Attributes {
        serde_dynamo::to_item(value).unwrap()
    }

    fn merged(stored: &Value, before: &Value, after: &Value) -> Value {
        let mut after = item(after);
        keep_all(&item(stored), &item(before), &mut after);
        serde_dynamo::from_item(after).unwrap()
    }

    #[test]
    fn unknown_attributes_of_a_map_are_kept() {
        for (case, stored, before, after, expected) in [
            (
                "an unknown field beside a changed one",
                json!({"list": {"ticks": 1, "seen": true}}),
                json!({"list": {"ticks": 1}}),
                json!({"list": {"ticks": 2}}),
                json!({"list": {"ticks": 2, "seen": true}}),
            ),
            (
                "nested, beside an added and a removed entry",
                json!({"mail": {"welcome": {"state": "sent", "tone": "warm"}, "ended": {}}}),
                json!({"mail": {"welcome": {"state": "sent"}, "ended": {}}}),
                json!({"mail": {"welcome": {"state": "sent"}, "ending": {}}}),
                json!({"mail": {"welcome": {"state": "sent", "tone": "warm"}, "ending": {}}}),
            ),
            (
                "a known field that was removed",
                json!({"list": {"dismissed": 1, "seen": true}}),
                json!({"list": {"dismissed": 1}}),
                json!({"list": {}}),
                json!({"list": {"seen": true}}),
            ),
            (
                "a value of another type",
                json!({"list": {"seen": true}}),
                json!({"list": {}}),
                json!({"list": 3}),
                json!({"list": 3}),
            ),
        ] {
            assert_eq!(merged(&stored, &before, &after), expected, "{case}");
        }
    }

    #[test]
    fn unknown_attributes_of_list_entries_are_kept() {
        let list = |entries: Value| json!({ "list": entries });
        for (case, stored, before, after, expected) in [
            (
                "a changed entry",
                json!([{"user": "a", "phone": 1}, {"user": "b", "phone": 2}]),
                json!([{"user": "a"}, {"user": "b"}]),
                json!([{"user": "a"}, {"user": "b", "quiet": true}]),
                json!([{"user": "a", "phone": 1}, {"user": "b", "quiet": true, "phone": 2}]),
            ),
            (
                "an entry after a removed one",
                json!([{"user": "a", "phone": 1}, {"user": "b", "phone": 2}]),
                json!([{"user": "a"}, {"user": "b"}]),
                json!([{"user": "b"}]),
                json!([{"user": "b", "phone": 2}]),
            ),
            (
                "an entry before an added one",
                json!([{"user": "a", "phone": 1}]),
                json!([{"user": "a"}]),
                json!([{"user": "a"}, {"user": "b"}]),
                json!([{"user": "a", "phone": 1}, {"user": "b"}]),
            ),
            (
                "one entry added and one removed",
                json!([{"user": "a", "phone": 1}, {"user": "b", "phone": 2}]),
                json!([{"user": "a"}, {"user": "b"}]),
                json!([{"user": "b"}, {"user": "c"}]),
                json!([{"user": "b", "phone": 2}, {"user": "c"}]),
            ),
            (
                "a changed entry after a removed one",
                json!([{"user": "a", "phone": 1}, {"user": "b", "phone": 2}]),
                json!([{"user": "a"}, {"user": "b"}]),
                json!([{"user": "b", "quiet": true}]),
                json!([{"user": "b", "quiet": true, "phone": 2}]),
            ),
            (
                "a list whose entries have no user",
                json!([{"days": 3, "tone": 1}]),
                json!([{"days": 3}]),
                json!([{"days": 5}]),
                json!([{"days": 5}]),
            ),
        ] {
            assert_eq!(merged(&list(stored), &list(before), &list(after)), list(expected), "{case}");
        }
    }
}
