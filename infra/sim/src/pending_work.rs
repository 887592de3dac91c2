//! Counts pending work, so that `settle` can wait until there is none.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use tokio::sync::Notify;

/// Counts the tasks that have started and the tasks that are still running.
#[derive(Debug, Default)]
pub struct PendingWork {
    begun: AtomicU64,
    running: AtomicUsize,
    idle: Notify,
}

/// A running task, which ends when this value is dropped.
#[derive(Debug)]
pub struct Running(Arc<PendingWork>);

impl PendingWork {
    /// Starts a task, which ends when the returned value is dropped.
    pub fn begin(self: &Arc<Self>) -> Running {
        self.begun.fetch_add(1, Ordering::SeqCst);
        self.running.fetch_add(1, Ordering::SeqCst);
        Running(Arc::clone(self))
    }

    /// Returns the number of tasks that have started so far.
    pub fn begun(&self) -> u64 {
        self.begun.load(Ordering::SeqCst)
    }

    /// Waits until no task is running.
    pub async fn idle(&self) {
        loop {
            let notified = self.idle.notified();
            if self.running.load(Ordering::SeqCst) == 0 {
                return;
            }
            notified.await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.0.running.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.idle.notify_waiters();
        }
    }
}
