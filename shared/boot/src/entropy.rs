use std::{fmt, sync::Arc};

use domain::id::{OrgId, ProjectId, UserId};
use jiff::Timestamp;

/// Where ids and secrets come from. Decisions take what it gives as arguments.
#[derive(Clone)]
pub struct Rng(Arc<Fill>);

type Fill = dyn Fn(&mut [u8]) + Send + Sync;

impl Rng {
    /// The operating system's random source.
    ///
    /// # Panics
    /// When the kernel has no randomness to give: no id and no secret made after
    /// that could be trusted, so the process must not go on.
    #[must_use]
    pub fn system() -> Self {
        #[expect(clippy::expect_used, reason = "without randomness nothing may go on")]
        Self::new(|buffer| getrandom::fill(buffer).expect("the kernel gives random bytes"))
    }

    /// A source of the caller's own: `fill` writes the whole buffer.
    pub fn new(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(fill))
    }

    /// `N` random bytes; 32 of them make a secret.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut buffer = [0; N];
        (self.0)(&mut buffer);
        buffer
    }

    /// A new organization id. Version 7 tells its time, so ids sort by age; it is no secret.
    #[must_use]
    pub fn org_id(&self, now: Timestamp) -> OrgId {
        OrgId::from_uuid(self.uuid(now))
    }

    /// A new user id.
    #[must_use]
    pub fn user_id(&self, now: Timestamp) -> UserId {
        UserId::from_uuid(self.uuid(now))
    }

    /// A new project id.
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
        f.write_str("Entropy")
    }
}
