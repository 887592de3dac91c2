//! List of the events of the last 30 days. Source: docs.stripe.com, "List all events".

use jiff::SignedDuration;
use serde_json::Value;

use super::{error::ApiError, list::Page, params::Params};
use crate::{StripeMock, account_state::AccountState};

/// Age of the oldest event in the list.
const EVENT_RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Filter of the list.
struct EventFilter {
    types: Vec<String>,
    /// First creation time, in seconds since 1970.
    from: i64,
    /// Last creation time, inclusive, in seconds since 1970.
    until: i64,
    /// Selects only delivered or only undelivered events.
    delivered: Option<bool>,
}

impl EventFilter {
    fn new(mock: &StripeMock, params: &mut Params) -> Result<Self, ApiError> {
        let oldest = mock.clock.now().as_second() - EVENT_RETENTION.as_secs();
        let after = params.integer("created[gt]")?.map(|second| second.saturating_add(1));
        let before = params.integer("created[lt]")?.map(|second| second.saturating_sub(1));
        let from = [params.integer("created[gte]")?, after, Some(oldest)].into_iter().flatten().max();
        let until = [params.integer("created[lte]")?, before].into_iter().flatten().min();
        let mut types = params.list("types");
        types.extend(params.text("type")?);
        let delivered = match params.text("delivery_success")?.as_deref() {
            None => None,
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some(other) => {
                return Err(ApiError::invalid("delivery_success", format!("Invalid boolean: {other}")));
            }
        };
        Ok(Self { types, from: from.unwrap_or(oldest), until: until.unwrap_or(i64::MAX), delivered })
    }

    fn matches(&self, event: &Value, state: &AccountState) -> bool {
        let created = event.get("created").and_then(Value::as_i64).unwrap_or_default();
        let kind = text(event, "type");
        let delivered = state.was_delivered(text(event, "id"));
        (self.from..=self.until).contains(&created)
            && (self.types.is_empty() || self.types.iter().any(|wanted| wanted == kind))
            && self.delivered.is_none_or(|wanted| wanted == delivered)
    }
}

/// `GET /v1/events`: lists events, newest first.
pub(super) fn list(mock: &StripeMock, mut params: Params) -> Result<Value, ApiError> {
    let page = Page::new("event", &mut params)?;
    let filter = EventFilter::new(mock, &mut params)?;
    params.finish()?;
    let events = mock.events();
    let state = mock.lock();
    page.of("/v1/events", events.into_iter().rev(), |event| filter.matches(event, &state))
}

/// Returns the event with this id.
pub(super) fn find(mock: &StripeMock, id: &str) -> Option<Value> {
    mock.events().into_iter().find(|event| text(event, "id") == id)
}

fn text<'a>(event: &'a Value, name: &str) -> &'a str {
    event.get(name).and_then(Value::as_str).unwrap_or_default()
}
