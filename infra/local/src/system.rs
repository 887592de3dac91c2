//! The whole local AWS, and what moves it: settling, the clock, starting anew.

use std::sync::Arc;

use jiff::Timestamp;

use crate::clock::LocalClock;
use crate::connector::Cloud;
use crate::dead_letters::DeadLetters;
use crate::engine::OpenError;
use crate::gateway::Gateway;
use crate::invoke::Fleet;
use crate::pending_work::PendingWork;
use crate::schedule::Scheduler;
use crate::streams::{Drained, Pump};
use crate::stripe_mock::WebhookSender;

/// All parts of a running stack.
pub struct System {
    /// The services behind the functions.
    pub cloud: Arc<Cloud>,
    /// The functions.
    pub fleet: Arc<Fleet>,
    /// The HTTP API.
    pub gateway: Arc<Gateway>,
    /// What was given up.
    pub dead_letters: Arc<DeadLetters>,
    /// Brings what Stripe's stand-in tells.
    pub webhooks: WebhookSender,
    pub(crate) pumps: Vec<Arc<Pump>>,
    pub(crate) scheduler: Scheduler,
    pub(crate) activity: Arc<PendingWork>,
    /// Held while the clock is being moved: schedules then run by the move alone.
    pub(crate) moving: tokio::sync::Mutex<()>,
}

impl System {
    /// The local clock.
    pub fn clock(&self) -> &LocalClock {
        &self.cloud.clock
    }

    /// Returns when nothing can run now: streams and bus delivered, retries done, no invocation under way.
    /// Gives the mappings whose batch keeps failing: each was tried a few times and rests until a later try, so
    /// it is not runnable now and does not hold this up.
    pub async fn settle(&self) -> Vec<String> {
        let mut waiting: Vec<String> = Vec::new();
        loop {
            let begun = self.activity.begun();
            self.webhooks.run().await;
            for pump in &self.pumps {
                let is_waiting = waiting.iter().any(|id| id == pump.id());
                if !is_waiting && pump.drain(&self.cloud.engine).await == Drained::Resting {
                    waiting.push(pump.id().to_owned());
                }
            }
            self.activity.idle().await;
            if self.activity.begun() == begun {
                return waiting;
            }
        }
    }

    /// Moves the clock forward to `target`, stopping wherever something is due to run the schedules there.
    pub async fn advance(&self, target: Timestamp) {
        let moving = self.moving.lock().await;
        let driven = self.clock().drive();
        let mut moment = self.clock().now();
        self.visit(moment).await;
        while let Some(due) = self.next_due(moment).filter(|due| *due < target) {
            self.visit(due).await;
            moment = due;
        }
        self.visit(target).await;
        drop(driven);
        drop(moving);
        self.sweep();
    }

    /// Sets the clock without visiting anything, backwards too.
    pub async fn set_clock(&self, to: Timestamp) {
        let moving = self.moving.lock().await;
        self.clock().set(to);
        self.scheduler.rearm(to);
        drop(moving);
    }

    /// Runs the schedules that are due by the running clock, unless it is being moved.
    pub async fn tick(&self) {
        let Ok(moving) = self.moving.try_lock() else { return };
        if self.scheduler.run_due(self.clock().now()).await {
            self.sweep();
        }
        drop(moving);
    }

    /// Empties everything and sets the clock back to the machine's time.
    pub async fn reset(&self) -> Result<(), OpenError> {
        let moving = self.moving.lock().await;
        self.cloud.faults.clear();
        self.settle().await;
        self.cloud.engine.reset()?;
        for pump in &self.pumps {
            pump.reset(&self.cloud.engine).await?;
        }
        self.cloud.mailbox.clear();
        self.cloud.bus.clear();
        self.cloud.calls.clear();
        self.cloud.permissions.clear();
        self.cloud.stripe.clear();
        self.dead_letters.clear();
        self.clock().reset();
        // A warm function remembers what was in the table, and the clock that it saw.
        self.fleet.stop_all().await;
        self.scheduler.rearm(self.clock().now());
        drop(moving);
        Ok(())
    }

    /// The next moment at which the table's or Stripe's clockwork has something to do.
    fn next_due(&self, after: Timestamp) -> Option<Timestamp> {
        self.cloud.engine.next_due(after).into_iter().chain(self.cloud.stripe.next_due(after)).min()
    }

    async fn visit(&self, moment: Timestamp) {
        self.clock().reach(moment);
        self.settle().await;
        self.scheduler.run_all(self.clock().now()).await;
        self.settle().await;
    }

    fn sweep(&self) {
        if let Err(error) = self.cloud.engine.sweep() {
            tracing::warn!(error, "expired items were not deleted");
        }
    }
}
