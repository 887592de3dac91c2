//! Stored forms of items.
//!
//! The stored form of an item is its own type, separate from the domain type. So if a field of the
//! domain type gets a new name, the stored attribute keeps its name. If a field or a variant of a
//! stored form gets a new name in the code, `#[serde(rename)]` keeps the stored name.

pub(crate) mod action_record;
pub(crate) mod admin;
pub(crate) mod delivery;
pub(crate) mod invitation;
pub(crate) mod member;
pub(crate) mod org;
pub(crate) mod session;
pub(crate) mod user;

use domain::{id::ExternalId, secret::Hash};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    attributes::{Attributes, number},
    client::Stored,
    error::Corrupt,
    keys::Key,
};

/// Builds an item from its key and its stored form.
pub(crate) fn to_item(key: &Key, form: &impl Serialize) -> Result<Attributes, Corrupt> {
    let mut item: Attributes = serde_dynamo::to_item(form).map_err(Corrupt::because)?;
    item.extend(key.attributes());
    Ok(item)
}

/// Builds an item from its key, its stored form, and its version.
pub(crate) fn to_versioned_item(
    key: &Key,
    form: &impl Serialize,
    version: u64,
) -> Result<Attributes, Corrupt> {
    let mut item = to_item(key, form)?;
    item.insert("version".to_owned(), number(version));
    Ok(item)
}

/// Parses the stored form of an item. Ignores unknown attributes, because another version of the
/// code may have written them.
pub(crate) fn from_item<T: DeserializeOwned>(item: Attributes) -> Result<T, Corrupt> {
    serde_dynamo::from_item(item).map_err(Corrupt::not_a::<T>)
}

/// Parses an item with a version: its stored form with serde, and then the value with `parse`.
pub(crate) fn from_versioned_item<F: DeserializeOwned, T>(
    item: Attributes,
    parse: impl Fn(F) -> Result<T, Corrupt>,
) -> Result<Stored<T>, Corrupt> {
    let version = item.get("version").and_then(|version| version.as_n().ok()?.parse().ok());
    let version = version.ok_or_else(|| Corrupt::because("version"))?;
    let value = parse(from_item(item.clone())?)?;
    Ok(Stored { value, version, item })
}

/// Parses a stored string. `what` names the value in the error.
pub(crate) fn read<T: std::str::FromStr>(what: &str, text: &str) -> Result<T, Corrupt> {
    text.parse().map_err(|_| Corrupt::because(what))
}

/// Parses the stored id of the host app.
pub(crate) fn read_external_id(stored: Option<String>) -> Result<Option<ExternalId>, Corrupt> {
    stored.map(|id| read("external id", &id)).transpose()
}

/// Parses the stored hash of a browser cookie.
pub(crate) fn read_browser(stored: Option<String>) -> Result<Option<Hash>, Corrupt> {
    stored.map(|hash| read("browser of a link request", &hash)).transpose()
}
