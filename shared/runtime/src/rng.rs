//! Randomness for ids and secrets.

use std::{fmt, sync::Arc};

use domain::id::{OrgId, ProjectId, UserId};
use jiff::Timestamp;

/// Source of randomness for IDs and secrets. Domain code does not use this source; callers pass IDs
/// and random bytes as arguments.
#[derive(Clone)]
pub struct Rng(Arc<Fill>);

type Fill = dyn Fn(&mut [u8]) + Send + Sync;

impl Rng {
    /// Returns the operating system's random source.
    ///
    /// # Panics
    /// The returned source panics if the kernel returns no random bytes. The code must not
    /// continue, because IDs and secrets would be predictable without random bytes.
    #[must_use]
    pub fn system() -> Self {
        #[expect(clippy::expect_used, reason = "without randomness, ids and secrets are not safe")]
        Self::new(|buffer| getrandom::fill(buffer).expect("the kernel returns random bytes"))
    }

    /// Creates a source from a function that fills the complete buffer.
    pub fn new(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(fill))
    }

    /// Returns `N` random bytes. A secret consists of 32 random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut buffer = [0; N];
        (self.0)(&mut buffer);
        buffer
    }

    /// Returns a new organization ID. It is a UUID of version 7, so the order of the IDs is the
    /// order of their creation. The ID is not secret.
    #[must_use]
    pub fn org_id(&self, now: Timestamp) -> OrgId {
        OrgId::from_uuid(self.uuid(now))
    }

    /// Returns a new user id, a UUID of version 7.
    #[must_use]
    pub fn user_id(&self, now: Timestamp) -> UserId {
        UserId::from_uuid(self.uuid(now))
    }

    /// Returns a new project id, a UUID of version 7.
    #[must_use]
    pub fn project_id(&self, now: Timestamp) -> ProjectId {
        ProjectId::from_uuid(self.uuid(now))
    }

    fn uuid(&self, now: Timestamp) -> uuid::Uuid {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }
}

impl fmt::Debug for Rng {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rng")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_bytes_differ_with_every_call() {
        let rng = Rng::system();
        assert_ne!(rng.bytes::<32>(), rng.bytes::<32>());
        assert_ne!(rng.org_id(Timestamp::UNIX_EPOCH), rng.org_id(Timestamp::UNIX_EPOCH));
    }
}
