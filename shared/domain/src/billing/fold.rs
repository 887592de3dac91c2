//! Limits the size of the billing state. It replaces old or surplus facts by a short summary. This
//! is called folding.
//!
//! Derived values stay the same when facts are folded. The numbers of invoices, ended
//! subscriptions, incidents, and noted conflicts have a maximum, because DynamoDB limits an
//! organization's item to 400 KB.

use std::{cmp::Reverse, collections::BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{Billing, Facts, Invoice, InvoiceId, Subscription, SubscriptionId, invoice::first};

/// Age from which facts are folded. Events normally arrive earlier: Stripe can resend an event for
/// 30 days, and a parked event waits at most 35 days.
const SETTLED_RETENTION: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Maximum number of settled invoices that are kept in full, and of open invoices whose notice was
/// sent.
const MAX_INVOICES: usize = 20;
/// Maximum number of ended subscriptions kept in full.
const MAX_ENDED: usize = 8;
/// Maximum number of subscriptions of other products.
const MAX_FOREIGN: usize = 20;
/// Maximum number of stored refunds and disputes.
const MAX_INCIDENTS: usize = 50;
/// Maximum number of noted conflicts. More are not needed, because the webhook reports each
/// conflict when it appears.
const MAX_NOTED: usize = 20;

impl Billing {
    /// Folds facts older than 90 days and facts above the maximum numbers. Derived values stay the
    /// same.
    pub fn fold(&mut self, now: Timestamp) {
        let Ok(horizon) = now.checked_sub(SETTLED_RETENTION) else { return };
        self.fold_old(self.watermark.map_or(horizon, |watermark| watermark.max(horizon)));
        while self.incidents.len() > MAX_INCIDENTS {
            let oldest = self.incidents.iter().min_by_key(|(event, (at, _))| (*at, (*event).clone()));
            let Some(oldest) = oldest.map(|(event, _)| event.clone()) else { break };
            self.incidents.remove(&oldest);
        }
        self.fold_ended();
        self.drop_foreign();
    }

    fn fold_old(&mut self, watermark: Timestamp) {
        let before = (self.invoices.len(), self.incidents.len(), self.fact_count());
        let mut needed = self.newest_invoices();
        needed.extend(self.paid_after_end(Timestamp::MAX).map(|(_, invoice)| invoice.clone()));
        needed.extend(self.issues().map(|issue| issue.invoice));
        self.invoices.retain(|id, invoice| invoice.last_event_at >= watermark || needed.contains(id));
        self.incidents.retain(|_, (at, _)| *at >= watermark);
        for subscription in self.subscriptions.values_mut() {
            if subscription.newest().is_some_and(|newest| newest < watermark) {
                subscription.fold();
            }
        }
        // The watermark changes only if a fact was folded. Otherwise the passage of time alone
        // would cause writes.
        if before != (self.invoices.len(), self.incidents.len(), self.fact_count()) {
            self.watermark = Some(watermark);
        }
    }

    /// Returns the newest invoice of each subscription that has not ended. It shows whether a payment
    /// is on its way.
    fn newest_invoices(&self) -> BTreeSet<InvoiceId> {
        let open = self.subscriptions.values().filter(|it| it.ended_at.is_none());
        open.filter_map(|it| it.effective_fact()?.latest_invoice.clone()).collect()
    }

    fn fact_count(&self) -> usize {
        self.subscriptions.values().flat_map(|it| it.facts.values()).map(Facts::len).sum()
    }

    /// Removes subscriptions that never counted, except the most recent ones. A customer can have any
    /// number of subscriptions of other products.
    fn drop_foreign(&mut self) {
        let mut foreign: Vec<(Option<Timestamp>, SubscriptionId)> = self
            .subscriptions
            .iter()
            .filter(|(_, it)| !it.ever_counted())
            .map(|(id, it)| (it.newest().max(it.paid_at), id.clone()))
            .collect();
        foreign.sort_by(|one, other| other.cmp(one));
        for (_, id) in foreign.into_iter().skip(MAX_FOREIGN) {
            self.subscriptions.remove(&id);
        }
    }

    /// Removes ended subscriptions, except the most recent ones and those that a derived value
    /// needs.
    fn fold_ended(&mut self) {
        let mut ended: Vec<(&SubscriptionId, &Subscription)> =
            self.subscriptions.iter().filter(|(_, it)| it.ended_at.is_some()).collect();
        if ended.len() <= MAX_ENDED {
            return;
        }
        ended.sort_by_key(|(id, it)| Reverse((it.newest().max(it.paid_at), *id)));
        let last = |wanted: &dyn Fn(&Subscription) -> bool| {
            let found = ended.iter().filter(|(_, it)| wanted(it));
            found.max_by_key(|(id, it)| (it.newest(), *id)).map(|(id, _)| *id)
        };
        // Three subscriptions must stay: the newest one, whose plan is shown; one that proves a
        // payment of the linked customer; and one whose customer was not deleted.
        let needed = [
            last(&Subscription::counts),
            last(&|it| it.counts() && it.paid_at.is_some() && Some(&it.customer) == self.customer.as_ref()),
            last(&|it| !self.deleted_customers.contains(&it.customer)),
        ];
        let folded: Vec<SubscriptionId> = ended
            .iter()
            .skip(MAX_ENDED)
            .map(|(id, _)| *id)
            .filter(|id| !needed.contains(&Some(*id)))
            .cloned()
            .collect();
        let conflicts = self.conflicts();
        for id in &folded {
            if let Some(removed) = self.subscriptions.remove(id).filter(Subscription::ever_counted) {
                self.first_paid_at = first(self.first_paid_at, removed.first_live_at);
                self.paid_through = self.paid_through.max(removed.paid_through);
            }
            self.ended.insert(id.as_str());
        }
        // A conflict that followed only from the removed facts must stay visible, so it is stored.
        let shown = self.conflicts();
        self.noted.extend(conflicts.into_iter().filter(|it| !shown.contains(it)));
        self.bound_noted();
    }

    /// Removes settled invoices except the newest 20, and open invoices except the newest 20. An
    /// invoice for which `needed` returns `true` always stays.
    pub(crate) fn fold_invoices(&mut self, needed: impl Fn(&Self, &InvoiceId, &Invoice) -> bool) {
        let newest = self.newest_invoices();
        for open in [false, true] {
            let mut candidates: Vec<(Timestamp, InvoiceId)> = self
                .invoices
                .iter()
                .filter(|(_, it)| self.open_issue(it).is_some() == open)
                .map(|(id, it)| (it.created, id.clone()))
                .collect();
            candidates.sort_by(|one, other| other.cmp(one));
            for (created, id) in candidates.into_iter().skip(MAX_INVOICES) {
                if newest.contains(&id) || self.invoices.get(&id).is_none_or(|it| needed(self, &id, it)) {
                    continue;
                }
                self.invoices.remove(&id);
                // A removed open invoice is not marked as settled, because a later event may report
                // its issue again.
                if !open {
                    self.settled.insert(Some(created), id.as_str());
                }
            }
        }
    }

    /// Records that the admins were notified about an invoice. This replaces the notice, which the
    /// caller removes.
    pub(crate) fn mark_mailed(&mut self, id: &InvoiceId) {
        let created = self.invoices.get(id).map(|invoice| invoice.created);
        self.mailed.insert(created, id.as_str());
    }

    /// Returns whether the admins were notified about an invoice whose notice was removed.
    pub(crate) fn was_mailed(&self, id: &InvoiceId, invoice: &Invoice) -> bool {
        self.mailed.contains(invoice.created, id.as_str())
    }

    /// Removes invoices and subscriptions that were folded before and that a late event added
    /// again.
    pub(super) fn drop_folded(&mut self) {
        let Self { invoices, subscriptions, settled, ended, .. } = self;
        invoices.retain(|id, invoice| !settled.contains(invoice.created, id.as_str()));
        subscriptions.retain(|id, _| !ended.contains(id.as_str()));
    }

    pub(super) fn bound_noted(&mut self) {
        while self.noted.len() > MAX_NOTED {
            self.noted.pop_last();
        }
    }
}
