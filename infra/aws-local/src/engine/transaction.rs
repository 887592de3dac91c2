//! Enforces DynamoDB's size limit of transactions. DynamoDB compares the total size of the stored
//! items with the limit. The embedded engine compares only the size of the request.

use std::collections::HashMap;

use dynoxide::{
    AttributeValue, Database,
    actions::{
        get_item::GetItemRequest,
        transact_write_items::{TransactWriteItem, TransactWriteItemsRequest, TransactWriteItemsResponse},
    },
    errors::DynoxideError,
    types::item_size,
};

/// Maximum size of all items of a transaction, in bytes ("Quotas in Amazon DynamoDB", Amazon
/// DynamoDB Developer Guide).
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Number of items that cannot exceed the limit together, because one item has at most 400 KB.
const ALWAYS_BELOW_LIMIT: usize = MAX_BYTES / (400 * 1024);

/// Executes the transaction, or returns DynamoDB's error if its items are too large together.
pub(super) fn write(
    database: &Database,
    request: TransactWriteItemsRequest,
) -> Result<TransactWriteItemsResponse, DynoxideError> {
    if request.transact_items.len() > ALWAYS_BELOW_LIMIT {
        let mut bytes = 0;
        for action in &request.transact_items {
            bytes += size(database, action)?;
        }
        if bytes > MAX_BYTES {
            return Err(DynoxideError::ValidationException(
                "Collection size of items exceeded, which can also be caused by the aggregate size of the items in the transaction exceeding the 4MB limit".to_owned(),
            ));
        }
    }
    database.transact_write_items(request)
}

/// Returns a size in bytes: of the new item for a `Put`, and of the stored item for any other
/// action.
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
