//! Request of a test event, parsed from JSON. A failed parse reports all errors at once.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{path, version::ApiVersion};

/// Maximum number of deliveries of one event.
const MAX_DELIVERIES: u64 = 500;

/// An event to build, and the number of its deliveries.
#[derive(Debug, Clone, PartialEq)]
pub struct EventSpec {
    /// Stripe's event type, such as `invoice.paid`.
    pub event_type: String,
    /// Organization id for the metadata.
    pub organization_id: Option<String>,
    /// Customer id. By default, it is derived from the organization.
    pub customer: Option<String>,
    /// Subscription id. By default, it is derived from the customer.
    pub subscription: Option<String>,
    /// Values that override the default event, by dotted path. A parent is set before its children.
    pub set: BTreeMap<String, Value>,
    /// API version that determines the format of the event.
    pub api_version: ApiVersion,
    /// Number of parallel deliveries, from 1 to 500.
    pub count: usize,
}

impl EventSpec {
    /// Creates the spec of one delivery of a default event, with a new customer.
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

/// Error in one field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestError {
    /// Name of the field, or its path within `set`.
    pub field: String,
    /// Expected value of the field.
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
/// Returns all errors in the body, in the order in which this function reads the fields.
pub fn parse_spec(body: &[u8]) -> Result<EventSpec, Vec<RequestError>> {
    let mut fields = match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(fields)) => Reader { fields, errors: Vec::new() },
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

/// Remaining fields of the body, and the errors so far.
struct Reader {
    fields: Map<String, Value>,
    errors: Vec<RequestError>,
}

impl Reader {
    /// Takes a field's value. Null counts as absent.
    fn take(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name).filter(|value| !value.is_null())
    }

    fn error(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.errors.push(RequestError::new(field, message));
    }

    /// Adds an error for a missing field, unless the field already has an error.
    fn missing(&mut self, name: &str, message: &str) {
        if self.errors.iter().all(|error| error.field != name) {
            self.error(name, message);
        }
    }

    fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) if !text.trim().is_empty() => Some(text),
            _ => {
                self.error(name, "a non-empty string");
                None
            }
        }
    }

    fn paths(&mut self, name: &str) -> BTreeMap<String, Value> {
        match self.take(name) {
            None => BTreeMap::new(),
            Some(Value::Object(paths)) => {
                for path in paths.keys() {
                    if let Err(error) = path::check(path) {
                        self.error(format!("set.{path}"), error.to_string());
                    }
                }
                paths.into_iter().collect()
            }
            Some(_) => {
                self.error(name, "an object of dotted paths and values");
                BTreeMap::new()
            }
        }
    }

    fn version(&mut self, name: &str) -> ApiVersion {
        let Some(text) = self.text(name) else {
            return ApiVersion::default();
        };
        text.parse().unwrap_or_else(|form| {
            self.error(name, format!("{form}"));
            ApiVersion::default()
        })
    }

    fn count(&mut self, name: &str) -> usize {
        let Some(value) = self.take(name) else { return 1 };
        match value.as_u64().filter(|count| (1..=MAX_DELIVERIES).contains(count)).map(usize::try_from) {
            Some(Ok(count)) => count,
            _ => {
                self.error(name, format!("a whole number from 1 to {MAX_DELIVERIES}"));
                1
            }
        }
    }

    /// Returns the spec, or all errors. A field of the body that [`parse_spec`] did not read is an
    /// error, because its name is most likely misspelled.
    fn finish(mut self, spec: EventSpec) -> Result<EventSpec, Vec<RequestError>> {
        for name in std::mem::take(&mut self.fields).keys() {
            self.error(
                name,
                "unknown field; expected type, organization_id, customer, set, api_version, or count",
            );
        }
        if self.errors.is_empty() { Ok(spec) } else { Err(self.errors) }
    }
}
