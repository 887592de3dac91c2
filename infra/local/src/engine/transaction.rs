//! The size of a transaction, which DynamoDB judges by the items and the embedded engine by the request alone.

use std::collections::HashMap;

use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::transact_write_items::{
    TransactWriteItem, TransactWriteItemsRequest, TransactWriteItemsResponse,
};
use dynoxide::errors::DynoxideError;
use dynoxide::types::item_size;
use dynoxide::{AttributeValue, Database};

/// All items of a transaction together, in bytes ("Quotas in Amazon DynamoDB", Amazon DynamoDB Developer Guide).
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// So many items stay below the limit whatever they hold, since one item has 400 KB at most.
const NEVER_TOO_MANY: usize = MOST_BYTES / (400 * 1024);

/// Writes all or nothing, and nothing if the items are too large together.
pub(super) fn write(
    database: &Database,
    request: TransactWriteItemsRequest,
) -> Result<TransactWriteItemsResponse, DynoxideError> {
    if request.transact_items.len() > NEVER_TOO_MANY {
        let mut bytes = 0;
        for action in &request.transact_items {
            bytes += size(database, action)?;
        }
        if bytes > MOST_BYTES {
            return Err(DynoxideError::ValidationException(
                "Collection size of items exceeded, which can also be caused by the aggregate size of the items in the transaction exceeding the 4MB limit".to_owned(),
            ));
        }
    }
    database.transact_write_items(request)
}

/// The item that a `Put` brings, or the one that another action finds.
fn size(database: &Database, action: &TransactWriteItem) -> Result<usize, DynoxideError> {
    let TransactWriteItem { put, update, delete, condition_check } = action;
    if let Some(put) = put {
        return Ok(item_size(&put.item));
    }
    let found = update
        .as_ref()
        .map(|update| (&update.table_name, &update.key))
        .or_else(|| delete.as_ref().map(|delete| (&delete.table_name, &delete.key)))
        .or_else(|| condition_check.as_ref().map(|check| (&check.table_name, &check.key)));
    found.map_or(Ok(0), |(table, key)| stored(database, table, key))
}

fn stored(
    database: &Database,
    table: &str,
    key: &HashMap<String, AttributeValue>,
) -> Result<usize, DynoxideError> {
    let request = GetItemRequest {
        table_name: table.to_owned(),
        key: key.clone(),
        consistent_read: Some(true),
        ..GetItemRequest::default()
    };
    Ok(database.get_item(request)?.item.map_or(0, |item| item_size(&item)))
}
