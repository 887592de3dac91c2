use std::collections::HashMap;

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::limit::Window;

use crate::{
    client::Store,
    error::Error,
    key::Key,
    update::{number, update},
};

impl Store {
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
