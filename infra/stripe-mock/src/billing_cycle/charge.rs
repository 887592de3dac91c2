//! Payments and failed attempts, with their effect on the subscription.

use super::super::{
    customer::Card,
    subscription::{Status, next_month},
    transition::Transition,
};

impl Transition<'_> {
    /// Charges the card on file for an invoice.
    pub(in super::super) fn charge(&mut self, invoice: &str) {
        let Some(found) = self.state.invoices.get(invoice) else { return };
        let card = self.state.customers.get(&found.customer).and_then(|customer| customer.card);
        match card {
            _ if found.amount == 0 => self.pay(invoice),
            Some(Card::Good) => self.pay(invoice),
            Some(Card::NeedsConfirmation) => self.fail(invoice, true),
            Some(Card::Declined) | None => self.fail(invoice, false),
        }
    }

    /// Marks an invoice as paid and activates its subscription if a payment was open.
    pub(in super::super) fn pay(&mut self, invoice: &str) {
        let now = self.now;
        let Some(paid) = self.state.invoices.get_mut(invoice).filter(|invoice| invoice.paid_at.is_none())
        else {
            return;
        };
        paid.paid_at = Some(now);
        paid.attempts += 1;
        paid.next_attempt = None;
        paid.needs_confirmation = false;
        let subscription = paid.subscription.clone();
        self.change(&subscription, |subscription| {
            match subscription.status {
                // Stripe bills nothing while a subscription is unpaid. If its period has ended, the
                // payment starts a new period now.
                Status::Unpaid if subscription.period_end <= now => {
                    subscription.anchor = now;
                    subscription.period_start = now;
                    subscription.period_end = next_month(now, now);
                }
                _ => {}
            }
            if matches!(subscription.status, Status::Incomplete | Status::PastDue | Status::Unpaid) {
                subscription.status = Status::Active;
            }
        });
        self.emit_invoice(invoice, &["invoice.paid", "invoice.payment_succeeded"]);
    }

    /// Records a failed attempt. Schedules a retry, or marks the subscription as unpaid.
    fn fail(&mut self, invoice: &str, needs_confirmation: bool) {
        let now = self.now;
        let Some(failed) = self.state.invoices.get_mut(invoice) else { return };
        failed.attempts += 1;
        failed.next_attempt = failed.retry_after(now);
        failed.needs_confirmation = needs_confirmation;
        let next = failed.next_attempt;
        let subscription = failed.subscription.clone();
        if needs_confirmation {
            self.emit_invoice(invoice, &["invoice.payment_action_required"]);
        }
        self.emit_invoice(invoice, &["invoice.payment_failed"]);
        self.change(&subscription, |subscription| {
            subscription.status = if next.is_some() { Status::PastDue } else { Status::Unpaid };
        });
    }

    /// Replaces the card on file. A valid card pays all open invoices immediately.
    pub(in super::super) fn update_card(&mut self, customer: &str, card: Card) {
        let Some(owner) = self.state.customers.get_mut(customer) else { return };
        let before = owner.object();
        owner.card = Some(card);
        let after = owner.object();
        self.emit_update("customer.updated", &before, &after);
        if card == Card::Good {
            self.pay_open(customer);
        }
    }

    /// Pays the open invoices of a customer, oldest first.
    pub(in super::super) fn pay_open(&mut self, customer: &str) {
        let open: Vec<String> =
            self.state.open_invoices_of(customer).iter().rev().map(|invoice| invoice.id.clone()).collect();
        for invoice in open {
            self.pay(&invoice);
        }
    }
}
