//! Texts of the hosted pages, of plan names, and of invoice lines.

pub(super) mod plan {
    pub(crate) const SINGLE: &str = "Single user";
    pub(crate) const TEAM: &str = "Team";
}

pub(super) mod invoice {
    pub(crate) fn trial_line(plan: &str) -> String {
        format!("Trial period for {plan}")
    }

    pub(crate) fn line(quantity: u32, plan: &str, price: &str) -> String {
        format!("{quantity} × {plan} (at {price} / month)")
    }
}

/// Texts that all pages share.
pub(super) mod frame {
    pub(crate) const NOTICE: &str = "Local Stripe mock";
    pub(crate) const NOTICE_DETAIL: &str = " — no real payments";
    pub(crate) const NOT_FOUND_TITLE: &str = "Not found";
    pub(crate) const NOT_FOUND: &str = "Page not found";
    pub(crate) const NOT_FOUND_LEAD: &str = "This page does not exist in the mock, or its data was reset.";
    pub(crate) const OVERVIEW: &str = "Overview";
    pub(crate) const REDIRECT_TITLE: &str = "See other";
    pub(crate) const CONTINUE: &str = "Continue";
}

pub(super) mod overview {
    pub(crate) const TITLE: &str = "Local Stripe mock";
    pub(crate) const HEADING: &str = "Customers and events";
    pub(crate) const CUSTOMERS: &str = "Customers";
    pub(crate) const NO_CUSTOMERS: &str = "None yet. The first Checkout creates one.";
    pub(crate) const CUSTOMER: &str = "Customer";
    pub(crate) const EMAIL: &str = "Email";
    pub(crate) const SUBSCRIPTIONS: &str = "Subscriptions";
    pub(crate) const DELETED: &str = " (deleted)";
    pub(crate) const EVENTS: &str = "Events, newest first";
    pub(crate) const TYPE: &str = "Type";
    pub(crate) const ID: &str = "ID";
    pub(crate) const DELIVERY: &str = "Delivery";
    pub(crate) const GIVEN_UP: &str = "given up";
    pub(crate) const DELIVERED: &str = "delivered";
    pub(crate) const HELD: &str = "held";
    pub(crate) const IN_TRANSIT: &str = "in transit";

    pub(crate) fn delivery(mode: &str, held: usize, in_transit: usize) -> String {
        format!("Delivery: {mode} · {held} held · {in_transit} in transit")
    }

    pub(crate) fn failed(attempts: usize) -> String {
        format!("{attempts} failed")
    }
}

pub(super) mod checkout {
    pub(crate) const TITLE: &str = "Checkout";
    pub(crate) const COMPLETE: &str = "Checkout complete";
    pub(crate) const CONTINUE: &str = "Continue";
    pub(crate) const EXPIRED: &str = "This Checkout has expired";
    pub(crate) const EXPIRED_LEAD: &str = "Nothing was charged. A Checkout session expires after 24 hours.";
    pub(crate) const BACK: &str = "Go back";
    pub(crate) const DECLINED: &str = "Your card was declined and was not charged. Try another card.";
    pub(crate) const NOT_CONFIRMED: &str = "The payment was not confirmed. Nothing was charged.";
    pub(crate) const START_VALID: &str = "Start with a valid card";
    pub(crate) const PAY_VALID: &str = "Pay with a valid card";
    pub(crate) const CARDS: &str = "Choose the card behavior";
    pub(crate) const CARD_FAILS_LATER: &str = "Card that fails on the next charge";
    pub(crate) const CARD_FAILS_LATER_LEAD: &str =
        "Succeeds today; declined on renewal or when the trial ends";
    pub(crate) const CARD_DECLINED: &str = "Card declined";
    pub(crate) const BANK_CONFIRMS: &str = "Bank requires confirmation";
    pub(crate) const CANCEL: &str = "Cancel";
    pub(crate) const BANK: &str = "Your bank asks: did you make this payment?";
    pub(crate) const CONFIRM: &str = "Confirm the payment";
    pub(crate) const REJECT: &str = "Reject the payment";

    pub(crate) fn heading(plan: &str) -> String {
        format!("Subscribe to {plan}")
    }

    pub(crate) fn paying_as(email: &str) -> String {
        format!("Paying as {email}")
    }

    pub(crate) fn item(quantity: u32, plan: &str, price: &str) -> String {
        format!("{quantity} × {plan}, {price} per month")
    }

    pub(crate) fn today(amount: &str) -> String {
        format!("{amount} today")
    }

    pub(crate) fn trial(end: &str, amount: &str) -> String {
        format!("Your trial continues until {end}. After that, {amount} per month.")
    }
}

pub(super) mod portal {
    pub(crate) const TITLE: &str = "Billing";
    pub(crate) const CUSTOMER_DELETED: &str = "This customer was deleted.";
    pub(crate) const CONFIRMATION_NEEDED: &str = "Your bank needs you to confirm a payment.";
    pub(crate) const CONFIRM: &str = "Confirm the payment";
    pub(crate) const PAYMENT_FAILED: &str = "A payment failed. A valid card pays it immediately.";
    pub(crate) const CARD: &str = "Card";
    pub(crate) const CARD_VALID: &str = "Valid card: pays open invoices now";
    pub(crate) const CARD_DECLINED: &str = "Card that is declined from now on";
    pub(crate) const CARD_CONFIRMS: &str = "Card that requires confirmation on each renewal";
    pub(crate) const UPDATE_CARD: &str = "Update card";
    pub(crate) const DELETE: &str = "Delete";
    pub(crate) const DELETE_LEAD: &str = "Deletes the customer and its subscriptions in Stripe.";
    pub(crate) const DELETE_CUSTOMER: &str = "Delete customer";
    pub(crate) const PLAN: &str = "Plan";
    pub(crate) const CHANGE_PLAN: &str = "Change plan";
    pub(crate) const KEEP: &str = "Keep subscription";
    pub(crate) const CANCEL_AT_PERIOD_END: &str = "Cancel at period end";
    pub(crate) const CANCEL_NOW: &str = "Cancel now";
    pub(crate) const INVOICES: &str = "Invoices";
    pub(crate) const NO_INVOICES: &str = "None yet.";
    pub(crate) const INVOICE_COLUMNS: [&str; 5] = ["Number", "Date", "Amount", "Status", "Next attempt"];
    pub(crate) const RETURN: &str = "← Return";

    pub(crate) fn per_month(amount: &str) -> String {
        format!("{amount} per month")
    }

    pub(crate) fn ended_on(date: &str) -> String {
        format!(" · ended on {date}")
    }

    pub(crate) fn ends_on(date: &str) -> String {
        format!(" · ends on {date}")
    }

    pub(crate) fn next_charge_on(date: &str) -> String {
        format!(" · next charge on {date}")
    }

    pub(crate) fn plan_option(plan: &str, price: &str) -> String {
        format!("{plan}, {price}")
    }
}
