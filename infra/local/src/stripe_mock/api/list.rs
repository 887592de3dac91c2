//! Lists. Source: docs.stripe.com, "Pagination", "List all Checkout Sessions" and "List subscriptions".

use serde_json::{Value, json};

use super::params::Params;
use super::refusal::Refusal;
use crate::stripe_mock::StripeMock;
use crate::stripe_mock::account_state::AccountState;

/// The part of a list that a caller wants.
pub(super) struct Page {
    /// What is listed, as refusals call it.
    kind: &'static str,
    limit: usize,
    starting_after: Option<String>,
}

impl Page {
    pub(super) fn new(kind: &'static str, params: &mut Params) -> Result<Self, Refusal> {
        let limit = match params.whole("limit")? {
            None => 10,
            Some(limit @ 1..=100) => usize::try_from(limit).unwrap_or(100),
            Some(_) => return Err(Refusal::invalid("limit", "This value must be between 1 and 100.")),
        };
        Ok(Self { kind, limit, starting_after: params.text("starting_after")? })
    }

    /// The answer, of objects that come newest first.
    pub(super) fn of(
        self,
        url: &str,
        objects: impl Iterator<Item = Value>,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Value, Refusal> {
        let mut objects: Vec<Value> = objects.collect();
        if let Some(id) = &self.starting_after {
            let is_it = |object: &Value| object.get("id").and_then(Value::as_str) == Some(id);
            let Some(at) = objects.iter().position(is_it) else {
                return Err(Refusal::no_such(self.kind, id, "starting_after"));
            };
            objects.drain(..=at);
        }
        let mut found = objects.into_iter().filter(wanted);
        let page: Vec<Value> = found.by_ref().take(self.limit).collect();
        let has_more = found.next().is_some();
        Ok(json!({ "object": "list", "url": url, "has_more": has_more, "data": page }))
    }
}

/// Whose objects a caller wants, and in which status.
struct Wanted {
    customer: Option<String>,
    status: Option<String>,
}

impl Wanted {
    fn new(statuses: &[&str], params: &mut Params) -> Result<Self, Refusal> {
        let status = params.text("status")?;
        match status.as_deref() {
            Some(other) if !statuses.contains(&other) => {
                let message = format!("Invalid status: must be one of {}", statuses.join(", "));
                Err(Refusal::invalid("status", message))
            }
            _ => Ok(Self { customer: params.text("customer")?, status }),
        }
    }

    fn takes(&self, object: &Value, fits: impl Fn(Option<&str>, &str) -> bool) -> bool {
        let text = |name| object.get(name).and_then(Value::as_str).unwrap_or_default();
        self.customer.as_deref().is_none_or(|customer| customer == text("customer"))
            && fits(self.status.as_deref(), text("status"))
    }
}

/// `GET /v1/checkout/sessions`: the newest first.
pub(super) fn checkouts(standin: &StripeMock, mut params: Params) -> Result<Value, Refusal> {
    let page = Page::new("checkout.session", &mut params)?;
    let wanted = Wanted::new(&["open", "complete", "expired"], &mut params)?;
    params.finish()?;
    // What is over by the clock is not to look open because nobody noticed yet.
    standin.live();
    let book: &AccountState = &standin.lock();
    let mut all: Vec<_> = book.checkouts.values().collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.number));
    let objects = all.into_iter().map(|one| {
        let customer = one.customer.as_ref().and_then(|id| book.customers.get(id));
        one.object(standin.account.price(&one.price), customer, &standin.account.origin)
    });
    page.of("/v1/checkout/sessions", objects, |one| {
        wanted.takes(one, |wanted, status| wanted.is_none_or(|wanted| wanted == status))
    })
}

/// `GET /v1/subscriptions`: the newest first. Canceled ones only if they are asked for.
pub(super) fn subscriptions(standin: &StripeMock, mut params: Params) -> Result<Value, Refusal> {
    let statuses = ["active", "past_due", "unpaid", "canceled", "incomplete", "trialing", "paused", "all"];
    let page = Page::new("subscription", &mut params)?;
    let wanted = Wanted::new(&statuses, &mut params)?;
    params.finish()?;
    standin.live();
    let book: &AccountState = &standin.lock();
    let mut all: Vec<_> = book.subscriptions.values().collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.created));
    let objects = all.into_iter().map(|one| one.object(standin.account.price(&one.price)));
    page.of("/v1/subscriptions", objects, |one| {
        wanted.takes(one, |wanted, status| match wanted {
            None => status != "canceled",
            Some("all") => true,
            Some(wanted) => wanted == status,
        })
    })
}
