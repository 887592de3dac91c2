//! Stored forms of items.
//!
//! Stored forms are separate types, so renaming a field of the domain never renames a stored
//! attribute. If an enum variant or a field of a stored form gets a new name, `#[serde(rename)]`
//! keeps its stored name.

mod at;
mod billing;
mod checklist;
mod folded;
mod mail;
mod onboarding;
mod org;
mod trial;

pub(crate) use at::At;
pub(crate) use mail::{DeliveryItem, MailIndexEntry};
pub(crate) use org::{UnreachableItem, decode, encode};
use serde::{Serialize, de::DeserializeOwned};

use crate::{client::Attributes, error::Corrupt, key::Key};

/// Builds an item from its key and its stored form.
pub(crate) fn to_item(key: &Key, form: &impl Serialize) -> Result<Attributes, Corrupt> {
    let mut item: Attributes = serde_dynamo::to_item(form).map_err(Corrupt::because)?;
    item.extend(key.attributes());
    Ok(item)
}

/// Parses the stored form of an item. Ignores unknown attributes, which belong to other versions of
/// the code.
pub(crate) fn from_item<T: DeserializeOwned>(item: Attributes) -> Result<T, Corrupt> {
    serde_dynamo::from_item(item).map_err(Corrupt::not_a::<T>)
}

/// Parses a stored string. `what` names the value in the error.
pub(crate) fn read<T: std::str::FromStr>(what: &str, text: &str) -> Result<T, Corrupt> {
    text.parse().map_err(|_| Corrupt::because(what))
}
