//! All parts of a running stack, and the operations on the whole stack: wait for pending work,
//! advance the clock, and delete all data.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use aws_local::{
    connector::Cloud,
    dead_letters::DeadLetters,
    engine::OpenError,
    gateway::Gateway,
    invoke::Fleet,
    queues::QueuePoller,
    schedule::Scheduler,
    streams::{Drained, StreamPoller},
};
use sim::{clock::LocalClock, pending_work::PendingWork};
use stripe_mock::{StripeMock, WebhookSender};

use crate::host_endpoint::HostEndpoint;

/// The parts of a running stack.
pub struct System {
    /// Services that the functions call.
    pub cloud: Arc<Cloud>,
    /// The Stripe mock with its one account.
    pub stripe: Arc<StripeMock>,
    /// All functions of the template.
    pub fleet: Arc<Fleet>,
    /// HTTP API in front of the functions.
    pub gateway: Arc<Gateway>,
    /// Events and batches that failed permanently.
    pub dead_letters: Arc<DeadLetters>,
    /// Delivers the events of the Stripe mock.
    pub webhooks: WebhookSender,
    /// The host's endpoint, if `HOST_WEBHOOK_URL` is set.
    pub host: Option<Arc<HostEndpoint>>,
    pub(crate) pollers: Vec<Arc<StreamPoller>>,
    pub(crate) queue_pollers: Vec<Arc<QueuePoller>>,
    /// Whether the prices of the plans are read at the start and after a reset.
    pub(crate) reads_prices: bool,
    pub(crate) scheduler: Scheduler,
    pub(crate) pending_work: Arc<PendingWork>,
    /// Locked while an operation moves the clock. During this time, only this operation runs
    /// schedules.
    pub(crate) clock_lock: tokio::sync::Mutex<()>,
}

impl System {
    /// Returns the clock of the stack.
    pub fn clock(&self) -> &LocalClock {
        &self.cloud.clock
    }

    /// Waits until no work can run: streams, events, and webhooks are delivered, and no invocation
    /// is running.
    ///
    /// Returns the IDs of the stream mappings whose batch keeps failing. These mappings try again
    /// only after a delay, and this function does not wait for them.
    pub async fn settle(&self) -> Vec<String> {
        let mut backing_off: Vec<String> = Vec::new();
        loop {
            let begun = self.pending_work.begun();
            self.webhooks.run().await;
            for poller in &self.pollers {
                let skip = backing_off.iter().any(|id| id == poller.id());
                if !skip && poller.drain(&self.cloud.engine).await == Drained::BackingOff {
                    backing_off.push(poller.id().to_owned());
                }
            }
            for poller in &self.queue_pollers {
                poller.drain().await;
            }
            self.pending_work.idle().await;
            if self.pending_work.begun() == begun {
                return backing_off;
            }
        }
    }

    /// Moves the clock forward to `target`. The clock stops at each time at which a table item or
    /// the Stripe mock is due, and at `target`. At each stop, this function runs all schedules and
    /// waits until no work can run.
    pub async fn advance(&self, target: Timestamp) {
        let lock = self.clock_lock.lock().await;
        let advancing = self.clock().start_advance();
        let mut stop = self.clock().now();
        self.run_at(stop).await;
        loop {
            let (item, message) = (self.next_due(stop), self.cloud.queues.next_due(stop));
            let Some(due) = item.into_iter().chain(message).min().filter(|due| *due < target) else { break };
            if item == Some(due) {
                self.run_at(due).await;
            } else {
                // Only a message is due. No schedule has to run for it.
                self.clock().reach(due);
                self.settle().await;
            }
            stop = due;
        }
        self.run_at(target).await;
        drop(advancing);
        drop(lock);
        self.sweep();
    }

    /// Sets the clock, also backward, without running any schedule in between.
    pub async fn set_clock(&self, to: Timestamp) {
        let lock = self.clock_lock.lock().await;
        self.clock().set(to);
        self.scheduler.rearm(to);
        drop(lock);
    }

    /// Runs the schedules that are due, unless another operation is moving the clock.
    pub async fn run_due_schedules(&self) {
        let Ok(lock) = self.clock_lock.try_lock() else { return };
        if self.scheduler.run_due(self.clock().now()).await {
            self.sweep();
        }
        drop(lock);
    }

    /// Deletes all data, stops the functions, and sets the clock to the system time. Then the table
    /// contains at most the prices of the plans.
    ///
    /// # Errors
    /// Returns the reason if a table or its stream could not be reset.
    pub async fn reset(&self) -> Result<(), OpenError> {
        let lock = self.clock_lock.lock().await;
        self.cloud.faults.clear();
        self.settle().await;
        self.cloud.engine.reset()?;
        for poller in &self.pollers {
            poller.reset(&self.cloud.engine).await?;
        }
        self.cloud.mailbox.clear();
        self.cloud.bus.clear();
        self.cloud.queues.clear();
        if let Some(host) = &self.host {
            host.clear();
        }
        self.cloud.calls.clear();
        self.cloud.permissions.clear();
        self.stripe.clear();
        self.dead_letters.clear();
        self.clock().reset();
        // Stop all functions, because a running function can have cached deleted items, and times
        // from before the reset of the clock.
        self.fleet.stop_all().await;
        self.scheduler.rearm(self.clock().now());
        self.refresh_prices().await;
        drop(lock);
        Ok(())
    }

    /// Makes the function `billing` read the prices of the plans, if the configuration asks for it.
    pub(crate) async fn refresh_prices(&self) {
        if !self.reads_prices {
            return;
        }
        self.fleet.deliver("billing", &json!({ "refresh": "prices" }), "deployment").await;
    }

    /// Returns the next time after `after` at which an item of the table or the Stripe mock is due.
    fn next_due(&self, after: Timestamp) -> Option<Timestamp> {
        self.cloud.engine.next_due(after).into_iter().chain(self.stripe.next_due(after)).min()
    }

    /// Moves the clock to `time` and runs everything that is due there.
    async fn run_at(&self, time: Timestamp) {
        self.clock().reach(time);
        self.settle().await;
        self.scheduler.run_all(self.clock().now()).await;
        self.settle().await;
    }

    /// Deletes expired items (TTL).
    fn sweep(&self) {
        if let Err(error) = self.cloud.engine.sweep() {
            tracing::warn!(error, "failed to delete expired items");
        }
    }
}
