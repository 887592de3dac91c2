//! What a caller asks for, read from JSON with every fault at once.

use super::path;
use super::version::ApiVersion;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The most deliveries of one event in one call.
const MAX_EVENTS: u64 = 500;

/// An event to build, and how often to deliver it.
#[derive(Debug, Clone, PartialEq)]
pub struct EventSpec {
    /// Stripe's event type, such as `invoice.paid`.
    pub event_type: String,
    /// The organization that the metadata names.
    pub organization_id: Option<String>,
    /// The customer; derived from the organization unless given.
    pub customer: Option<String>,
    /// The subscription; derived from the customer unless known.
    pub subscription: Option<String>,
    /// What differs from the usual event, by dotted path; a parent is set before its children.
    pub set: BTreeMap<String, Value>,
    /// The API version that gives the event its shape.
    pub api_version: ApiVersion,
    /// Deliveries of the one event, in parallel.
    pub count: usize,
}

impl EventSpec {
    /// One delivery of a usual event of this type, about nobody that is known.
    pub fn new(event_type: &str) -> EventSpec {
        EventSpec {
            event_type: event_type.to_owned(),
            organization_id: None,
            customer: None,
            subscription: None,
            set: BTreeMap::new(),
            api_version: ApiVersion::default(),
            count: 1,
        }
    }
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestError {
    /// The field, or the path within `set`.
    pub field: String,
    /// What it must be.
    pub message: String,
}

impl RequestError {
    pub(super) fn new(field: impl Into<String>, message: impl Into<String>) -> RequestError {
        RequestError { field: field.into(), message: message.into() }
    }
}

/// Reads a spec from a JSON body.
///
/// # Errors
/// Every fault of the body, in the order of its fields.
pub fn parse_spec(body: &[u8]) -> Result<EventSpec, Vec<RequestError>> {
    let mut fields = match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(fields)) => Reader { fields, faults: Vec::new() },
        Ok(_) => return Err(vec![RequestError::new("", "a JSON object")]),
        Err(error) => return Err(vec![RequestError::new("", format!("a JSON object: {error}"))]),
    };
    let event_type = fields.text("type").unwrap_or_else(|| {
        fields.missing("type", "an event type, such as invoice.paid");
        String::new()
    });
    let spec = EventSpec {
        organization_id: fields.text("organization_id"),
        customer: fields.text("customer"),
        subscription: None,
        set: fields.paths("set"),
        api_version: fields.version("api_version"),
        count: fields.count("count"),
        event_type,
    };
    fields.finish(spec)
}

/// The fields that are left to read, and what was wrong with those already read.
struct Reader {
    fields: Map<String, Value>,
    faults: Vec<RequestError>,
}

impl Reader {
    /// A field's value; null counts as absent.
    fn take(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name).filter(|value| !value.is_null())
    }

    fn fault(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.faults.push(RequestError::new(field, message));
    }

    /// A fault for an absent field, unless the field was there and has its own.
    fn missing(&mut self, name: &str, message: &str) {
        if self.faults.iter().all(|fault| fault.field != name) {
            self.fault(name, message);
        }
    }

    fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) if !text.trim().is_empty() => Some(text),
            _ => {
                self.fault(name, "a text that is not empty");
                None
            }
        }
    }

    fn paths(&mut self, name: &str) -> BTreeMap<String, Value> {
        match self.take(name) {
            None => BTreeMap::new(),
            Some(Value::Object(paths)) => {
                for path in paths.keys() {
                    if let Err(bad) = path::check(path) {
                        self.fault(format!("set.{path}"), bad.to_string());
                    }
                }
                paths.into_iter().collect()
            }
            Some(_) => {
                self.fault(name, "an object of dotted paths and values");
                BTreeMap::new()
            }
        }
    }

    fn version(&mut self, name: &str) -> ApiVersion {
        let Some(text) = self.text(name) else {
            return ApiVersion::default();
        };
        text.parse().unwrap_or_else(|form| {
            self.fault(name, format!("{form}"));
            ApiVersion::default()
        })
    }

    fn count(&mut self, name: &str) -> usize {
        let Some(value) = self.take(name) else { return 1 };
        match value.as_u64().filter(|count| (1..=MAX_EVENTS).contains(count)).map(usize::try_from) {
            Some(Ok(count)) => count,
            _ => {
                self.fault(name, format!("a whole number from 1 to {MAX_EVENTS}"));
                1
            }
        }
    }

    /// Hands the spec out if nothing was wrong; a field that nobody read is most likely misspelt.
    fn finish(mut self, spec: EventSpec) -> Result<EventSpec, Vec<RequestError>> {
        for name in std::mem::take(&mut self.fields).keys() {
            self.fault(name, "unknown; known are type, organization_id, customer, set, api_version, count");
        }
        if self.faults.is_empty() { Ok(spec) } else { Err(self.faults) }
    }
}
