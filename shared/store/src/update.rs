//! Conditions and update expressions.
//!
//! An expression contains placeholders instead of values, and instead of the attribute names of a
//! [`Change`]. So neither user input nor a word that DynamoDB reserves can break an expression.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    Update,
};

use crate::{
    attributes::{Attributes, number},
    error::Error,
    keys::Key,
    unknown::{keep_unknown, keep_within},
};

/// Condition of a write.
pub(crate) enum Only {
    /// The item does not exist.
    New,
    /// The item exists, in any version.
    Exists,
    /// The item has this version.
    Version(u64),
    /// Another expression, with its values.
    If(&'static str, Attributes),
}

impl Only {
    /// Returns the condition expression and its values. The attribute names in the expression are
    /// not placeholders, because DynamoDB does not reserve these names.
    pub fn expression(self) -> (String, Attributes) {
        match self {
            Self::New => ("attribute_not_exists(pk)".to_owned(), HashMap::new()),
            Self::Exists => ("attribute_exists(pk)".to_owned(), HashMap::new()),
            Self::Version(version) => (
                "version = :version_before".to_owned(),
                HashMap::from([(":version_before".to_owned(), number(version))]),
            ),
            Self::If(expression, values) => (expression.to_owned(), values),
        }
    }
}

/// The attributes that the indexes contain, and `mail_ready`, which the filter of the table's
/// stream requires.
const INDEX_ATTRIBUTES: [&str; 7] =
    ["due_pk", "due_at", "mail_pk", "mail_at", "mail_ready", "work_pk", "work_at"];

/// The difference between two forms of an item, as an update.
pub(crate) struct Change {
    set: BTreeMap<String, AttributeValue>,
    remove: BTreeSet<String>,
}

impl Change {
    /// Returns the update that [`Self::between`] returns, but always also sets or removes the index
    /// attributes.
    ///
    /// [`Store::mark_corrupt`](crate::Store::mark_corrupt) changes these attributes and does not
    /// raise the version of the item. So the stored values may differ from the values in `before`,
    /// although the version is the same.
    pub fn with_index(stored: &Attributes, mut before: Attributes, after: &Attributes) -> Option<Self> {
        // Replaces the index attributes in `before` with a value that is never stored. Each index
        // attribute then differs from `after`. So the update sets the attribute, or removes it if
        // it is missing in `after`.
        let never_stored = INDEX_ATTRIBUTES.map(|name| (name.to_owned(), AttributeValue::Null(true)));
        before.extend(never_stored);
        Self::between(stored, &before, after)
    }

    /// Returns the update that turns `before` into `after`, or `None` if they are equal.
    ///
    /// `before` is the part of `stored` that this version of the code understands. The update keeps
    /// the rest of `stored`, also inside attributes that change.
    pub fn between(stored: &Attributes, before: &Attributes, after: &Attributes) -> Option<Self> {
        let changed = after.iter().filter(|(name, value)| before.get(*name) != Some(*value));
        let mut set: BTreeMap<_, _> = changed
            .map(|(name, value)| (name.clone(), keep_within(stored.get(name), before.get(name), value)))
            .collect();
        let mut remove = BTreeSet::new();
        for (name, value) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
            match stored.get(name).and_then(|stored| keep_unknown(stored, value)) {
                Some(kept) => drop(set.insert(name.clone(), kept)),
                None => drop(remove.insert(name.clone())),
            }
        }
        (!set.is_empty() || !remove.is_empty()).then_some(Self { set, remove })
    }

    /// Sets an attribute to exactly this value.
    pub fn set(&mut self, name: &str, value: AttributeValue) {
        self.set.insert(name.to_owned(), value);
    }

    /// Returns `stored` after the update.
    pub fn applied_to(&self, stored: &Attributes) -> Attributes {
        let mut item = stored.clone();
        item.retain(|name, _| !self.remove.contains(name));
        item.extend(self.set.clone());
        item
    }

    /// Returns the expression, the attribute names, and the values.
    pub fn into_parts(self) -> (String, HashMap<String, String>, Attributes) {
        let (mut names, mut values, mut clauses) = (HashMap::new(), HashMap::new(), Vec::new());
        let mut set = Vec::new();
        for (index, (name, value)) in self.set.into_iter().enumerate() {
            set.push(format!("#s{index} = :s{index}"));
            names.insert(format!("#s{index}"), name);
            values.insert(format!(":s{index}"), value);
        }
        let mut remove = Vec::new();
        for (index, name) in self.remove.into_iter().enumerate() {
            remove.push(format!("#r{index}"));
            names.insert(format!("#r{index}"), name);
        }
        for (verb, list) in [("SET", set), ("REMOVE", remove)] {
            if !list.is_empty() {
                clauses.push(format!("{verb} {}", list.join(", ")));
            }
        }
        (clauses.join(" "), names, values)
    }
}

fn build_error(error: impl std::fmt::Display) -> Error {
    Error::Unavailable(error.to_string())
}

/// Builds a put for a transaction.
pub(crate) fn put(table: &str, item: Attributes, only: Option<Only>) -> Result<TransactWriteItem, Error> {
    let mut put = Put::builder().table_name(table).set_item(Some(item));
    if let Some(only) = only {
        let (expression, values) = only.expression();
        put = put
            .condition_expression(expression)
            .set_expression_attribute_values((!values.is_empty()).then_some(values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    }
    Ok(TransactWriteItem::builder().put(put.build().map_err(build_error)?).build())
}

/// Builds an update for a transaction from a change.
pub(crate) fn change(table: &str, key: &Key, change: Change, only: Only) -> Result<TransactWriteItem, Error> {
    let (expression, names, mut values) = change.into_parts();
    let (condition, more) = only.expression();
    values.extend(more);
    update_with_names(table, key, &expression, &condition, names, values)
}

/// Builds an update for a transaction from an expression.
pub(crate) fn update(
    table: &str,
    key: &Key,
    expression: &str,
    condition: &str,
    values: Attributes,
) -> Result<TransactWriteItem, Error> {
    update_with_names(table, key, expression, condition, HashMap::new(), values)
}

/// Builds an update for a transaction from an expression with placeholders for attribute names.
pub(crate) fn update_with_names(
    table: &str,
    key: &Key,
    expression: &str,
    condition: &str,
    names: HashMap<String, String>,
    values: Attributes,
) -> Result<TransactWriteItem, Error> {
    let update = Update::builder()
        .table_name(table)
        .set_key(Some(key.attributes()))
        .update_expression(expression)
        .condition_expression(condition)
        .set_expression_attribute_names((!names.is_empty()).then_some(names))
        .set_expression_attribute_values((!values.is_empty()).then_some(values))
        .build()
        .map_err(build_error)?;
    Ok(TransactWriteItem::builder().update(update).build())
}

/// Builds a condition on an item that the transaction does not write.
pub(crate) fn check(
    table: &str,
    key: &Key,
    condition: &str,
    values: Attributes,
) -> Result<TransactWriteItem, Error> {
    let check = ConditionCheck::builder()
        .table_name(table)
        .set_key(Some(key.attributes()))
        .condition_expression(condition)
        .set_expression_attribute_values((!values.is_empty()).then_some(values))
        .build()
        .map_err(build_error)?;
    Ok(TransactWriteItem::builder().condition_check(check).build())
}

/// Builds a deletion for a transaction.
pub(crate) fn delete(table: &str, key: &Key, only: Option<Only>) -> Result<TransactWriteItem, Error> {
    let mut delete = Delete::builder().table_name(table).set_key(Some(key.attributes()));
    if let Some(only) = only {
        let (expression, values) = only.expression();
        delete = delete
            .condition_expression(expression)
            .set_expression_attribute_values((!values.is_empty()).then_some(values));
    }
    Ok(TransactWriteItem::builder().delete(delete.build().map_err(build_error)?).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(pairs: &[(&str, u64)]) -> Attributes {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), number(*value))).collect()
    }

    #[test]
    fn change_contains_only_differences() {
        let before = item(&[("a", 1), ("b", 1), ("c", 1)]);
        assert!(Change::between(&before, &before, &before).is_none());
        let after = item(&[("a", 2), ("b", 1), ("d", 1)]);
        let (expression, names, values) = Change::between(&before, &before, &after).unwrap().into_parts();
        assert_eq!(expression, "SET #s0 = :s0, #s1 = :s1 REMOVE #r0");
        assert_eq!((names["#s0"].as_str(), names["#s1"].as_str(), names["#r0"].as_str()), ("a", "d", "c"));
        assert_eq!(values.len(), 2);
    }

    #[test]
    fn change_keeps_unknown_attributes() {
        let stored = item(&[("a", 1), ("from_the_future", 1)]);
        let change = Change::between(&stored, &item(&[("a", 1)]), &item(&[("a", 2)])).unwrap();
        assert_eq!(change.applied_to(&stored), item(&[("a", 2), ("from_the_future", 1)]));
        let (expression, names, _) = change.into_parts();
        assert_eq!((expression.as_str(), names["#s0"].as_str()), ("SET #s0 = :s0", "a"));
    }

    #[test]
    fn index_attributes_are_written_even_if_unchanged() {
        let item = item(&[("a", 1), ("mail_pk", 2), ("mail_at", 3)]);
        let (expression, names, _) = Change::with_index(&item, item.clone(), &item).unwrap().into_parts();
        assert_eq!(expression, "SET #s0 = :s0, #s1 = :s1 REMOVE #r0, #r1, #r2, #r3, #r4");
        let set = [names["#s0"].as_str(), names["#s1"].as_str()];
        assert_eq!(set, ["mail_at", "mail_pk"]);
    }
}
