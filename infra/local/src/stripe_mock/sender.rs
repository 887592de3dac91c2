//! Carries the stand-in's events to the webhook.

use std::sync::Arc;
use std::time::Duration;

use crate::pending_work::PendingWork;
use crate::stripe::Sender;

use super::{Mode, StripeMock};

/// How often the running clock is looked at.
const TICK: Duration = Duration::from_millis(500);

/// Delivers events, one after the other, and those again that were not taken.
pub struct WebhookSender {
    standin: Arc<StripeMock>,
    sender: Sender,
    activity: Arc<PendingWork>,
}

impl WebhookSender {
    /// A courier that signs and posts through `sender`.
    pub fn new(standin: Arc<StripeMock>, sender: Sender, activity: Arc<PendingWork>) -> Self {
        Self { standin, sender, activity }
    }

    /// Lets everything happen that is due by now, and delivers until nothing is left to deliver now.
    pub async fn run(&self) {
        loop {
            self.standin.live();
            let (mode, events) = self.standin.take_due();
            if events.is_empty() {
                return;
            }
            let running = self.activity.begin();
            for event in &events {
                let rounds = if mode == Mode::Twice { 2 } else { 1 };
                let mut taken = true;
                for _ in 0..rounds {
                    taken &= (200..300).contains(&self.sender.deliver(event).await);
                }
                self.standin.delivered(event, taken);
            }
            drop(running);
        }
    }

    /// Lets go of what is held, and delivers it; how many events that were.
    pub async fn release(&self) -> usize {
        let released = self.standin.release();
        self.run().await;
        released
    }

    /// Runs whenever there is something new, and as time goes by.
    pub async fn watch(&self) {
        loop {
            // Either way it is time to look.
            tokio::select! {
                () = self.standin.news() => {}
                () = tokio::time::sleep(TICK) => {}
            }
            self.run().await;
        }
    }
}
