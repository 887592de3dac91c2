//! Stored forms. They are types of their own: a renamed field of the domain must not rename what lies in the table.

mod at;
mod billing;
mod checklist;
mod folded;
mod mail;
mod onboarding;
mod org;
mod trial;

pub(crate) use at::At;
pub(crate) use mail::{DeliveryItem, MailPlace};
pub(crate) use org::{UnreachableItem, decode, encode};

use serde::{Serialize, de::DeserializeOwned};

use crate::{client::Attributes, error::Corrupt, key::Key};

/// An item: a key and what a stored form says.
pub(crate) fn to_item(key: &Key, form: &impl Serialize) -> Result<Attributes, Corrupt> {
    let mut item: Attributes = serde_dynamo::to_item(form).map_err(Corrupt::because)?;
    item.extend(key.attributes());
    Ok(item)
}

/// What a stored form says. Attributes it does not know belong to other versions of the code.
pub(crate) fn from_item<T: DeserializeOwned>(item: Attributes) -> Result<T, Corrupt> {
    serde_dynamo::from_item(item).map_err(Corrupt::not_a::<T>)
}

/// A stored text read as a type of its own.
pub(crate) fn read<T: std::str::FromStr>(what: &str, text: &str) -> Result<T, Corrupt> {
    text.parse().map_err(|_| Corrupt::because(what))
}
