//! Limits the number of stored notices, even if very many invoices are open.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};

use crate::org::Org;
use crate::{
    billing::{Invoice, InvoiceId},
    mail::{Delivery, NoticeKey},
    time::add,
};

/// Maximum number of payment notices whose emails are not all finished. When one of these notices
/// is finished, another notice can be enqueued.
const MAX_WAITING: usize = 20;
/// Maximum number of finished payment notices that stay in the outbox. They stay because SES can
/// still report events for their emails.
const MAX_FINISHED: usize = 20;
/// How long a reminder is kept after the trial end that it announced.
const REMINDER_RETENTION: SignedDuration = SignedDuration::from_hours(90 * 24);

impl Org {
    /// Enqueues notices for unpaid invoices. Removes notices and invoices above the maximum
    /// numbers.
    ///
    /// Callers run it after every change of billing or of the outbox.
    pub fn update_payment_notices(&mut self, now: Timestamp) {
        self.enqueue_payment_notices(now);
        self.fold_notices(now);
        let Self { billing, outbox, .. } = self;
        billing.fold_invoices(|billing, id, invoice| {
            let key = NoticeKey::PaymentFailed { invoice: id.clone() };
            // Keeps the invoice while the outbox contains its notice, or while its notice must
            // still be enqueued.
            outbox.0.contains_key(&key)
                || (billing.awaited_payment(id, now).is_some() && !billing.was_mailed(id, invoice))
        });
    }

    /// Enqueues one notice for each unpaid invoice without a notice, while fewer than
    /// [`MAX_WAITING`] payment notices are unfinished.
    fn enqueue_payment_notices(&mut self, now: Timestamp) {
        let waiting = self.payment_notices().filter(|(_, since)| since.is_none()).count();
        let without_notice = |id: &InvoiceId, invoice: &Invoice| {
            let key = NoticeKey::PaymentFailed { invoice: id.clone() };
            !self.outbox.0.contains_key(&key) && !self.billing.was_mailed(id, invoice)
        };
        let awaited: Vec<InvoiceId> = self
            .billing
            .invoices
            .iter()
            .filter(|(id, invoice)| {
                self.billing.awaited_payment(id, now).is_some() && without_notice(id, invoice)
            })
            .map(|(id, _)| id.clone())
            .take(MAX_WAITING.saturating_sub(waiting))
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
                || add(*ends_at, REMINDER_RETENTION) > now
                || recipients.values().any(|it| it.finished_since().is_none())
        });
        let mut finished: Vec<(Timestamp, InvoiceId)> =
            self.payment_notices().filter_map(|(id, since)| Some((since?, id.clone()))).collect();
        finished.sort_by_key(|it| Reverse(it.clone()));
        for (_, invoice) in finished.into_iter().skip(MAX_FINISHED) {
            self.billing.mark_mailed(&invoice);
            self.outbox.0.remove(&NoticeKey::PaymentFailed { invoice });
        }
    }

    /// Returns each invoice that has a notice in the outbox, and the time at which the last email
    /// of that notice was finished. The time is `None` while an email of the notice is not
    /// finished.
    fn payment_notices(&self) -> impl Iterator<Item = (&InvoiceId, Option<Timestamp>)> {
        self.outbox.0.iter().filter_map(|(key, recipients)| {
            let NoticeKey::PaymentFailed { invoice } = key else { return None };
            let mut since = recipients.values().map(Delivery::finished_since);
            let since = since.try_fold(Timestamp::UNIX_EPOCH, |last, since| Some(last.max(since?)));
            Some((invoice, since))
        })
    }
}
