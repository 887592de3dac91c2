//! The dependencies of the function, and the change of an item under a condition.

use domain::mail::Claim;
use mail::{Mailer, Product};
use runtime::{Clock, Rng};
use store::{Error, Store};

use crate::{heartbeat::Heartbeat, items::MailItem, retry::retry};

/// Claims emails, sends them, and records their outcomes.
#[derive(Debug)]
pub(crate) struct MailWorker {
    pub(crate) store: Store,
    pub(crate) mailer: Mailer,
    pub(crate) product: Product,
    /// Maximum number of emails per second in one invocation.
    pub(crate) rate: u32,
    pub(crate) clock: Clock,
    pub(crate) entropy: Rng,
    pub(crate) heartbeat: Heartbeat,
}

impl MailWorker {
    /// Loads an item, calls `decide`, and commits the change. Tries again after a conflict or a lost
    /// response.
    ///
    /// `decide` runs once per attempt, so it must detect a change that an earlier attempt has
    /// stored. Returns `None` if the item does not exist.
    pub(crate) async fn change<I: MailItem, T>(
        &self,
        id: I::Id,
        decide: impl Fn(&mut I) -> T,
    ) -> Result<Option<T>, Error> {
        let attempt = || async {
            let Some((mut item, before)) = I::load(&self.store, id).await? else { return Ok(None) };
            let decided = decide(&mut item);
            item.commit(&self.store, &before, self.clock.now()).await?;
            Ok(Some(decided))
        };
        retry(|| store::retry(attempt)).await
    }

    /// Creates a unique claim that contains the current time.
    pub(crate) fn new_claim(&self) -> Claim {
        Claim::new(self.clock.now(), &hex::encode(self.entropy.bytes::<32>()))
    }
}
