use std::{fmt, pin::Pin, sync::Arc, time::Duration};

use jiff::Timestamp;

/// A wait that ends once so much time has passed on a clock.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where the time comes from. Handlers hold one; decisions take the `now` it gives.
#[derive(Clone)]
pub struct Clock {
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    sleep: Arc<dyn Fn(Duration) -> Sleep + Send + Sync>,
}

impl Clock {
    /// The operating system's clock.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the time")]
    pub fn system() -> Self {
        Self::new(Timestamp::now)
    }

    /// A clock of the caller's own that passes as the runtime's time does.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { now: Arc::new(now), sleep: Arc::new(|wait| Box::pin(tokio::time::sleep(wait))) }
    }

    /// The same clock with a wait of the caller's own, such as one that can be moved.
    #[must_use]
    pub fn sleeping(mut self, sleep: impl Fn(Duration) -> Sleep + Send + Sync + 'static) -> Self {
        self.sleep = Arc::new(sleep);
        self
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// Waits for so long by this clock.
    pub async fn sleep(&self, wait: Duration) {
        (self.sleep)(wait).await;
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
