//! Derivation of the ids in one event.

use sha2::{Digest, Sha256};

/// Sixteen random bytes from which all ids of one event are derived. An id depends on these bytes
/// and on its prefix, such as `evt`.
///
/// Unlike the numbers of a random number generator, the ids do not depend on the order of the
/// calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed([u8; 16]);

impl Seed {
    /// Creates a seed from random bytes.
    pub const fn new(bytes: [u8; 16]) -> Seed {
        Seed(bytes)
    }

    /// Returns the id for a prefix such as `evt`: `evt_local` and 24 hexadecimal digits.
    pub fn id(&self, prefix: &str) -> String {
        derived(prefix, &[b"call", &self.0])
    }
}

/// Returns the id that is derived from the prefix and the parts.
pub(super) fn derived(prefix: &str, parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in [prefix.as_bytes()].iter().chain(parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let digits = hex::encode(hash.finalize());
    let short: String = digits.chars().take(24).collect();
    format!("{prefix}_local{short}")
}
