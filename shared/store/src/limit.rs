use std::collections::HashMap;

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::limit::Window;

use crate::{
    client::{Store, Transacted},
    error::{Error, failed},
    key::Key,
    update::{number, update},
};

impl Store {
    /// Counts an attempt for limits that stand apart from a write. Answers the limit that is reached, if one is.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Conflict`].
    pub async fn count_attempt(&self, limits: &[Window]) -> Result<Option<Window>, Error> {
        let actions = limits.iter().map(|window| self.count(window, true)).collect::<Result<_, _>>()?;
        let Transacted::Cancelled(reasons) = self.transact(actions).await? else { return Ok(None) };
        let reached = limits.iter().enumerate().find(|(index, _)| failed(&reasons, *index));
        let Some((_, window)) = reached else { return Err(Error::Conflict) };
        self.count_refused(limits).await?;
        Ok(Some(window.clone()))
    }

    /// Counts an attempt. With `bounded`, only while the limit is not reached.
    pub(crate) fn count(&self, window: &Window, bounded: bool) -> Result<TransactWriteItem, Error> {
        let expires = u64::try_from(window.ends_at().as_second()).unwrap_or(0) + 3600;
        let mut values =
            HashMap::from([(":one".to_owned(), number(1)), (":expires".to_owned(), number(expires))]);
        if bounded {
            values.insert(":most".to_owned(), number(u64::from(window.limit.most)));
        }
        update(
            &self.table,
            &Key::limit(window),
            "ADD attempts :one SET expires_at = :expires",
            bounded.then_some("attribute_not_exists(attempts) OR attempts < :most"),
            HashMap::new(),
            values,
        )
    }
}
