//! Where the ids of one event come from.

use sha2::{Digest, Sha256};

/// Sixteen bytes of chance from which every id of one call follows, each with its own prefix.
///
/// One seed and not a stream of random numbers: a builder that asks for ids in another order still gives the same
/// event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed([u8; 16]);

impl Seed {
    /// A seed of these bytes.
    pub const fn new(bytes: [u8; 16]) -> Seed {
        Seed(bytes)
    }

    /// The id of this call with a prefix such as `evt` or `in`: `evt_local` and 24 hexadecimal digits.
    pub fn id(&self, prefix: &str) -> String {
        derived(prefix, &[b"call", &self.0])
    }
}

/// An id that follows from its parts alone, so that it is the same on every call.
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
