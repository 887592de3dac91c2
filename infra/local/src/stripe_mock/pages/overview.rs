//! The overview: who the customers are, and what was sent.

use maud::html;

use super::Page;
use super::frame::{page, state};
use crate::stripe_mock::StripeMock;
use serde_json::Value;

/// So many events are shown.
const EVENTS: usize = 50;

/// `GET /`
pub(super) fn show(standin: &StripeMock) -> Page {
    let events = standin.events();
    let (held, waiting) = standin.waiting();
    let book = standin.lock();
    let text =
        |event: &Value, name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let content = html! {
        h1 { "Customers and events" }
        section {
            h2 { "Customers" }
            @if book.customers.is_empty() { p.quiet { "None yet: they come with the first Checkout." } }
            @else {
                div.scroll { table {
                    thead { tr { th { "Customer" } th { "Address" } th { "Subscriptions" } } }
                    tbody { @for customer in book.customers.values() { tr {
                        td { code { (customer.id) } @if customer.deleted { " (deleted)" } }
                        td { @if let Some(email) = &customer.email { (email) } }
                        td { @for one in book.subscriptions_of(&customer.id) { (state(one.status.as_str())) " " } }
                    } } }
                } }
            }
        }
        section {
            h2 { "Events, newest first" }
            p.quiet { "Delivery: " (book.mode.as_str()) " · " (held) " held · " (waiting) " on their way" }
            div.scroll { table {
                thead { tr { th { "Type" } th { "Id" } th { "Delivery" } } }
                tbody { @for event in events.iter().rev().take(EVENTS) { tr {
                    @let id = text(event, "id");
                    td { (text(event, "type")) }
                    td { code { (id) } }
                    td { @match book.parcels.iter().find(|parcel| parcel.id() == id) {
                        None if !book.was_delivered(&id) => "given up",
                        None => "delivered",
                        Some(parcel) if parcel.held => "held",
                        Some(parcel) if parcel.tries > 0 => { (parcel.tries) " failed" }
                        Some(_) => "on its way",
                    } }
                } } }
            } }
        }
    };
    Page::Show(page("Local stand-in for Stripe", &content))
}
