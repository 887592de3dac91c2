use std::{fmt, sync::Arc};

use jiff::Timestamp;

/// Where the time comes from. Handlers hold one; decisions take the `now` it gives.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The operating system's clock.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the time")]
    pub fn system() -> Self {
        Self::new(Timestamp::now)
    }

    /// A clock of the caller's own, such as one that can be moved.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
