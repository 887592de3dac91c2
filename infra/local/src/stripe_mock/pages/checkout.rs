//! Checkout: what is bought, and cards that behave in known ways.

use maud::{Markup, html};

use super::frame::{date, page};
use super::{Fields, Page};
use crate::stripe_mock::StripeMock;
use crate::stripe_mock::customer::{Card, Customer};
use crate::stripe_mock::price::{Price, money};
use crate::stripe_mock::session::{CheckoutSession, Progress};

/// What somebody at the till can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    /// The payment goes through; the card behaves so from then on.
    Pay(Card),
    /// The bank refuses.
    Decline,
    /// The bank asks.
    Ask,
    /// The bank's question was answered with no.
    Refuse,
    /// Leave.
    Cancel,
}

/// The value of each button.
const CHOICES: [(&str, Choice); 6] = [
    ("pay", Choice::Pay(Card::Good)),
    ("pay_once", Choice::Pay(Card::Declined)),
    ("decline", Choice::Decline),
    ("ask", Choice::Ask),
    ("refuse", Choice::Refuse),
    ("cancel", Choice::Cancel),
];

/// `GET /c/pay/{session}`
pub(super) fn show(standin: &StripeMock, id: &str, query: &Fields) -> Page {
    let book = standin.lock();
    let Some(session) = book.checkouts.get(id) else { return Page::Missing };
    let content = match session.progress {
        Progress::Open => {
            let customer = session.customer.as_deref().and_then(|id| book.customer(id));
            let step = query.get("step").map_or("", String::as_str);
            till(session, standin.account.price(&session.price), customer, step)
        }
        Progress::Complete => html! {
            h1 { "This Checkout is complete" }
            p { a href=(session.success()) { "Continue" } }
        },
        Progress::Expired => html! {
            h1 { "This Checkout has expired" }
            p { "Nothing was charged. A Checkout stays open for 24 hours." }
            @if let Some(url) = &session.cancel_url { p { a href=(url) { "Go back" } } }
        },
    };
    Page::Show(page("Checkout", &content))
}

/// `POST /c/pay/{session}`
pub(super) fn choose(standin: &StripeMock, id: &str, form: &Fields) -> Page {
    let given = form.get("choice").map_or("", String::as_str);
    let Some(choice) = CHOICES.iter().find(|(value, _)| *value == given).map(|(_, choice)| *choice) else {
        return Page::Missing;
    };
    let Some(session) = standin.lock().checkouts.get(id).cloned() else { return Page::Missing };
    let step = |step: &str| Page::Go(format!("{}?step={step}", session.path()));
    match choice {
        Choice::Pay(card) => {
            // A visitor may come late, before the clockwork noticed that the time is over.
            standin.live();
            match standin.transition(standin.clock.now(), |turn| turn.complete(id, card)) {
                Some(session) if session.progress == Progress::Complete => Page::Go(session.success()),
                _ => Page::Go(session.path()),
            }
        }
        Choice::Decline => step("declined"),
        Choice::Ask => step("confirm"),
        Choice::Refuse => step("refused"),
        Choice::Cancel => Page::Go(session.cancel_url.unwrap_or_else(|| "/".to_owned())),
    }
}

fn till(session: &CheckoutSession, price: &Price, customer: Option<&Customer>, step: &str) -> Markup {
    html! {
        h1 { "Subscribe to " (price.name) }
        section { (summary(session, price)) }
        @match step {
            "declined" => p.alert role="alert" { "Your card was declined. Nothing was charged; try another one." },
            "refused" => p.alert role="alert" { "The bank did not confirm the payment. Nothing was charged." },
            _ => {}
        }
        section {
            @if let Some(email) = customer.and_then(|customer| customer.email.as_deref()) {
                p.quiet { "Paying as " (email) }
            }
            @if step == "confirm" { (question()) } @else { (cards(session)) }
        }
    }
}

fn summary(session: &CheckoutSession, price: &Price) -> Markup {
    let total = price.amount * i64::from(session.quantity);
    html! {
        p { (session.quantity) " × " (price.name) ", " (money(price.amount)) " a month" }
        @match session.trial_end {
            Some(end) => {
                p.amount { (money(0)) " today" }
                p { "Your trial goes on until " (date(end)) ". Then " (money(total)) " a month." }
            }
            None => p.amount { (money(total)) " today" },
        }
    }
}

fn cards(session: &CheckoutSession) -> Markup {
    let pay = if session.trial_end.is_some() { "Start with a good card" } else { "Pay with a good card" };
    html! {
        h2 { "Choose what your card does" }
        form.stack method="post" {
            button.primary name="choice" value="pay" { (pay) }
            button name="choice" value="pay_once" {
                "A card that fails at the next charge"
                small { "Works today; the renewal, or the end of the trial, finds it declined" }
            }
            button name="choice" value="decline" { "Card is declined" }
            button name="choice" value="ask" { "Bank asks for confirmation" }
            button name="choice" value="cancel" { "Cancel" }
        }
    }
}

fn question() -> Markup {
    html! {
        h2 { "Your bank asks: is this you?" }
        form.stack method="post" {
            button.primary name="choice" value="pay" { "Confirm the payment" }
            button name="choice" value="refuse" { "Fail the confirmation" }
        }
    }
}
