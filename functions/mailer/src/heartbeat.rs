//! The heartbeat of SES events, which shows whether SES sent an email with unknown delivery.

use std::sync::{Mutex, PoisonError};

use domain::mail::{Claim, SesHeartbeat};
use jiff::Timestamp;
use store::Error;
use telemetry::LogArea;

use crate::worker::MailWorker;

/// Time of the newest claim whose `Send` event this Lambda instance has recorded in the table. An
/// event of an older claim needs no write.
#[derive(Debug, Default)]
pub(crate) struct NewestConfirmed(Mutex<Option<Timestamp>>);

impl NewestConfirmed {
    fn is_newer(&self, claimed_at: Timestamp) -> bool {
        let newest = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        newest.is_none_or(|newest| claimed_at > newest)
    }

    fn record(&self, claimed_at: Timestamp) {
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *newest = (*newest).max(Some(claimed_at));
    }
}

impl MailWorker {
    /// Loads the heartbeat.
    ///
    /// Returns `None` if the dead-letter queue cannot be read. Emails with unknown delivery then
    /// wait for the next run, and all others are sent.
    ///
    /// The queue is read after the heartbeat. So an SES event that fails between the two reads is
    /// already in the queue.
    pub(crate) async fn load_heartbeat(&self) -> Result<Option<SesHeartbeat>, Error> {
        let newest = self.store.newest_confirmed().await?;
        match self.dead_letters.holds_any().await {
            Ok(outstanding) => Ok(Some(SesHeartbeat { newest, outstanding })),
            Err(code) => {
                tracing::error!(area = %LogArea::Mail, code, "failed to read dead-letter queue");
                Ok(None)
            }
        }
    }

    /// Records the time of the claim of a `Send` event, if it is the newest.
    pub(crate) async fn record_confirmed(&self, claim: &Claim) -> Result<(), Error> {
        let Some(made_at) = claim.made_at().filter(|at| self.newest_confirmed.is_newer(*at)) else {
            return Ok(());
        };
        self.store.advance_heartbeat(made_at).await?;
        self.newest_confirmed.record(made_at);
        Ok(())
    }
}
