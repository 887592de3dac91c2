//! The portal: what a customer can do about its subscriptions, card and invoices.

use maud::{Markup, html};

use super::frame::{date, page, state};
use super::{Fields, Page};
use crate::stripe_mock::StripeMock;
use crate::stripe_mock::account::Account;
use crate::stripe_mock::account_state::AccountState;
use crate::stripe_mock::customer::{Card, Customer};
use crate::stripe_mock::invoice::Invoice;
use crate::stripe_mock::price::money;
use crate::stripe_mock::session::PortalSession;
use crate::stripe_mock::subscription::Subscription;

/// The cards that a customer can leave.
const CARDS: [(Card, &str); 3] = [
    (Card::Good, "A good card: pays what is open now"),
    (Card::Declined, "A card that is declined from now on"),
    (Card::NeedsConfirmation, "A card whose bank asks at each renewal"),
];

/// `GET /p/session/{session}`
pub(super) fn show(standin: &StripeMock, id: &str) -> Page {
    let book = standin.lock();
    let Some(session) = book.portals.get(id) else { return Page::Missing };
    let content = html! {
        h1 { "Billing" }
        @match book.customer(&session.customer) {
            Some(customer) => (portal_page(&book, &standin.account, customer)),
            None => p { "This customer was deleted." },
        }
        (way_back(session))
    };
    Page::Show(page("Billing", &content))
}

/// `POST /p/session/{session}`: does what a button says, and shows the portal again.
pub(super) fn act(standin: &StripeMock, id: &str, form: &Fields) -> Page {
    let session = standin.lock().portals.get(id).cloned();
    let Some(session) = session else { return Page::Missing };
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let customer = session.customer.as_str();
    let subscription = field("subscription");
    let done = standin.transition(standin.clock.now(), |turn| {
        let known = turn.book.customer(customer).is_some();
        // A visit is one customer's: it reaches no other one's subscriptions.
        let owned = || turn.book.subscriptions.get(subscription).is_some_and(|one| one.customer == customer);
        match field("do") {
            "change_plan" if known && owned() => turn.change_plan(subscription, field("price")),
            "cancel_at_period_end" if known && owned() => turn.cancel_at_period_end(subscription, true),
            "keep" if known && owned() => turn.cancel_at_period_end(subscription, false),
            "cancel_now" if known && owned() => turn.cancel(subscription),
            "confirm" if known => turn.pay_open(customer),
            "delete" if known => turn.delete_customer(customer),
            "update_card" if known => match Card::parse(field("card")) {
                Some(card) => turn.update_card(customer, card),
                None => return false,
            },
            _ => return false,
        }
        true
    });
    if done { Page::Go(session.path()) } else { Page::Missing }
}

fn portal_page(book: &AccountState, account: &Account, customer: &Customer) -> Markup {
    let open = book.open_invoices_of(&customer.id);
    html! {
        p.quiet {
            @if let Some(email) = &customer.email { (email) " · " }
            code { (customer.id) }
        }
        @if open.iter().any(|invoice| invoice.needs_confirmation) {
            section {
                p.alert { "Your bank wants you to confirm a payment." }
                form method="post" { button.primary name="do" value="confirm" { "Confirm the payment" } }
            }
        } @else if !open.is_empty() {
            p.alert { "A payment failed. A good card pays it at once." }
        }
        @for one in book.subscriptions_of(&customer.id) { (subscription(account, one)) }
        section {
            h2 { "Card" }
            form method="post" {
                select name="card" aria-label="Card" {
                    @for (card, label) in CARDS {
                        option value=(card.as_str()) selected[customer.card == Some(card)] { (label) }
                    }
                }
                button name="do" value="update_card" { "Update card" }
            }
        }
        (invoices(&book.invoices_of(&customer.id)))
        section {
            h2 { "Delete" }
            p.quiet { "Deletes the customer at Stripe, with its subscriptions." }
            form method="post" { button.danger name="do" value="delete" { "Delete customer" } }
        }
    }
}

fn subscription(account: &Account, one: &Subscription) -> Markup {
    let price = account.price(&one.price);
    html! {
        section {
            h2 { (price.name) " " (state(one.status.as_str())) }
            p {
                (money(price.amount * i64::from(one.quantity))) " a month"
                @match one.ended_at {
                    Some(ended) => { " · ended on " (date(ended)) }
                    None if one.cancel_at_period_end => { " · ends on " (date(one.period_end)) }
                    None => { " · next charge on " (date(one.period_end)) }
                }
            }
            @if one.is_alive() {
                form method="post" {
                    input type="hidden" name="subscription" value=(one.id);
                    select name="price" aria-label="Plan" {
                        @for other in account.prices() {
                            option value=(other.id) selected[other.id == one.price] {
                                (other.name) ", " (money(other.amount))
                            }
                        }
                    }
                    button name="do" value="change_plan" { "Change plan" }
                }
                form method="post" {
                    input type="hidden" name="subscription" value=(one.id);
                    @if one.cancel_at_period_end {
                        button name="do" value="keep" { "Do not cancel" }
                    } @else {
                        button name="do" value="cancel_at_period_end" { "Cancel at the end of the period" }
                    }
                    button.danger name="do" value="cancel_now" { "Cancel now" }
                }
            }
        }
    }
}

fn invoices(all: &[&Invoice]) -> Markup {
    html! {
        section {
            h2 { "Invoices" }
            @if all.is_empty() { p.quiet { "None yet." } } @else {
                div.scroll {
                    table {
                        thead { tr { th { "Number" } th { "Date" } th { "Amount" } th { "State" } th { "Next try" } } }
                        tbody {
                            @for invoice in all {
                                tr {
                                    td { (invoice.number) }
                                    td { (date(invoice.created)) }
                                    td { (money(invoice.amount)) }
                                    td { (state(if invoice.paid_at.is_some() { "paid" } else { "open" })) }
                                    td { @if let Some(next) = invoice.next_attempt { (date(next)) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn way_back(session: &PortalSession) -> Markup {
    html! {
        @if let Some(url) = &session.return_url { p { a href=(url) { "← Return" } } }
    }
}
