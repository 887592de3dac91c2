//! Checkout page: order summary, and buttons for cards with different results.

use maud::{Markup, html};

use super::{
    Fields, Page,
    frame::{date, page},
};
use crate::{
    StripeMock,
    customer::{Card, Customer},
    price::{Price, money},
    session::{CheckoutSession, Progress},
    words::checkout as words,
};

/// Action of the user on the Checkout page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    /// The payment succeeds, and the card is the card on file.
    Pay(Card),
    /// The bank declines the card.
    Decline,
    /// The bank asks the user for confirmation.
    Ask,
    /// The user rejects the payment at the bank.
    Refuse,
    /// The user leaves the page.
    Cancel,
}

/// Form values of the buttons.
const CHOICES: [(&str, Choice); 6] = [
    ("pay", Choice::Pay(Card::Good)),
    ("pay_once", Choice::Pay(Card::Declined)),
    ("decline", Choice::Decline),
    ("ask", Choice::Ask),
    ("refuse", Choice::Refuse),
    ("cancel", Choice::Cancel),
];

/// `GET /c/pay/{session}`: shows a Checkout session in its current state.
pub(super) fn show(mock: &StripeMock, id: &str, query: &Fields) -> Page {
    let state = mock.lock();
    let Some(session) = state.checkouts.get(id) else { return Page::NotFound };
    let content = match session.progress {
        Progress::Open => {
            let customer = session.customer.as_deref().and_then(|id| state.customer(id));
            let step = query.get("step").map_or("", String::as_str);
            order_page(session, mock.account.price(&session.price), customer, step)
        }
        Progress::Complete => html! {
            h1 { (words::COMPLETE) }
            p { a href=(session.success()) { (words::CONTINUE) } }
        },
        Progress::Expired => html! {
            h1 { (words::EXPIRED) }
            p { (words::EXPIRED_LEAD) }
            @if let Some(url) = &session.cancel_url { p { a href=(url) { (words::BACK) } } }
        },
    };
    Page::Show(page(words::TITLE, &content))
}

/// `POST /c/pay/{session}`: performs the action of a button, and redirects.
pub(super) fn choose(mock: &StripeMock, id: &str, form: &Fields) -> Page {
    let given = form.get("choice").map_or("", String::as_str);
    let Some(choice) = CHOICES.iter().find(|(value, _)| *value == given).map(|(_, choice)| *choice) else {
        return Page::NotFound;
    };
    let Some(session) = mock.lock().checkouts.get(id).cloned() else { return Page::NotFound };
    let step = |step: &str| Page::Redirect(format!("{}?step={step}", session.path()));
    match choice {
        Choice::Pay(card) => {
            // The session may have expired since the sender last applied the due changes.
            mock.run_due();
            match mock.transition(mock.clock.now(), |transition| transition.complete(id, card)) {
                Some(session) if session.progress == Progress::Complete => Page::Redirect(session.success()),
                _ => Page::Redirect(session.path()),
            }
        }
        Choice::Decline => step("declined"),
        Choice::Ask => step("confirm"),
        Choice::Refuse => step("refused"),
        Choice::Cancel => Page::Redirect(session.cancel_url.unwrap_or_else(|| "/".to_owned())),
    }
}

fn order_page(session: &CheckoutSession, price: &Price, customer: Option<&Customer>, step: &str) -> Markup {
    html! {
        h1 { (words::heading(price.name)) }
        section { (summary(session, price)) }
        @match step {
            "declined" => p.alert role="alert" { (words::DECLINED) },
            "refused" => p.alert role="alert" { (words::NOT_CONFIRMED) },
            _ => {}
        }
        section {
            @if let Some(email) = customer.and_then(|customer| customer.email.as_deref()) {
                p.quiet { (words::paying_as(email)) }
            }
            @if step == "confirm" { (bank_confirmation()) } @else { (cards(session)) }
        }
    }
}

fn summary(session: &CheckoutSession, price: &Price) -> Markup {
    let total = price.amount * i64::from(session.quantity);
    html! {
        p { (words::item(session.quantity, price.name, &money(price.amount))) }
        @match session.trial_end {
            Some(end) => {
                p.amount { (words::today(&money(0))) }
                p { (words::trial(&date(end), &money(total))) }
            }
            None => p.amount { (words::today(&money(total))) },
        }
    }
}

fn cards(session: &CheckoutSession) -> Markup {
    let pay = if session.trial_end.is_some() { words::START_VALID } else { words::PAY_VALID };
    html! {
        h2 { (words::CARDS) }
        form.stack method="post" {
            button.primary name="choice" value="pay" { (pay) }
            button name="choice" value="pay_once" {
                (words::CARD_FAILS_LATER)
                small { (words::CARD_FAILS_LATER_LEAD) }
            }
            button name="choice" value="decline" { (words::CARD_DECLINED) }
            button name="choice" value="ask" { (words::BANK_CONFIRMS) }
            button name="choice" value="cancel" { (words::CANCEL) }
        }
    }
}

fn bank_confirmation() -> Markup {
    html! {
        h2 { (words::BANK) }
        form.stack method="post" {
            button.primary name="choice" value="pay" { (words::CONFIRM) }
            button name="choice" value="refuse" { (words::REJECT) }
        }
    }
}
