//! Event source mappings of queues. They pass messages to functions, as Lambda's pollers do (AWS
//! Lambda Developer Guide, "Using Lambda with Amazon SQS").

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use sim::pending_work::PendingWork;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
};

use super::{Message, Queues};
use crate::{connector::Cloud, invoke::Fleet, template::QueueSource};

/// How often the poller looks for messages that became visible again.
const INTERVAL: Duration = Duration::from_millis(500);

/// Poller of one event source mapping.
pub struct QueuePoller {
    mapping: QueueSource,
    cloud: Arc<Cloud>,
    fleet: Arc<Fleet>,
    pending_work: Arc<PendingWork>,
    /// One permit for each invocation that may run at the same time.
    slots: Arc<Semaphore>,
    receiving: Mutex<()>,
}

impl QueuePoller {
    /// Creates the poller of a mapping.
    pub fn new(
        mapping: QueueSource,
        cloud: Arc<Cloud>,
        fleet: Arc<Fleet>,
        pending_work: Arc<PendingWork>,
    ) -> Self {
        let slots = Arc::new(Semaphore::new(mapping.concurrency));
        Self { mapping, cloud, fleet, pending_work, slots, receiving: Mutex::default() }
    }

    /// Passes all visible messages to the function, and waits for its invocations.
    pub async fn drain(self: &Arc<Self>) {
        let mut running = JoinSet::new();
        while let Ok(slot) = Arc::clone(&self.slots).acquire_owned().await {
            if !self.start(slot, &mut running) {
                break;
            }
        }
        while running.join_next().await.is_some() {}
    }

    /// Delivers messages whenever one arrives or becomes visible again, until the caller drops the
    /// returned future. An invocation that hangs delays no message as long as a slot is free.
    pub async fn run(self: &Arc<Self>) {
        let mut running = JoinSet::new();
        loop {
            let arrived = self.queues().arrived.notified();
            while running.try_join_next().is_some() {}
            while let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() {
                if !self.start(slot, &mut running) {
                    break;
                }
            }
            tokio::select! {
                () = arrived => {}
                () = tokio::time::sleep(INTERVAL) => {}
            }
        }
    }

    /// Starts an invocation with the next visible messages. Returns whether there were any.
    fn start(self: &Arc<Self>, slot: OwnedSemaphorePermit, running: &mut JoinSet<()>) -> bool {
        // Under the lock, no other poller can see a message as received and not yet as pending work.
        let receiving = self.receiving.lock().unwrap_or_else(PoisonError::into_inner);
        let messages = self.queues().receive(&self.mapping.queue, self.mapping.batch).unwrap_or_default();
        if messages.is_empty() {
            return false;
        }
        let work = self.pending_work.begin();
        drop(receiving);
        let poller = Arc::clone(self);
        running.spawn(async move {
            poller.deliver(&messages).await;
            drop((slot, work));
        });
        true
    }

    /// Invokes the function with one batch, and deletes the messages that it did not report as
    /// failed. After a failed invocation, all messages stay until they become visible again.
    async fn deliver(&self, messages: &[Message]) {
        let queue = &self.mapping.queue;
        let records: Vec<Value> = messages.iter().map(|message| message.record(queue)).collect();
        let Ok(payload) = serde_json::value::to_raw_value(&json!({ "Records": records })) else { return };
        let Ok(response) = self.fleet.invoke(&self.mapping.function, payload).await.result else { return };
        let failed = if self.mapping.reports_failures { failures(response.get()) } else { Vec::new() };
        for message in messages.iter().filter(|message| !failed.contains(&message.id)) {
            let receipt = message.receipt.as_deref().unwrap_or_default();
            if let Err(error) = self.queues().delete(queue, receipt) {
                tracing::warn!(queue, ?error, "failed to delete delivered message");
            }
        }
    }

    fn queues(&self) -> &Queues {
        &self.cloud.queues
    }
}

/// Returns the IDs of the messages that a function reports as failed.
fn failures(response: &str) -> Vec<String> {
    let response: Value = serde_json::from_str(response).unwrap_or_default();
    let failures = response.get("batchItemFailures").and_then(Value::as_array);
    let ids = failures.into_iter().flatten().filter_map(|failure| failure.get("itemIdentifier")?.as_str());
    ids.map(str::to_owned).collect()
}
