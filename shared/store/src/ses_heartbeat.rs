//! The SES heartbeat: the newest claim whose `Send` event arrived.

use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    at::At,
    attributes::{text, values},
    client::Store,
    error::Error,
    keys::Key,
    schema::from_item,
};

#[derive(Deserialize)]
struct HeartbeatItem {
    claimed_at: At,
}

impl Store {
    /// Returns the time of the newest claim whose `Send` event arrived from SES, or `None` if no
    /// such event arrived yet.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and [`Error::Corrupt`].
    pub async fn newest_confirmed(&self) -> Result<Option<Timestamp>, Error> {
        let Some(item) = self.get(&Key::heartbeat()).await? else { return Ok(None) };
        let item: HeartbeatItem = from_item(item)?;
        Ok(Some(item.claimed_at.0))
    }

    /// Records that the `Send` event of the claim made at `claimed_at` arrived. If the stored time
    /// is later, keeps it.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn advance_heartbeat(&self, claimed_at: Timestamp) -> Result<(), Error> {
        let older = "attribute_not_exists(claimed_at) OR claimed_at < :at";
        let at = values([(":at", text(&At(claimed_at)))]);
        match self.update(&Key::heartbeat(), "SET claimed_at = :at", older, at).await {
            // The table already has this time or a later one.
            Err(Error::Conflict) => Ok(()),
            written => written,
        }
    }
}
