//! The ID of a sign-in request.

use std::{fmt, str::FromStr};

use domain::secret::Hash;

/// The ID of a sign-in request. It is random, so it reveals nothing about the address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SignInRequestId(Hash);

impl SignInRequestId {
    /// Creates an ID from new random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Hash::of(&[b"asked", &bytes]))
    }
}

impl fmt::Display for SignInRequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for SignInRequestId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.parse().map(Self)
    }
}
