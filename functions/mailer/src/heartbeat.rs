//! The heartbeat of SES events, which shows whether SES sent an email with unknown delivery.

use std::sync::{Mutex, PoisonError};

use domain::mail::{Claim, SesHeartbeat};
use jiff::Timestamp;
use store::{Error, Store};
use telemetry::LogArea;

use crate::dead_letters::DeadLetters;

/// Loads and records the heartbeat.
#[derive(Debug)]
pub(crate) struct Heartbeat {
    dead_letters: DeadLetters,
    /// Time of the newest claim whose `Send` event this Lambda instance has recorded in the table.
    /// An event of an older claim needs no write.
    newest_recorded: Mutex<Option<Timestamp>>,
}

impl Heartbeat {
    pub(crate) fn new(dead_letters: DeadLetters) -> Self {
        Self { dead_letters, newest_recorded: Mutex::default() }
    }

    /// Loads the heartbeat.
    ///
    /// Returns `None` if the dead-letter queue cannot be read. Emails with unknown delivery then
    /// wait for the next run, and all others are sent.
    ///
    /// The queue is read after the heartbeat. So an SES event that fails between the two reads is
    /// already in the queue.
    pub(crate) async fn load(&self, store: &Store) -> Result<Option<SesHeartbeat>, Error> {
        let newest = store.newest_confirmed().await?;
        match self.dead_letters.holds_any().await {
            Ok(outstanding) => Ok(Some(SesHeartbeat { newest, outstanding })),
            Err(code) => {
                tracing::error!(area = %LogArea::Mail, code, "failed to read dead-letter queue");
                Ok(None)
            }
        }
    }

    /// Records the time of the claim of a `Send` event, if it is the newest.
    pub(crate) async fn record(&self, store: &Store, claim: &Claim) -> Result<(), Error> {
        let newest = *self.newest_recorded.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(made_at) = claim.made_at().filter(|at| newest.is_none_or(|newest| *at > newest)) else {
            return Ok(());
        };
        store.advance_heartbeat(made_at).await?;
        let mut newest = self.newest_recorded.lock().unwrap_or_else(PoisonError::into_inner);
        *newest = (*newest).max(Some(made_at));
        Ok(())
    }
}
