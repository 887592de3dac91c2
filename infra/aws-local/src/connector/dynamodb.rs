//! DynamoDB: the permissions that a call needs, its execution, and its injected errors.

use serde_json::{Map, Value, json};

use super::reply::Reply;
use crate::{
    engine::Engine,
    iam::Need,
    template::{ACCOUNT, REGION},
};

pub(super) struct DynamoDbCall {
    pub(super) operation: String,
    body: Vec<u8>,
    request: Value,
}

impl DynamoDbCall {
    pub(super) fn new(operation: &str, body: Vec<u8>) -> Self {
        let request = serde_json::from_slice(&body).unwrap_or_default();
        Self { operation: operation.to_owned(), body, request }
    }

    /// Returns the permissions that IAM requires for this call: actions on tables and indexes. A
    /// transaction requires the permission for each action in it ("IAM policies with DynamoDB
    /// transactions", Amazon DynamoDB Developer Guide).
    pub(super) fn needs(&self) -> Vec<Need> {
        let table = |value: &Value| text(value, "TableName").map(table_arn).unwrap_or_default();
        match self.operation.as_str() {
            "TransactWriteItems" => each(&self.request, "TransactItems", |action| match action {
                "Put" => "dynamodb:PutItem",
                "Update" => "dynamodb:UpdateItem",
                "Delete" => "dynamodb:DeleteItem",
                _ => "dynamodb:ConditionCheckItem",
            }),
            "TransactGetItems" => each(&self.request, "TransactItems", |_| "dynamodb:GetItem"),
            "BatchGetItem" | "BatchWriteItem" => {
                let tables = self.request.get("RequestItems").and_then(Value::as_object);
                let need = |(table, requests): (&String, &Value)| {
                    Need::new(format!("dynamodb:{}", self.operation), table_arn(table))
                        .with("dynamodb:LeadingKeys", leading_keys(requests))
                };
                tables.into_iter().flatten().map(need).collect()
            }
            "Query" | "Scan" => {
                let mut arn = table(&self.request);
                if let Some(index) = text(&self.request, "IndexName") {
                    arn = format!("{arn}/index/{index}");
                }
                vec![
                    Need::new(format!("dynamodb:{}", self.operation), arn)
                        .with("dynamodb:LeadingKeys", queried_key(&self.request).into_iter().collect()),
                ]
            }
            operation => vec![
                Need::new(format!("dynamodb:{operation}"), table(&self.request))
                    .with("dynamodb:LeadingKeys", leading_keys(&self.request)),
            ],
        }
    }

    /// Whether a read is strongly consistent ("Read consistency", Amazon DynamoDB Developer Guide).
    /// `None` for writes, and for reads of an index, which are never strongly consistent.
    pub(super) fn consistent(&self) -> Option<bool> {
        let requested =
            |read: &Value| read.get("ConsistentRead").and_then(Value::as_bool).unwrap_or_default();
        match self.operation.as_str() {
            "GetItem" => Some(requested(&self.request)),
            "Query" | "Scan" if self.request.get("IndexName").is_none() => Some(requested(&self.request)),
            "BatchGetItem" => {
                let tables = self.request.get("RequestItems").and_then(Value::as_object);
                Some(tables.into_iter().flatten().all(|(_, read)| requested(read)))
            }
            "TransactGetItems" => Some(true),
            _ => None,
        }
    }

    pub(super) fn perform(&self, engine: &Engine) -> Reply {
        let reply = engine.call(&self.operation, &self.body);
        Reply::raw(reply.status, reply.body)
    }

    /// Performs a batch except for the last entry of each table, which it returns as unprocessed.
    pub(super) fn perform_partial(&self, engine: &Engine) -> Reply {
        let mut request = self.request.clone();
        let (mut done, mut left) = (Map::new(), Map::new());
        if let Some(tables) = request.get_mut("RequestItems").and_then(Value::as_object_mut) {
            for (table, requests) in tables {
                let mut rest = requests.clone();
                let list = if requests.is_array() { Some(requests) } else { requests.get_mut("Keys") };
                let Some(last) = list.and_then(Value::as_array_mut).and_then(Vec::pop) else { continue };
                match rest.get_mut("Keys") {
                    Some(keys) => *keys = json!([last]),
                    None => rest = json!([last]),
                }
                left.insert(table.clone(), rest);
            }
        }
        let has_entries = |requests: &Value| {
            requests
                .as_array()
                .or_else(|| requests.get("Keys")?.as_array())
                .is_some_and(|list| !list.is_empty())
        };
        if let Some(tables) = request.get("RequestItems").and_then(Value::as_object) {
            done.extend(
                tables
                    .iter()
                    .filter(|(_, requests)| has_entries(requests))
                    .map(|(k, v)| (k.clone(), v.clone())),
            );
        }
        let (field, mut response) = if self.operation == "BatchGetItem" {
            ("UnprocessedKeys", json!({"Responses": {}}))
        } else {
            ("UnprocessedItems", json!({}))
        };
        if !done.is_empty() {
            let request = json!({"RequestItems": done});
            let reply = engine.call(&self.operation, request.to_string().as_bytes());
            if reply.status != 200 {
                return Reply::raw(reply.status, reply.body);
            }
            response = serde_json::from_str(&reply.body).unwrap_or(response);
        }
        if let Some(response) = response.as_object_mut() {
            response.insert(field.to_owned(), Value::Object(left));
        }
        Reply::ok(&response)
    }

    /// Returns the error for an item that is part of another transaction.
    pub(super) fn conflict(&self) -> Reply {
        const MESSAGE: &str = "Transaction is ongoing for the item";
        if !self.operation.starts_with("Transact") {
            return Reply::json(
                400,
                "com.amazonaws.dynamodb.v20120810#TransactionConflictException",
                MESSAGE,
            );
        }
        let count = self.request.get("TransactItems").and_then(Value::as_array).map_or(1, Vec::len);
        let reason = |index| match index {
            0 => json!({"Code": "TransactionConflict", "Message": MESSAGE}),
            _ => json!({"Code": "None"}),
        };
        let codes = std::iter::once("TransactionConflict")
            .chain(std::iter::repeat_n("None", count.saturating_sub(1)));
        let body = json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": format!(
                "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
                codes.collect::<Vec<_>>().join(", ")
            ),
            "CancellationReasons": (0..count).map(reason).collect::<Vec<_>>(),
        });
        Reply::raw(400, body.to_string())
    }
}

fn each(request: &Value, list: &str, action_of: impl Fn(&str) -> &'static str) -> Vec<Need> {
    let items = request.get(list).and_then(Value::as_array).into_iter().flatten();
    let actions = items.filter_map(Value::as_object).flatten();
    actions
        .map(|(kind, action)| {
            let arn = text(action, "TableName").map(table_arn).unwrap_or_default();
            Need::new(action_of(kind), arn).with("dynamodb:LeadingKeys", leading_keys(action))
        })
        .collect()
}

fn table_arn(name: &str) -> String {
    format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}")
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

/// Returns the partition keys of the items in a request.
fn leading_keys(request: &Value) -> Vec<String> {
    match request {
        Value::Array(items) => items.iter().flat_map(leading_keys).collect(),
        Value::Object(fields) => {
            if let Some(pk) = request.pointer("/pk/S").and_then(Value::as_str) {
                return vec![pk.to_owned()];
            }
            let inner = ["Key", "Keys", "Item", "PutRequest", "DeleteRequest"];
            fields
                .iter()
                .filter(|(name, _)| inner.contains(&name.as_str()))
                .flat_map(|(_, v)| leading_keys(v))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Returns the partition key of a query: the value of the first placeholder in its key condition.
fn queried_key(request: &Value) -> Option<String> {
    let condition = text(request, "KeyConditionExpression")?;
    let placeholder = condition.get(condition.find(':')?..)?;
    let end =
        placeholder.find(|c: char| c != ':' && c != '_' && !c.is_alphanumeric()).unwrap_or(placeholder.len());
    let value = request.get("ExpressionAttributeValues")?.get(placeholder.get(..end)?)?;
    text(value, "S").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(operation: &str, request: &Value) -> Vec<(String, String, String)> {
        let call = DynamoDbCall::new(operation, request.to_string().into_bytes());
        let keys =
            |need: &Need| need.context.get("dynamodb:LeadingKeys").cloned().unwrap_or_default().join(",");
        call.needs().iter().map(|need| (need.action.clone(), need.resource.clone(), keys(need))).collect()
    }

    fn need(action: &str, table: &str, keys: &str) -> (String, String, String) {
        let arn = format!("arn:aws:dynamodb:us-east-1:123456789012:table/{table}");
        (format!("dynamodb:{action}"), arn, keys.to_owned())
    }

    #[test]
    fn needs_contain_action_resource_and_partition_keys() {
        let key = json!({"pk": {"S": "ORG#1"}, "sk": {"S": "ORG"}});
        assert_eq!(needs("GetItem", &json!({"TableName": "T", "Key": key})), [need("GetItem", "T", "ORG#1")]);
        assert_eq!(
            needs("PutItem", &json!({"TableName": "T", "Item": key})),
            [need("PutItem", "T", "ORG#1")]
        );
        assert_eq!(
            needs("BatchGetItem", &json!({"RequestItems": {"T": {"Keys": [key, {"pk": {"S": "USER#2"}}]}}})),
            [need("BatchGetItem", "T", "ORG#1,USER#2")]
        );
        assert_eq!(
            needs(
                "Query",
                &json!({"TableName": "T", "IndexName": "by-due", "KeyConditionExpression": "#p = :p AND x < :x",
                    "ExpressionAttributeValues": {":p": {"S": "DUE#0"}, ":x": {"S": "9"}}})
            ),
            [need("Query", "T/index/by-due", "DUE#0")]
        );
    }

    #[test]
    fn read_is_consistent_when_all_its_parts_are() {
        let (yes, no) = (json!({"ConsistentRead": true}), json!({"ConsistentRead": false}));
        for (operation, request, expected) in [
            ("GetItem", yes.clone(), Some(true)),
            ("GetItem", no.clone(), Some(false)),
            ("GetItem", json!({}), Some(false)),
            ("Query", yes.clone(), Some(true)),
            ("Query", json!({}), Some(false)),
            ("Query", json!({"IndexName": "by-due"}), None),
            ("BatchGetItem", json!({"RequestItems": {"A": yes, "B": yes}}), Some(true)),
            ("BatchGetItem", json!({"RequestItems": {"A": yes, "B": no}}), Some(false)),
            ("TransactGetItems", json!({}), Some(true)),
            ("PutItem", json!({}), None),
        ] {
            let call = DynamoDbCall::new(operation, request.to_string().into_bytes());
            assert_eq!(call.consistent(), expected, "{operation} {request}");
        }
    }

    #[test]
    fn transaction_needs_the_permissions_of_its_parts() {
        let at = json!({"TableName": "T", "Key": {"pk": {"S": "A"}}});
        let request = json!({"TransactItems": [
            {"Put": {"TableName": "T", "Item": {"pk": {"S": "A"}}}}, {"Update": at}, {"Delete": at}, {"ConditionCheck": at},
        ]});
        let expected = ["PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"]
            .map(|action| need(action, "T", "A"));
        assert_eq!(needs("TransactWriteItems", &request), expected);
    }
}
