//! What a newer version of the code wrote, handed back by an older one.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::client::Attributes;

/// What is to be written in the place of `stored`: `after`, and whatever of `stored` is missing in `before`, the form
/// that was read from it. Those who read it do not know that, so they cannot have meant to remove it.
fn keep(stored: &Attributes, before: &Attributes, after: &Attributes) -> Attributes {
    let known = after
        .iter()
        .map(|(name, value)| (name.clone(), keep_within(stored.get(name), before.get(name), value)));
    let unknown = stored.iter().filter(|(name, _)| !before.contains_key(*name) && !after.contains_key(*name));
    known.chain(unknown.map(|(name, value)| (name.clone(), value.clone()))).collect()
}

/// The same for one attribute, however deep in the item.
pub(crate) fn keep_within(
    stored: Option<&AttributeValue>,
    before: Option<&AttributeValue>,
    after: &AttributeValue,
) -> AttributeValue {
    use AttributeValue::{L, M};
    match (stored, before, after) {
        (Some(M(stored)), Some(M(before)), M(after)) => M(keep(stored, before, after)),
        // An entry is the one that reads the same, or the one of the same person; never the one in its place, which
        // may be somebody else's.
        (Some(L(stored)), Some(L(before)), L(after)) if stored.len() == before.len() => {
            let entry = |value: &AttributeValue| {
                let same = before.iter().position(|entry| entry == value);
                let at = same.or_else(|| before.iter().position(|entry| is_of_one_person(entry, value)));
                keep_within(at.and_then(|at| stored.get(at)), at.and_then(|at| before.get(at)), value)
            };
            L(after.iter().map(entry).collect())
        }
        _ => after.clone(),
    }
}

/// Lists whose entries change are lists of people: of an organization's admins.
fn is_of_one_person(one: &AttributeValue, other: &AttributeValue) -> bool {
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

    fn kept(stored: &Value, before: &Value, after: &Value) -> Value {
        serde_dynamo::from_item(keep(&item(stored), &item(before), &item(after))).unwrap()
    }

    #[test]
    fn what_is_not_known_stays_and_what_is_known_is_as_written() {
        for (what, stored, before, after, expected) in [
            (
                "a field beside a changed one",
                json!({"list": {"ticks": 1, "seen": true}}),
                json!({"list": {"ticks": 1}}),
                json!({"list": {"ticks": 2}}),
                json!({"list": {"ticks": 2, "seen": true}}),
            ),
            (
                "deeper, beside an entry that comes and one that goes",
                json!({"mail": {"welcome": {"state": "sent", "tone": "warm"}, "ended": {}}}),
                json!({"mail": {"welcome": {"state": "sent"}, "ended": {}}}),
                json!({"mail": {"welcome": {"state": "sent"}, "ending": {}}}),
                json!({"mail": {"welcome": {"state": "sent", "tone": "warm"}, "ending": {}}}),
            ),
            (
                "a known field that was removed goes",
                json!({"list": {"dismissed": 1, "seen": true}}),
                json!({"list": {"dismissed": 1}}),
                json!({"list": {}}),
                json!({"list": {"seen": true}}),
            ),
            (
                "in a list, an entry that changed",
                json!({"admins": [{"user": "a", "phone": 1}, {"user": "b", "phone": 2}]}),
                json!({"admins": [{"user": "a"}, {"user": "b"}]}),
                json!({"admins": [{"user": "a"}, {"user": "b", "quiet": true}]}),
                json!({"admins": [{"user": "a", "phone": 1}, {"user": "b", "quiet": true, "phone": 2}]}),
            ),
            (
                "in a list, those behind an entry that went",
                json!({"admins": [{"user": "a", "phone": 1}, {"user": "b", "phone": 2}]}),
                json!({"admins": [{"user": "a"}, {"user": "b"}]}),
                json!({"admins": [{"user": "b"}]}),
                json!({"admins": [{"user": "b", "phone": 2}]}),
            ),
            (
                "in a list, those before an entry that came",
                json!({"admins": [{"user": "a", "phone": 1}]}),
                json!({"admins": [{"user": "a"}]}),
                json!({"admins": [{"user": "a"}, {"user": "b"}]}),
                json!({"admins": [{"user": "a", "phone": 1}, {"user": "b"}]}),
            ),
            (
                "in a list, where one came as one went",
                json!({"admins": [{"user": "a", "phone": 1}, {"user": "b", "phone": 2}]}),
                json!({"admins": [{"user": "a"}, {"user": "b"}]}),
                json!({"admins": [{"user": "b"}, {"user": "c"}]}),
                json!({"admins": [{"user": "b", "phone": 2}, {"user": "c"}]}),
            ),
            (
                "in a list, an entry that changed as one before it went",
                json!({"admins": [{"user": "a", "phone": 1}, {"user": "b", "phone": 2}]}),
                json!({"admins": [{"user": "a"}, {"user": "b"}]}),
                json!({"admins": [{"user": "b", "quiet": true}]}),
                json!({"admins": [{"user": "b", "quiet": true, "phone": 2}]}),
            ),
            (
                "in a list of what nobody is called by",
                json!({"given": [{"days": 3, "tone": 1}]}),
                json!({"given": [{"days": 3}]}),
                json!({"given": [{"days": 5}]}),
                json!({"given": [{"days": 5}]}),
            ),
            (
                "something else in its place",
                json!({"list": {"seen": true}}),
                json!({"list": {}}),
                json!({"list": 3}),
                json!({"list": 3}),
            ),
        ] {
            assert_eq!(kept(&stored, &before, &after), expected, "{what}");
        }
    }
}
