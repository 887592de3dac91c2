//! Billing portal page: subscriptions, card, and invoices of one customer.

use maud::{Markup, html};

use super::{
    Fields, Page,
    frame::{badge, date, page},
};
use crate::{
    StripeMock,
    account::Account,
    account_state::AccountState,
    customer::{Card, Customer},
    invoice::Invoice,
    price::money,
    session::PortalSession,
    subscription::Subscription,
    words::portal as words,
};

/// Options of the card field, with their labels.
const CARDS: [(Card, &str); 3] = [
    (Card::Good, words::CARD_VALID),
    (Card::Declined, words::CARD_DECLINED),
    (Card::NeedsConfirmation, words::CARD_CONFIRMS),
];

/// `GET /p/session/{session}`: shows the portal of the session's customer.
pub(super) fn show(mock: &StripeMock, id: &str) -> Page {
    let state = mock.lock();
    let Some(session) = state.portals.get(id) else { return Page::NotFound };
    let content = html! {
        h1 { (words::TITLE) }
        @match state.customer(&session.customer) {
            Some(customer) => (portal_page(&state, &mock.account, customer)),
            None => p { (words::CUSTOMER_DELETED) },
        }
        (return_link(session))
    };
    Page::Show(page(words::TITLE, &content))
}

/// `POST /p/session/{session}`: performs the action of a button, and redirects to the portal.
pub(super) fn act(mock: &StripeMock, id: &str, form: &Fields) -> Page {
    let session = mock.lock().portals.get(id).cloned();
    let Some(session) = session else { return Page::NotFound };
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let customer = session.customer.as_str();
    let subscription = field("subscription");
    let done = mock.transition(mock.clock.now(), |transition| {
        let exists = transition.state.customer(customer).is_some();
        // A portal session gives access only to the subscriptions of its customer.
        let owned =
            || transition.state.subscriptions.get(subscription).is_some_and(|one| one.customer == customer);
        match field("do") {
            "change_plan" if exists && owned() => transition.change_plan(subscription, field("price")),
            "cancel_at_period_end" if exists && owned() => {
                transition.cancel_at_period_end(subscription, true)
            }
            "keep" if exists && owned() => transition.cancel_at_period_end(subscription, false),
            "cancel_now" if exists && owned() => transition.cancel(subscription),
            "confirm" if exists => transition.pay_open(customer),
            "delete" if exists => transition.delete_customer(customer),
            "update_card" if exists => match Card::parse(field("card")) {
                Some(card) => transition.update_card(customer, card),
                None => return false,
            },
            _ => return false,
        }
        true
    });
    if done { Page::Redirect(session.path()) } else { Page::NotFound }
}

fn portal_page(state: &AccountState, account: &Account, customer: &Customer) -> Markup {
    let open = state.open_invoices_of(&customer.id);
    html! {
        p.quiet {
            @if let Some(email) = &customer.email { (email) " · " }
            code { (customer.id) }
        }
        @if open.iter().any(|invoice| invoice.needs_confirmation) {
            section {
                p.alert { (words::CONFIRMATION_NEEDED) }
                form method="post" { button.primary name="do" value="confirm" { (words::CONFIRM) } }
            }
        } @else if !open.is_empty() {
            p.alert { (words::PAYMENT_FAILED) }
        }
        @for one in state.subscriptions_of(&customer.id) { (subscription(account, one)) }
        section {
            h2 { (words::CARD) }
            form method="post" {
                select name="card" aria-label=(words::CARD) {
                    @for (card, label) in CARDS {
                        option value=(card.as_str()) selected[customer.card == Some(card)] { (label) }
                    }
                }
                button name="do" value="update_card" { (words::UPDATE_CARD) }
            }
        }
        (invoices(&state.invoices_of(&customer.id)))
        section {
            h2 { (words::DELETE) }
            p.quiet { (words::DELETE_LEAD) }
            form method="post" { button.danger name="do" value="delete" { (words::DELETE_CUSTOMER) } }
        }
    }
}

fn subscription(account: &Account, one: &Subscription) -> Markup {
    let price = account.price(&one.price);
    html! {
        section {
            h2 { (price.name) " " (badge(one.status.as_str())) }
            p {
                (words::per_month(&money(price.amount * i64::from(one.quantity))))
                @match one.ended_at {
                    Some(ended) => (words::ended_on(&date(ended))),
                    None if one.cancel_at_period_end => (words::ends_on(&date(one.period_end))),
                    None => (words::next_charge_on(&date(one.period_end))),
                }
            }
            @if one.is_alive() {
                form method="post" {
                    input type="hidden" name="subscription" value=(one.id);
                    select name="price" aria-label=(words::PLAN) {
                        @for other in account.prices() {
                            option value=(other.id) selected[other.id == one.price] {
                                (words::plan_option(other.name, &money(other.amount)))
                            }
                        }
                    }
                    button name="do" value="change_plan" { (words::CHANGE_PLAN) }
                }
                form method="post" {
                    input type="hidden" name="subscription" value=(one.id);
                    @if one.cancel_at_period_end {
                        button name="do" value="keep" { (words::KEEP) }
                    } @else {
                        button name="do" value="cancel_at_period_end" { (words::CANCEL_AT_PERIOD_END) }
                    }
                    button.danger name="do" value="cancel_now" { (words::CANCEL_NOW) }
                }
            }
        }
    }
}

fn invoices(all: &[&Invoice]) -> Markup {
    html! {
        section {
            h2 { (words::INVOICES) }
            @if all.is_empty() { p.quiet { (words::NO_INVOICES) } } @else {
                div.scroll {
                    table {
                        thead { tr { @for name in words::INVOICE_COLUMNS { th { (name) } } } }
                        tbody {
                            @for invoice in all {
                                tr {
                                    td { (invoice.number) }
                                    td { (date(invoice.created)) }
                                    td { (money(invoice.amount)) }
                                    td { (badge(if invoice.paid_at.is_some() { "paid" } else { "open" })) }
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

fn return_link(session: &PortalSession) -> Markup {
    html! {
        @if let Some(url) = &session.return_url { p { a href=(url) { (words::RETURN) } } }
    }
}
