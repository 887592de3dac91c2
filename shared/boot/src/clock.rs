//! The clock of a function.

use std::{fmt, pin::Pin, sync::Arc, time::Duration};

use jiff::Timestamp;

/// A future that completes after a duration on a clock.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Source of the current time. Handlers own a clock; domain code takes `now` as an argument.
#[derive(Clone)]
pub struct Clock {
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    sleep: Arc<dyn Fn(Duration) -> Sleep + Send + Sync>,
}

impl Clock {
    /// Returns the operating system's clock.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the time")]
    pub fn system() -> Self {
        Self::new(Timestamp::now)
    }

    /// Creates a clock from a function. Its waits use the timer of the Tokio runtime.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { now: Arc::new(now), sleep: Arc::new(|wait| Box::pin(tokio::time::sleep(wait))) }
    }

    /// Replaces the waits of the clock, for example by ones that a test can advance.
    #[must_use]
    pub fn with_sleep(mut self, sleep: impl Fn(Duration) -> Sleep + Send + Sync + 'static) -> Self {
        self.sleep = Arc::new(sleep);
        self
    }

    /// Returns the current time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// Waits for a duration on this clock.
    pub async fn sleep(&self, wait: Duration) {
        (self.sleep)(wait).await;
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
