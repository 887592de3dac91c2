//! Stored forms of items.
//!
//! The stored form of an item is its own type, separate from the domain type. So if a field of the
//! domain type gets a new name, the stored attribute keeps its name. If a field or a variant of a
//! stored form gets a new name in the code, `#[serde(rename)]` keeps the stored name.

pub(crate) mod action_record;
mod delivery;
mod org;

pub(crate) use delivery::{DeliveryItem, MailIndexEntry};
use domain::secret::Hash;
pub(crate) use org::{UnreachableItem, decode, encode};
use serde::{Serialize, de::DeserializeOwned};

use crate::{attributes::Attributes, error::Corrupt, keys::Key};

/// Builds an item from its key and its stored form.
pub(crate) fn to_item(key: &Key, form: &impl Serialize) -> Result<Attributes, Corrupt> {
    let mut item: Attributes = serde_dynamo::to_item(form).map_err(Corrupt::because)?;
    item.extend(key.attributes());
    Ok(item)
}

/// Parses the stored form of an item. Ignores unknown attributes, because another version of the
/// code may have written them.
pub(crate) fn from_item<T: DeserializeOwned>(item: Attributes) -> Result<T, Corrupt> {
    serde_dynamo::from_item(item).map_err(Corrupt::not_a::<T>)
}

/// Parses a stored string. `what` names the value in the error.
pub(crate) fn read<T: std::str::FromStr>(what: &str, text: &str) -> Result<T, Corrupt> {
    text.parse().map_err(|_| Corrupt::because(what))
}

/// Parses the stored hash of a browser cookie.
pub(crate) fn read_browser(stored: Option<String>) -> Result<Option<Hash>, Corrupt> {
    stored.map(|hash| hash.parse().map_err(|()| Corrupt::because("browser of a link request"))).transpose()
}
