//! DynamoDB tables of the template.

use serde_json::{Value, json};

use super::scalar::text;

/// A key attribute with its type letter (`S`, `N` or `B`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Name of the attribute.
    pub attribute: String,
    /// DynamoDB type letter: `S`, `N`, or `B`.
    pub kind: String,
}

/// A global secondary index of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Name of the index.
    pub name: String,
    /// Partition key of the index.
    pub partition: Key,
    /// Sort key of the index, if it has one.
    pub sort: Option<Key>,
}

/// A DynamoDB table with the request that creates it.
#[derive(Debug, Clone)]
pub struct Table {
    /// Physical name of the table.
    pub name: String,
    /// Attribute names of the primary key. The partition key comes first.
    pub keys: Vec<String>,
    /// TTL attribute, which contains the expiry time in seconds since 1970.
    pub ttl: Option<String>,
    /// Global secondary indexes of the table.
    pub indexes: Vec<Index>,
    /// Body of the `CreateTable` request.
    pub create: Value,
}

impl Table {
    pub(super) fn read(logical: &str, name: String, properties: &Value) -> Result<Self, String> {
        let definitions = properties.get("AttributeDefinitions").cloned().unwrap_or_else(|| json!([]));
        let mut create = json!({
            "TableName": name,
            "AttributeDefinitions": definitions,
            "KeySchema": properties.get("KeySchema").cloned().unwrap_or_default(),
            "BillingMode": "PAY_PER_REQUEST",
        });
        let mut indexes = Vec::new();
        if let (Some(declared), Some(object)) =
            (properties.get("GlobalSecondaryIndexes"), create.as_object_mut())
        {
            object.insert("GlobalSecondaryIndexes".to_owned(), declared.clone());
            for index in declared.as_array().into_iter().flatten() {
                indexes.push(read_index(logical, index, &definitions)?);
            }
        }
        if let (Some(stream), Some(object)) = (properties.get("StreamSpecification"), create.as_object_mut())
        {
            let view = text(stream, "StreamViewType", &format!("{logical}.StreamSpecification"))?;
            object.insert(
                "StreamSpecification".to_owned(),
                json!({"StreamEnabled": true, "StreamViewType": view}),
            );
        }
        let ttl = properties
            .get("TimeToLiveSpecification")
            .map(|ttl| text(ttl, "AttributeName", &format!("{logical}.TimeToLiveSpecification")))
            .transpose()?;
        let schema = properties.get("KeySchema").and_then(Value::as_array).into_iter().flatten();
        let key = |key: &Value| text(key, "AttributeName", &format!("{logical}.KeySchema"));
        let keys = schema.map(key).collect::<Result<_, _>>()?;
        Ok(Self { name, keys, ttl, indexes, create })
    }
}

fn read_index(logical: &str, index: &Value, definitions: &Value) -> Result<Index, String> {
    let at = format!("{logical}.GlobalSecondaryIndexes");
    let name = text(index, "IndexName", &at)?;
    let key = |role: &str| {
        let element = index
            .get("KeySchema")?
            .as_array()?
            .iter()
            .find(|key| key.get("KeyType") == Some(&json!(role)))?;
        let attribute = element.get("AttributeName")?.as_str()?.to_owned();
        let definition = definitions
            .as_array()?
            .iter()
            .find(|declared| declared.get("AttributeName") == Some(&json!(attribute)))?;
        let kind = definition.get("AttributeType")?.as_str()?.to_owned();
        Some(Key { attribute, kind })
    };
    let partition = key("HASH").ok_or_else(|| format!("{at}.{name} has no HASH key with a definition"))?;
    Ok(Index { sort: key("RANGE"), name, partition })
}
