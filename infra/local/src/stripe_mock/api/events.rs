//! The events of the last 30 days. Source: docs.stripe.com, "List all events".

use jiff::SignedDuration;
use serde_json::Value;

use super::list::Page;
use super::params::Params;
use super::refusal::Refusal;
use crate::stripe_mock::StripeMock;
use crate::stripe_mock::account_state::AccountState;

/// How far back the list reaches.
const REACH: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Which events a caller wants.
struct Wanted {
    types: Vec<String>,
    /// From this second on,
    from: i64,
    /// up to this one.
    until: i64,
    /// Only those that were all delivered, or only those that were not.
    delivered: Option<bool>,
}

impl Wanted {
    fn new(standin: &StripeMock, params: &mut Params) -> Result<Self, Refusal> {
        let reach = standin.clock.now().as_second() - REACH.as_secs();
        let after = params.whole("created[gt]")?.map(|second| second.saturating_add(1));
        let before = params.whole("created[lt]")?.map(|second| second.saturating_sub(1));
        let from = [params.whole("created[gte]")?, after, Some(reach)].into_iter().flatten().max();
        let until = [params.whole("created[lte]")?, before].into_iter().flatten().min();
        let mut types = params.list("types");
        types.extend(params.text("type")?);
        let delivered = match params.text("delivery_success")?.as_deref() {
            None => None,
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some(other) => {
                return Err(Refusal::invalid("delivery_success", format!("Invalid boolean: {other}")));
            }
        };
        Ok(Self { types, from: from.unwrap_or(reach), until: until.unwrap_or(i64::MAX), delivered })
    }

    fn takes(&self, event: &Value, book: &AccountState) -> bool {
        let created = event.get("created").and_then(Value::as_i64).unwrap_or_default();
        let kind = text(event, "type");
        let delivered = book.was_delivered(text(event, "id"));
        (self.from..=self.until).contains(&created)
            && (self.types.is_empty() || self.types.iter().any(|wanted| wanted == kind))
            && self.delivered.is_none_or(|wanted| wanted == delivered)
    }
}

/// `GET /v1/events`: the newest first.
pub(super) fn list(standin: &StripeMock, mut params: Params) -> Result<Value, Refusal> {
    let page = Page::new("event", &mut params)?;
    let wanted = Wanted::new(standin, &mut params)?;
    params.finish()?;
    let events = standin.events();
    let book = standin.lock();
    page.of("/v1/events", events.into_iter().rev(), |event| wanted.takes(event, &book))
}

/// The event of this id.
pub(super) fn find(standin: &StripeMock, id: &str) -> Option<Value> {
    standin.events().into_iter().find(|event| text(event, "id") == id)
}

fn text<'a>(event: &'a Value, name: &str) -> &'a str {
    event.get(name).and_then(Value::as_str).unwrap_or_default()
}
