//! A Checkout, as Stripe answers it.

use std::fmt;

use super::{CallError, address};
use crate::read::Json;

/// The longest id that is taken, in bytes. Those of live Checkouts are longer than other ids.
const LONGEST: usize = 255;

/// The id of a Checkout, `cs_…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutId(String);

impl CheckoutId {
    /// Reads one; `None` for a text that could not stand in an address.
    fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        (!text.is_empty() && text.len() <= LONGEST && text.bytes().all(plain)).then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CheckoutId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A Checkout that was open when Stripe answered, or when it first did under the same idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// Its id.
    pub id: CheckoutId,
    /// Its page.
    pub address: String,
}

impl Checkout {
    pub(super) fn read(session: Json<'_>) -> Result<Self, CallError> {
        let id = session.text(&["/id"]).and_then(CheckoutId::parse).ok_or(CallError::Unreadable)?;
        Ok(Self { id, address: address(session.0)? })
    }
}
