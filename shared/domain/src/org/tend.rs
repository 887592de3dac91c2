//! Keeping the mails of an organization few, however many of its invoices are open.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};

use super::Org;
use crate::{
    billing::{Invoice, InvoiceId},
    delivery::Delivery,
    notice::NoticeKey,
    trial::add,
};

/// The most notices of payments that wait for a sender at one time. The others follow as these go out.
const MOST_WAITING: usize = 20;
/// The most notices of payments that are kept once nothing is to be done about them: SES may still speak of the newest.
const MOST_AT_REST: usize = 20;
/// How long a reminder is kept after the end that it spoke of.
const REMINDERS_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

impl Org {
    /// Asks for the payments that are awaited, and folds what is known of mails and invoices beyond the newest ones. To
    /// be called after every change of either.
    pub fn tend_mail(&mut self, now: Timestamp) {
        self.ask_for_payments(now);
        self.fold_notices(now);
        let Self { billing, outbox, .. } = self;
        billing.fold_invoices(|billing, id, invoice| {
            let key = NoticeKey::PaymentFailed { invoice: id.clone() };
            // The mail is kept, or is still to be written.
            outbox.0.contains_key(&key)
                || (billing.awaited_payment(id).is_some() && !billing.was_mailed(id, invoice))
        });
    }

    /// One notice for each invoice, so many at a time.
    fn ask_for_payments(&mut self, now: Timestamp) {
        let waiting = self.payment_notices().filter(|(_, since)| since.is_none()).count();
        let unwritten = |id: &InvoiceId, invoice: &Invoice| {
            let key = NoticeKey::PaymentFailed { invoice: id.clone() };
            !self.outbox.0.contains_key(&key) && !self.billing.was_mailed(id, invoice)
        };
        let awaited: Vec<InvoiceId> = self
            .billing
            .invoices
            .iter()
            .filter(|(id, invoice)| self.billing.awaited_payment(id).is_some() && unwritten(id, invoice))
            .map(|(id, _)| id.clone())
            .take(MOST_WAITING.saturating_sub(waiting))
            .collect();
        for invoice in awaited {
            self.enqueue_notice(NoticeKey::PaymentFailed { invoice }, now);
        }
    }

    fn fold_notices(&mut self, now: Timestamp) {
        let trial = self.trial.as_ref().map(|trial| trial.ends_at);
        self.outbox.0.retain(|key, recipients| {
            let NoticeKey::TrialEnding { ends_at, .. } = key else { return true };
            trial == Some(*ends_at)
                || add(*ends_at, REMINDERS_KEPT) > now
                || recipients.values().any(|it| it.at_rest_since().is_none())
        });
        let mut at_rest: Vec<(Timestamp, InvoiceId)> =
            self.payment_notices().filter_map(|(id, since)| Some((since?, id.clone()))).collect();
        at_rest.sort_by_key(|it| Reverse(it.clone()));
        for (_, invoice) in at_rest.into_iter().skip(MOST_AT_REST) {
            self.billing.mark_mailed(&invoice);
            self.outbox.0.remove(&NoticeKey::PaymentFailed { invoice });
        }
    }

    /// The invoices that admins are or were written to about, and since when that is done with for all of them.
    fn payment_notices(&self) -> impl Iterator<Item = (&InvoiceId, Option<Timestamp>)> {
        self.outbox.0.iter().filter_map(|(key, recipients)| {
            let NoticeKey::PaymentFailed { invoice } = key else { return None };
            let mut since = recipients.values().map(Delivery::at_rest_since);
            let since = since.try_fold(Timestamp::UNIX_EPOCH, |last, since| Some(last.max(since?)));
            Some((invoice, since))
        })
    }
}
