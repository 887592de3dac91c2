//! The embedded DynamoDB: creates the template's tables, executes calls in their wire format, and
//! reads the stream.

mod stream_index;
mod transaction;

use std::{path::Path, sync::Arc};

use dynoxide::{
    Database,
    actions::{
        get_records::GetRecordsRequest,
        get_shard_iterator::{GetShardIteratorRequest, decode_shard_iterator, encode_shard_iterator},
    },
    errors::DynoxideError,
    streams,
};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::template::Table;
use sim::clock::LocalClock;

/// Maximum number of records in one read of the stream.
const STREAM_PAGE: usize = 1000;

/// Response of the engine, in DynamoDB's wire format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status of the response.
    pub status: u16,
    /// JSON body of the response.
    pub body: String,
}

/// Why the database could not be opened or reset.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database file could not be opened.
    #[error("cannot open the database in {location}: {reason}")]
    Database {
        /// Data folder, or `memory`.
        location: String,
        /// Error message of the engine.
        reason: String,
    },
    /// The newest position of a table's stream could not be read.
    #[error("cannot read the stream of the table {table}: {reason}")]
    Stream {
        /// Name of the table.
        table: String,
        /// Error message of the engine.
        reason: String,
    },
    /// A table could not be created or deleted.
    #[error("cannot create or delete the table {table}: {reason}")]
    Table {
        /// Name of the table.
        table: String,
        /// Error message of the engine.
        reason: String,
    },
}

/// The database with the tables of the template.
pub struct Engine {
    database: Database,
    tables: Vec<Table>,
    /// Number of writes. A change wakes the readers of the stream.
    changed: watch::Sender<u64>,
    /// Local clock that corrects the creation times of stream records. Set only for a database on
    /// disk, because such a database writes the time of the system clock into its records.
    redate: Option<Arc<LocalClock>>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("tables", &self.tables.len()).finish_non_exhaustive()
    }
}

/// The clock of the stack as the database reads it.
struct EngineClock(Arc<LocalClock>);

impl dynoxide::storage_backend::Clock for EngineClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.0.now().as_second()).unwrap_or_default()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_duration().as_secs_f64()
    }
}

impl Engine {
    /// Opens the database in `folder`, or a database in memory without a folder. Creates the tables
    /// that are missing.
    ///
    /// # Errors
    /// Returns the reason if the file cannot be opened or a table cannot be created.
    pub fn open(
        folder: Option<&Path>,
        tables: Vec<Table>,
        clock: Arc<LocalClock>,
    ) -> Result<Self, OpenError> {
        let cannot_open = |reason: String| OpenError::Database {
            location: folder.map_or_else(|| "memory".to_owned(), |folder| folder.display().to_string()),
            reason,
        };
        let database = match folder {
            Some(folder) => Database::new(&folder.join("table.db").to_string_lossy()),
            None => Database::memory_with_clock(Arc::new(EngineClock(Arc::clone(&clock)))),
        }
        .map_err(|error| cannot_open(error.to_string()))?;
        if let Some(folder) = folder {
            stream_index::create(&folder.join("table.db")).map_err(|error| cannot_open(error.to_string()))?;
        }
        let redate = folder.map(|_| clock);
        let engine = Self { database, tables, changed: watch::Sender::new(0), redate };
        engine.create_missing()?;
        Ok(engine)
    }

    /// Returns the tables as the template describes them.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Returns a receiver whose value changes at every write.
    pub fn writes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Executes one call and returns DynamoDB's response.
    pub fn call(&self, operation: &str, body: &[u8]) -> Reply {
        match self.dispatch(operation, body) {
            Ok(body) => {
                if writes(operation) {
                    self.changed.send_modify(|writes| *writes += 1);
                }
                Reply { status: 200, body }
            }
            Err(error) => Reply { status: error.status_code(), body: error.to_json() },
        }
    }

    /// Returns the stream's records after `position`, oldest first, and the position after them.
    pub fn records(&self, table: &str, position: i64) -> Result<(Vec<Value>, i64), String> {
        let shard = streams::shard_id(table);
        let request = GetRecordsRequest {
            shard_iterator: encode_shard_iterator(table, &shard, position),
            limit: Some(STREAM_PAGE),
        };
        let response = self.database.get_records(request).map_err(|error| error.to_string())?;
        let next = response.next_shard_iterator.as_deref().and_then(decode_shard_iterator);
        let records: Result<Vec<Value>, _> = response.records.iter().map(serde_json::to_value).collect();
        let mut records = records.map_err(|error| error.to_string())?;
        let ahead = self.redate.as_ref().map_or(0.0, |clock| clock.offset().as_secs_f64());
        for record in &mut records {
            if let Some(at) = record.pointer_mut("/dynamodb/ApproximateCreationDateTime") {
                *at = json!(at.as_f64().unwrap_or_default() + ahead);
            }
        }
        // Drop the records of writes that changed nothing. DynamoDB does not create such records.
        let image = |record: &Value, name: &str| record.pointer(&format!("/dynamodb/{name}")).cloned();
        records.retain(|record| image(record, "NewImage") != image(record, "OldImage"));
        Ok((records, next.map_or(position, |(_, _, next)| next)))
    }

    /// Returns the position after the newest record of the stream.
    pub fn newest(&self, table: &str) -> Result<i64, String> {
        let request = GetShardIteratorRequest {
            stream_arn: streams::stream_arn(table, "local"),
            shard_id: streams::shard_id(table),
            shard_iterator_type: "LATEST".to_owned(),
            sequence_number: None,
        };
        let response = self.database.get_shard_iterator(request).map_err(|error| error.to_string())?;
        let position = response.shard_iterator.as_deref().and_then(decode_shard_iterator);
        Ok(position.map_or(0, |(_, _, position)| position))
    }

    /// Returns stored items from all tables: the items with the partition key `pk`, or all items if
    /// `pk` is `None`.
    pub fn items(&self, pk: Option<&str>) -> Vec<Value> {
        let mut items = Vec::new();
        for table in &self.tables {
            items.extend(match pk {
                Some(pk) => self.pages(
                    "Query",
                    json!({"TableName": table.name, "KeyConditionExpression": "pk = :pk",
                        "ExpressionAttributeValues": {":pk": {"S": pk}}, "ConsistentRead": true}),
                ),
                None => self.pages("Scan", json!({"TableName": table.name})),
            });
        }
        items
    }

    /// Returns the earliest time after `after` at which an item is due, or `None` if there is none.
    /// An item is due at the timestamp that is its sort key in an index.
    pub fn next_due(&self, after: Timestamp) -> Option<Timestamp> {
        let mut next = None;
        for table in &self.tables {
            for index in &table.indexes {
                let Some(sort) = &index.sort else { continue };
                let entries = self.pages("Scan", json!({"TableName": table.name, "IndexName": index.name}));
                let due = entries
                    .iter()
                    .filter_map(|entry| entry.pointer(&format!("/{}/S", sort.attribute))?.as_str());
                let due =
                    due.filter_map(|due| due.parse::<Timestamp>().ok()).filter(|due| *due > after).min();
                next = due.into_iter().chain(next).min();
            }
        }
        next
    }

    /// Deletes the items that have expired by the local clock, and returns their number.
    pub fn sweep(&self) -> Result<usize, String> {
        match &self.redate {
            Some(clock) => self.sweep_by(clock),
            None => self.database.sweep_ttl().map_err(|error| error.to_string()),
        }
    }

    /// Deletes the expired items of a database on disk and returns their number. The database's own
    /// function would compare the expiry with the system clock.
    fn sweep_by(&self, clock: &LocalClock) -> Result<usize, String> {
        let mut swept = 0;
        let now = json!({":now": {"N": clock.now().as_second().to_string()}});
        for table in &self.tables {
            let Some(ttl) = &table.ttl else { continue };
            let expired = "#ttl <= :now";
            let names = json!({"#ttl": ttl});
            let items = self.pages(
                "Scan",
                json!({"TableName": table.name, "FilterExpression": expired,
                    "ExpressionAttributeNames": names, "ExpressionAttributeValues": now}),
            );
            for item in items {
                let key: serde_json::Map<String, Value> = table
                    .keys
                    .iter()
                    .filter_map(|name| Some((name.clone(), item.get(name)?.clone())))
                    .collect();
                // The condition keeps an item whose expiry changed after the scan.
                let request = json!({"TableName": table.name, "Key": key, "ConditionExpression": expired,
                    "ExpressionAttributeNames": names, "ExpressionAttributeValues": now});
                let reply = self.call("DeleteItem", request.to_string().as_bytes());
                match reply.status {
                    200 => swept += 1,
                    _ if reply.body.contains("ConditionalCheckFailedException") => {}
                    _ => return Err(reply.body),
                }
            }
        }
        Ok(swept)
    }

    /// Deletes every item. The stream keeps the records of earlier changes, as DynamoDB's stream
    /// does for a day. A reader that must skip these records continues at [`Engine::newest`].
    pub fn reset(&self) -> Result<(), OpenError> {
        for table in &self.tables {
            let reply = self.call("DeleteTable", json!({"TableName": table.name}).to_string().as_bytes());
            if reply.status != 200 {
                return Err(OpenError::Table { table: table.name.clone(), reason: reply.body });
            }
        }
        self.create_missing()
    }

    fn create_missing(&self) -> Result<(), OpenError> {
        for table in &self.tables {
            let name = json!({"TableName": table.name}).to_string();
            if self.call("DescribeTable", name.as_bytes()).status == 200 {
                continue;
            }
            let mut replies = vec![self.call("CreateTable", table.create.to_string().as_bytes())];
            if let Some(ttl) = &table.ttl {
                let request = json!({"TableName": table.name,
                    "TimeToLiveSpecification": {"AttributeName": ttl, "Enabled": true}});
                replies.push(self.call("UpdateTimeToLive", request.to_string().as_bytes()));
            }
            if let Some(failed) = replies.into_iter().find(|reply| reply.status != 200) {
                return Err(OpenError::Table { table: table.name.clone(), reason: failed.body });
            }
        }
        Ok(())
    }

    /// Runs a query or scan over all pages and returns its items.
    fn pages(&self, operation: &str, mut request: Value) -> Vec<Value> {
        let mut items = Vec::new();
        loop {
            let reply = self.call(operation, request.to_string().as_bytes());
            let Ok(mut page) = serde_json::from_str::<Value>(&reply.body) else { return items };
            if let Some(Value::Array(found)) = page.get_mut("Items").map(Value::take) {
                items.extend(found);
            }
            match (page.get_mut("LastEvaluatedKey").map(Value::take), request.as_object_mut()) {
                (Some(last), Some(request)) => request.insert("ExclusiveStartKey".to_owned(), last),
                _ => return items,
            };
        }
    }

    fn dispatch(&self, operation: &str, body: &[u8]) -> Result<String, DynoxideError> {
        let db = &self.database;
        match operation {
            "GetItem" => written(db.get_item(read(body)?)),
            "BatchGetItem" => written(db.batch_get_item(read(body)?)),
            "Query" => written(db.query(read(body)?)),
            "Scan" => written(db.scan(read(body)?)),
            "PutItem" => written(db.put_item(read(body)?)),
            "UpdateItem" => written(db.update_item(read(body)?)),
            "DeleteItem" => written(db.delete_item(read(body)?)),
            "BatchWriteItem" => written(db.batch_write_item(read(body)?)),
            "TransactWriteItems" => written(transaction::write(db, read(body)?)),
            "TransactGetItems" => written(db.transact_get_items(read(body)?)),
            "CreateTable" => written(db.create_table(read(body)?)),
            "DeleteTable" => written(db.delete_table(read(body)?)),
            "DescribeTable" => written(db.describe_table(read(body)?)),
            "UpdateTimeToLive" => written(db.update_time_to_live(read(body)?)),
            other => Err(DynoxideError::ValidationException(format!(
                "the local DynamoDB does not support {other}"
            ))),
        }
    }
}

fn writes(operation: &str) -> bool {
    matches!(operation, "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "TransactWriteItems")
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, DynoxideError> {
    serde_json::from_slice(body).map_err(|error| {
        let text = error.to_string();
        // For a validation error of the engine, serde's text contains the marker `VALIDATION:`, the
        // message, and at the end the position in the JSON. Only the message is part of the
        // response.
        match text.split_once("VALIDATION:") {
            Some((_, message)) => {
                let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
                DynoxideError::ValidationException(message.to_owned())
            }
            None => DynoxideError::SerializationException(text),
        }
    })
}

fn written<T: Serialize>(response: Result<T, DynoxideError>) -> Result<String, DynoxideError> {
    serde_json::to_string(&response?).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}
