//! The clock of a function.

use std::{fmt, pin::Pin, sync::Arc, time::Duration};

use jiff::Timestamp;

/// A future that completes when a wait on a clock has ended.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Source of the current time. Handlers contain a clock. Domain code has no clock, so callers pass
/// `now` as an argument.
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

    /// Creates a clock from a function that returns the current time. [`Self::sleep`] uses the
    /// timer of the Tokio runtime.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { now: Arc::new(now), sleep: Arc::new(|wait| Box::pin(tokio::time::sleep(wait))) }
    }

    /// Replaces the function that [`Self::sleep`] calls. For example, a test can pass a function
    /// whose waits end when the test advances the time.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_returns_the_current_time_of_its_source() {
        let at = Timestamp::from_second(1_736_331_630).unwrap();
        assert_eq!(Clock::new(move || at).now(), at);
        assert!(Clock::system().now() > at, "January 8, 2025 has passed");
    }
}
