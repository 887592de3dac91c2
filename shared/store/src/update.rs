//! Conditions and update expressions.
//!
//! An expression contains placeholders instead of values, and instead of the attribute names of a
//! [`Change`], except those of the indexes. So neither user input nor a word that DynamoDB reserves can
//! break an expression.

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
#[derive(Clone)]
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
/// stream requires. DynamoDB reserves none of these names, because no reserved word contains an
/// underscore (DynamoDB developer guide, "Reserved words").
const INDEX_ATTRIBUTES: [&str; 7] =
    ["due_pk", "due_at", "mail_pk", "mail_at", "mail_ready", "work_pk", "work_at"];

/// The difference between two forms of an item, as an update.
#[derive(Clone)]
pub(crate) struct Change {
    set: BTreeMap<String, AttributeValue>,
    remove: BTreeSet<String>,
}

impl Change {
    /// Returns the update that [`Self::between`] returns, but always also sets or removes the index
    /// attributes. So the update is never empty.
    ///
    /// [`Store::mark_corrupt`](crate::Store::mark_corrupt) changes these attributes and does not
    /// raise the version of the item. So the stored values may differ from the values in `before`,
    /// although the version is the same.
    pub fn with_index(stored: &Attributes, mut before: Attributes, after: Attributes) -> Self {
        // Without the index attributes in `before`, the update sets those in `after`.
        before.retain(|name, _| !INDEX_ATTRIBUTES.contains(&name.as_str()));
        let mut change = Self::difference(stored, before, after);
        let missing = INDEX_ATTRIBUTES.into_iter().filter(|name| !change.set.contains_key(*name));
        change.remove.extend(missing.map(str::to_owned));
        change
    }

    /// Returns the update that turns `before` into `after`, or `None` if they are equal.
    ///
    /// `before` is the part of `stored` that this version of the code understands. The update keeps
    /// the rest of `stored`, also inside attributes that change.
    pub fn between(stored: &Attributes, before: Attributes, after: Attributes) -> Option<Self> {
        let change = Self::difference(stored, before, after);
        (!change.set.is_empty() || !change.remove.is_empty()).then_some(change)
    }

    fn difference(stored: &Attributes, mut before: Attributes, after: Attributes) -> Self {
        let (mut set, mut remove) = (BTreeMap::new(), BTreeSet::new());
        for (name, mut value) in after {
            let old = before.remove(&name);
            if old.as_ref() == Some(&value) {
                continue;
            }
            if let Some(stored) = stored.get(&name) {
                keep_within(stored, old.as_ref(), &mut value);
            }
            set.insert(name, value);
        }
        for (name, old) in before {
            match stored.get(&name).and_then(|stored| keep_unknown(stored, &old)) {
                Some(kept) => drop(set.insert(name, kept)),
                None => drop(remove.insert(name)),
            }
        }
        Self { set, remove }
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
        let mut names = HashMap::with_capacity(self.set.len() + self.remove.len());
        // Returns what the expression contains for an attribute name.
        let mut name_or_placeholder = |name: String, placeholder: String| {
            if INDEX_ATTRIBUTES.contains(&name.as_str()) {
                return name;
            }
            names.insert(placeholder.clone(), name);
            placeholder
        };
        let mut values = HashMap::with_capacity(self.set.len() + 1);
        let mut expression = String::new();
        let mut separator = "SET ";
        for (index, (name, value)) in self.set.into_iter().enumerate() {
            let of_value = format!(":s{index}");
            let of_name = name_or_placeholder(name, format!("#s{index}"));
            expression.extend([separator, &of_name, " = ", &of_value]);
            values.insert(of_value, value);
            separator = ", ";
        }
        separator = if expression.is_empty() { "REMOVE " } else { " REMOVE " };
        for (index, name) in self.remove.into_iter().enumerate() {
            expression.extend([separator, &name_or_placeholder(name, format!("#r{index}"))]);
            separator = ", ";
        }
        (expression, names, values)
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
        assert!(Change::between(&before, before.clone(), before.clone()).is_none());
        let after = item(&[("a", 2), ("b", 1), ("d", 1)]);
        let (expression, names, values) =
            Change::between(&before, before.clone(), after).unwrap().into_parts();
        assert_eq!(expression, "SET #s0 = :s0, #s1 = :s1 REMOVE #r0");
        assert_eq!((names["#s0"].as_str(), names["#s1"].as_str(), names["#r0"].as_str()), ("a", "d", "c"));
        assert_eq!(values.len(), 2);
    }

    #[test]
    fn change_keeps_unknown_attributes() {
        let stored = item(&[("a", 1), ("from_the_future", 1)]);
        let change = Change::between(&stored, item(&[("a", 1)]), item(&[("a", 2)])).unwrap();
        assert_eq!(change.applied_to(&stored), item(&[("a", 2), ("from_the_future", 1)]));
        let (expression, names, _) = change.into_parts();
        assert_eq!((expression.as_str(), names["#s0"].as_str()), ("SET #s0 = :s0", "a"));
    }

    #[test]
    fn index_attributes_are_written_even_if_unchanged() {
        let item = item(&[("a", 1), ("mail_pk", 2), ("mail_at", 3)]);
        let (expression, names, _) = Change::with_index(&item, item.clone(), item.clone()).into_parts();
        let removed = "due_at, due_pk, mail_ready, work_at, work_pk";
        assert_eq!(expression, format!("SET mail_at = :s0, mail_pk = :s1 REMOVE {removed}"));
        assert!(names.is_empty(), "{names:?}");
    }
}
