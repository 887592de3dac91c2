//! Secrets that a person or browser holds, and the hashes that we keep of them.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

/// 256 random bits, written as 64 lower-case hex digits. Stored nowhere; `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// A secret of fresh random bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The text its holder is given.
    #[must_use]
    pub fn reveal(&self) -> String {
        hex::encode(self.0)
    }

    /// What we keep of it.
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

/// A SHA-256, written as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The hash of `parts`, each preceded by its length, so that no two lists of parts run together.
    #[must_use]
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// Its first byte: a spread over shards.
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
    fn a_secret_reads_back_and_never_shows_itself() {
        let secret = Secret::new([7; 32]);
        assert_eq!(secret.reveal().parse::<Secret>(), Ok(secret.clone()));
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!("07".repeat(31).parse::<Secret>(), Err(()));
        assert_eq!("AB".repeat(32).parse::<Secret>(), Err(()));
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(Hash::of(&[b"ab", b"c"]), Hash::of(&[b"a", b"bc"]));
    }
}
