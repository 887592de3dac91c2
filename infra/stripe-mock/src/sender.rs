//! Delivers the mock's events to the webhook.

use std::{sync::Arc, time::Duration};

use super::{Mode, StripeMock};
use crate::test_events::Sender;
use sim::pending_work::PendingWork;

/// Interval at which the sender checks for due changes while the clock runs.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Delivers due events one after the other and records each outcome.
pub struct WebhookSender {
    mock: Arc<StripeMock>,
    sender: Sender,
    pending_work: Arc<PendingWork>,
}

impl WebhookSender {
    /// Creates a sender that signs and posts events with `sender`.
    pub fn new(mock: Arc<StripeMock>, sender: Sender, pending_work: Arc<PendingWork>) -> Self {
        Self { mock, sender, pending_work }
    }

    /// Applies all due changes, and delivers events until none is due.
    pub async fn run(&self) {
        loop {
            self.mock.run_due();
            let (mode, events) = self.mock.take_due();
            if events.is_empty() {
                return;
            }
            let running = self.pending_work.begin();
            for event in &events {
                let deliveries = if mode == Mode::Twice { 2 } else { 1 };
                let mut accepted = true;
                for _ in 0..deliveries {
                    accepted &= (200..300).contains(&self.sender.deliver(event).await);
                }
                self.mock.delivered(event, accepted);
            }
            drop(running);
        }
    }

    /// Releases and delivers all held events. Returns their number.
    pub async fn release(&self) -> usize {
        let released = self.mock.release();
        self.run().await;
        released
    }

    /// Runs forever: delivers when there are new events and at each `POLL_INTERVAL`.
    pub async fn watch(&self) {
        loop {
            tokio::select! {
                () = self.mock.new_work() => {}
                () = tokio::time::sleep(POLL_INTERVAL) => {}
            }
            self.run().await;
        }
    }
}
