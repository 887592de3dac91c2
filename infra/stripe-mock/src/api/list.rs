//! Paginated lists. Source: docs.stripe.com, "Pagination", "List all Checkout Sessions",
//! "List subscriptions", and "List all prices".

use serde_json::{Value, json};

use super::{error::ApiError, params::Params};
use crate::{StripeMock, account_state::AccountState, price::Price};

/// Requested page of a list.
pub(super) struct Page {
    /// Type of the listed objects in error messages.
    kind: &'static str,
    limit: usize,
    starting_after: Option<String>,
}

impl Page {
    pub(super) fn new(kind: &'static str, params: &mut Params) -> Result<Self, ApiError> {
        let limit = match params.integer("limit")? {
            None => 10,
            Some(limit @ 1..=100) => usize::try_from(limit).unwrap_or(100),
            Some(_) => return Err(ApiError::invalid("limit", "This value must be between 1 and 100.")),
        };
        Ok(Self { kind, limit, starting_after: params.text("starting_after")? })
    }

    /// Returns the page of `objects`, which must be sorted newest first.
    pub(super) fn of(
        self,
        url: &str,
        objects: impl Iterator<Item = Value>,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Value, ApiError> {
        let mut objects: Vec<Value> = objects.collect();
        if let Some(id) = &self.starting_after {
            let is_it = |object: &Value| object.get("id").and_then(Value::as_str) == Some(id);
            let Some(at) = objects.iter().position(is_it) else {
                return Err(ApiError::no_such(self.kind, id, "starting_after"));
            };
            objects.drain(..=at);
        }
        let mut found = objects.into_iter().filter(wanted);
        let page: Vec<Value> = found.by_ref().take(self.limit).collect();
        let has_more = found.next().is_some();
        Ok(json!({ "object": "list", "url": url, "has_more": has_more, "data": page }))
    }
}

/// Filter by customer and status.
struct Filter {
    customer: Option<String>,
    status: Option<String>,
}

impl Filter {
    fn new(statuses: &[&str], params: &mut Params) -> Result<Self, ApiError> {
        let status = params.text("status")?;
        match status.as_deref() {
            Some(other) if !statuses.contains(&other) => {
                let message = format!("Invalid status: must be one of {}", statuses.join(", "));
                Err(ApiError::invalid("status", message))
            }
            _ => Ok(Self { customer: params.text("customer")?, status }),
        }
    }

    fn matches(&self, object: &Value, fits: impl Fn(Option<&str>, &str) -> bool) -> bool {
        let text = |name| object.get(name).and_then(Value::as_str).unwrap_or_default();
        self.customer.as_deref().is_none_or(|customer| customer == text("customer"))
            && fits(self.status.as_deref(), text("status"))
    }
}

/// `GET /v1/checkout/sessions`: lists Checkout sessions, newest first.
pub(super) fn checkouts(mock: &StripeMock, mut params: Params) -> Result<Value, ApiError> {
    let page = Page::new("checkout.session", &mut params)?;
    let filter = Filter::new(&["open", "complete", "expired"], &mut params)?;
    params.finish()?;
    // Expire the sessions that are due, so that the list does not show them as open.
    mock.run_due();
    let state: &AccountState = &mock.lock();
    let mut all: Vec<_> = state.checkouts.values().collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.number));
    let objects = all.into_iter().map(|one| {
        let customer = one.customer.as_ref().and_then(|id| state.customers.get(id));
        one.object(mock.account.price(&one.price), customer, &mock.account.origin)
    });
    page.of("/v1/checkout/sessions", objects, |one| {
        filter.matches(one, |wanted, status| wanted.is_none_or(|wanted| wanted == status))
    })
}

/// The only part of a listed subscription that the mock expands.
const EXPANDED_INVOICE: &str = "data.latest_invoice";

/// `GET /v1/subscriptions`: lists subscriptions, newest first. By default, it omits canceled ones.
pub(super) fn subscriptions(mock: &StripeMock, mut params: Params) -> Result<Value, ApiError> {
    let statuses = ["active", "past_due", "unpaid", "canceled", "incomplete", "trialing", "paused", "all"];
    let page = Page::new("subscription", &mut params)?;
    let filter = Filter::new(&statuses, &mut params)?;
    let expanded = params.list("expand");
    params.finish()?;
    if let Some(other) = expanded.iter().find(|path| *path != EXPANDED_INVOICE) {
        return Err(ApiError::invalid("expand", format!("This property cannot be expanded ({other}).")));
    }
    mock.run_due();
    let state: &AccountState = &mock.lock();
    let mut all: Vec<_> = state.subscriptions.values().collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.created));
    let objects = all.into_iter().map(|one| {
        let mut object = one.object(mock.account.price(&one.price));
        let invoice = one.latest_invoice.as_ref().filter(|_| !expanded.is_empty());
        if let (Some(fields), Some(invoice)) =
            (object.as_object_mut(), invoice.and_then(|id| state.invoices.get(id)))
        {
            fields.insert("latest_invoice".to_owned(), invoice.object(mock.account.price(&invoice.price)));
        }
        object
    });
    page.of("/v1/subscriptions", objects, |one| {
        filter.matches(one, |wanted, status| match wanted {
            None => status != "canceled",
            Some("all") => true,
            Some(wanted) => wanted == status,
        })
    })
}

/// `GET /v1/prices`: lists the prices of the plans. The mock archives no price.
pub(super) fn prices(mock: &StripeMock, mut params: Params) -> Result<Value, ApiError> {
    let page = Page::new("price", &mut params)?;
    let active = params.text("active")?.is_none_or(|active| active == "true");
    params.finish()?;
    page.of("/v1/prices", mock.account.prices().into_iter().map(Price::object), |_| active)
}
