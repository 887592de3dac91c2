//! The SES heartbeat: the newest claim whose `Send` event arrived.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::Deserialize;

use crate::{at::At, client::Store, error::Error, keys::Key, schema::from_item};

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
        let written = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(Key::heartbeat().attributes()))
            .update_expression("SET claimed_at = :at")
            .condition_expression("attribute_not_exists(claimed_at) OR claimed_at < :at")
            .expression_attribute_values(":at", AttributeValue::S(At(claimed_at).text()))
            .send()
            .await
            .map_err(|error| Error::of(&error));
        match written {
            // The table already has this time or a later one.
            Ok(_) | Err(Error::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
