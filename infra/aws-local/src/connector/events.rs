//! EventBridge: `PutEvents`, with its permissions and validation.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Cloud, reply::Reply};
use crate::{
    bus::Entry,
    iam::Need,
    template::{ACCOUNT, REGION},
};

/// Maximum number of entries of one `PutEvents` call.
const MAX_ENTRIES: usize = 10;

pub(super) struct EventsCall {
    pub(super) operation: String,
    entries: Vec<Value>,
}

impl EventsCall {
    pub(super) fn new(operation: &str, body: &[u8]) -> Self {
        let mut request: Value = serde_json::from_slice(body).unwrap_or_default();
        let entries = match request.get_mut("Entries").map(Value::take) {
            Some(Value::Array(entries)) => entries,
            _ => Vec::new(),
        };
        Self { operation: operation.to_owned(), entries }
    }

    pub(super) fn needs(&self) -> Vec<Need> {
        let mut sources: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for entry in &self.entries {
            let source = entry.get("Source").and_then(Value::as_str).map(str::to_owned);
            sources.entry(bus(entry)).or_default().extend(source);
        }
        let need = |(bus, sources): (&str, BTreeSet<String>)| {
            let arn = format!("arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{bus}");
            Need::new(format!("events:{}", self.operation), arn)
                .with("events:source", sources.into_iter().collect())
        };
        sources.into_iter().map(need).collect()
    }

    /// Puts the entries on the bus. With `partial`, the last entry fails.
    pub(super) fn perform(&self, cloud: &Cloud, partial: bool) -> Reply {
        if self.operation != "PutEvents" {
            return Reply::json(400, "UnknownOperationException", &self.operation);
        }
        if self.entries.is_empty() || self.entries.len() > MAX_ENTRIES {
            let message = "1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and 10";
            return Reply::json(400, "ValidationException", message);
        }
        let last = self.entries.len().saturating_sub(1);
        let mut failed = 0;
        let mut results = Vec::new();
        for (index, entry) in self.entries.iter().enumerate() {
            let put = if partial && index == last {
                Err(("InternalFailure", "Internal failure (injected).".to_owned()))
            } else {
                parse_entry(entry).map(|entry| cloud.bus.put(&entry, cloud.clock.now()))
            };
            results.push(match put {
                Ok(id) => json!({"EventId": id}),
                Err((code, message)) => {
                    failed += 1;
                    json!({"ErrorCode": code, "ErrorMessage": message})
                }
            });
        }
        Reply::ok(&json!({"FailedEntryCount": failed, "Entries": results}))
    }
}

fn bus(entry: &Value) -> &str {
    let name = entry.get("EventBusName").and_then(Value::as_str).unwrap_or("default");
    name.rsplit('/').next().unwrap_or(name)
}

/// Parses an entry, or returns the error code and message of the service.
fn parse_entry(entry: &Value) -> Result<Entry, (&'static str, String)> {
    let text = |key: &str| {
        let text = entry.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.map(str::to_owned).ok_or_else(|| {
            (
                "InvalidArgument",
                format!("Parameter {key} is not valid. Reason: {key} is a required argument."),
            )
        })
    };
    let detail: Value = serde_json::from_str(&text("Detail")?)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| ("MalformedDetail", "Detail is malformed.".to_owned()))?;
    let resources = entry.get("Resources").and_then(Value::as_array).cloned().unwrap_or_default();
    let time = entry.get("Time").and_then(Value::as_f64).and_then(seconds);
    Ok(Entry {
        bus: bus(entry).to_owned(),
        source: text("Source")?,
        detail_type: text("DetailType")?,
        detail,
        resources,
        time,
    })
}

/// Parses the field `Time`: seconds since 1970, with a fraction.
fn seconds(epoch: f64) -> Option<jiff::Timestamp> {
    let duration = jiff::SignedDuration::try_from_secs_f64(epoch).ok()?;
    jiff::Timestamp::from_duration(duration).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn put_events_needs_the_source_of_each_entry() {
        let entry = |bus: &str, source: &str| json!({"EventBusName": bus, "Source": source});
        let body =
            json!({"Entries": [entry("own", "onramp"), entry("own", "aws.ses"), entry("other", "onramp")]});
        let needs = EventsCall::new("PutEvents", body.to_string().as_bytes()).needs();
        let sources = needs.iter().map(|need| need.context["events:source"].join(",")).collect::<Vec<_>>();
        assert_eq!(sources, ["onramp", "aws.ses,onramp"]);
    }
}
