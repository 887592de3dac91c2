//! Secrets in links and cookies, and the hashes that the store keeps of them.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

/// A secret of 256 random bits, written as 64 lower-case hex digits. It is never stored, and
/// `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Wraps 32 random bytes from the caller.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the text for the link or cookie.
    #[must_use]
    pub fn reveal(&self) -> String {
        hex::encode(self.0)
    }

    /// Returns the hash that is stored instead.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of(&[&self.0])
    }
}

impl FromStr for Secret {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(());
        }
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| ())?;
        Ok(Self(bytes))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A SHA-256 hash, written as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hash([u8; 32]);

impl Hash {
    /// Returns the hash of `parts`. Each part is prefixed with its length, so `["ab", "c"]` and
    /// `["a", "bc"]` differ.
    #[must_use]
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// Returns the first byte. The store selects a shard by it.
    #[must_use]
    pub const fn first(&self) -> u8 {
        self.0[0]
    }
}

impl FromStr for Hash {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.parse().map(|Secret(bytes)| Self(bytes))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_parses_its_text_and_debug_hides_it() {
        let secret = Secret::new([7; 32]);
        assert_eq!(secret.reveal().parse::<Secret>(), Ok(secret.clone()));
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!("07".repeat(31).parse::<Secret>(), Err(()));
        assert_eq!("AB".repeat(32).parse::<Secret>(), Err(()));
    }

    #[test]
    fn hash_depends_on_part_boundaries() {
        assert_ne!(Hash::of(&[b"ab", b"c"]), Hash::of(&[b"a", b"bc"]));
    }
}
