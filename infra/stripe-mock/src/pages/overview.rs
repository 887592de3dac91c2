//! Overview page: customers, and the delivery state of the newest events.

use maud::html;
use serde_json::Value;

use super::{
    Page,
    frame::{badge, page},
};
use crate::{StripeMock, words::overview as words};

/// Maximum number of events on the page.
const MAX_EVENTS: usize = 50;

/// `GET /`: shows the overview.
pub(super) fn show(mock: &StripeMock) -> Page {
    let events = mock.events();
    let (held, waiting) = mock.undelivered();
    let state = mock.lock();
    let text =
        |event: &Value, name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let content = html! {
        h1 { (words::HEADING) }
        section {
            h2 { (words::CUSTOMERS) }
            @if state.customers.is_empty() { p.quiet { (words::NO_CUSTOMERS) } }
            @else {
                div.scroll { table {
                    thead { tr { th { (words::CUSTOMER) } th { (words::EMAIL) } th { (words::SUBSCRIPTIONS) } } }
                    tbody { @for customer in state.customers.values() { tr {
                        td { code { (customer.id) } @if customer.deleted { (words::DELETED) } }
                        td { @if let Some(email) = &customer.email { (email) } }
                        td { @for one in state.subscriptions_of(&customer.id) { (badge(one.status.as_str())) " " } }
                    } } }
                } }
            }
        }
        section {
            h2 { (words::EVENTS) }
            p.quiet { (words::delivery(state.mode.as_str(), held, waiting)) }
            div.scroll { table {
                thead { tr { th { (words::TYPE) } th { (words::ID) } th { (words::DELIVERY) } } }
                tbody { @for event in events.iter().rev().take(MAX_EVENTS) { tr {
                    @let id = text(event, "id");
                    td { (text(event, "type")) }
                    td { code { (id) } }
                    td { @match state.deliveries.iter().find(|delivery| delivery.id() == id) {
                        None if !state.was_delivered(&id) => (words::GIVEN_UP),
                        None => (words::DELIVERED),
                        Some(delivery) if delivery.held => (words::HELD),
                        Some(delivery) if delivery.tries > 0 => (words::failed(delivery.tries)),
                        Some(_) => (words::IN_TRANSIT),
                    } }
                } } }
            } }
        }
    };
    Page::Show(page(words::TITLE, &content))
}
