//! Keeping the facts of an organization small: what is old, or one of too many, becomes what it amounts to.

use std::{cmp::Reverse, collections::BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{Billing, Invoice, InvoiceId, Recorded, Subscription, SubscriptionId};

/// How long facts are kept in full: Stripe sends an event again for 30 days, and we hold one back for 35 at most.
const SETTLED_RETENTION: SignedDuration = SignedDuration::from_hours(90 * 24);
/// The most settled invoices, and the most open ones whose mail is done, that are kept in full.
const MOST_INVOICES: usize = 20;
/// The most ended subscriptions that are kept in full.
const MOST_ENDED: usize = 8;
/// The most refunds and disputes.
const MOST_INCIDENTS: usize = 50;
/// The most conflicts that are noted. Each was filed for the operator when it appeared.
const MOST_NOTED: usize = 20;

impl Billing {
    /// Folds what is older than 90 days, and what is one of too many, into what it amounts to. The state stays as it is.
    pub fn fold(&mut self, now: Timestamp) -> Recorded {
        let Ok(horizon) = now.checked_sub(SETTLED_RETENTION) else { return Recorded::Unchanged };
        let before = self.clone();
        self.fold_old(self.watermark.map_or(horizon, |watermark| watermark.max(horizon)));
        while self.incidents.len() > MOST_INCIDENTS {
            let oldest = self.incidents.iter().min_by_key(|(event, (at, _))| (*at, (*event).clone()));
            let Some(oldest) = oldest.map(|(event, _)| event.clone()) else { break };
            self.incidents.remove(&oldest);
        }
        self.fold_ended();
        Recorded::when(*self != before)
    }

    fn fold_old(&mut self, watermark: Timestamp) {
        let before = (self.invoices.len(), self.incidents.len(), self.facts_held());
        let open: BTreeSet<InvoiceId> = self.issues().map(|issue| issue.invoice).collect();
        self.invoices.retain(|id, invoice| invoice.heard >= watermark || open.contains(id));
        self.incidents.retain(|_, (at, _)| *at >= watermark);
        for subscription in self.subscriptions.values_mut() {
            if subscription.newest.is_some_and(|newest| newest < watermark) {
                subscription.fold();
            }
        }
        // The mark moves only when it hides something: time alone is no reason to write.
        if before != (self.invoices.len(), self.incidents.len(), self.facts_held()) {
            self.watermark = Some(watermark);
        }
    }

    fn facts_held(&self) -> usize {
        self.subscriptions.values().map(|subscription| subscription.facts.len()).sum()
    }

    /// Keeps the ended subscriptions that were heard of last, and those that a question about the state needs.
    fn fold_ended(&mut self) {
        let mut ended: Vec<(&SubscriptionId, &Subscription)> =
            self.subscriptions.iter().filter(|(_, it)| it.ended).collect();
        if ended.len() <= MOST_ENDED {
            return;
        }
        ended.sort_by_key(|(id, it)| Reverse((it.newest.max(it.paid_at), *id)));
        let last = |wanted: &dyn Fn(&Subscription) -> bool| {
            let found = ended.iter().filter(|(_, it)| wanted(it));
            found.max_by_key(|(id, it)| (it.newest, *id)).map(|(id, _)| *id)
        };
        // The one whose plan is shown, the one that shows that the linked customer paid, and one of a customer who was
        // not deleted.
        let needed = [
            last(&|_| true),
            last(&|it| it.paid_at.is_some() && Some(&it.customer) == self.customer.as_ref()),
            last(&|it| !self.deleted_customers.contains(&it.customer)),
        ];
        let folded: Vec<SubscriptionId> = ended
            .iter()
            .skip(MOST_ENDED)
            .map(|(id, _)| *id)
            .filter(|id| !needed.contains(&Some(*id)))
            .cloned()
            .collect();
        let conflicts = self.conflicts();
        for id in &folded {
            self.subscriptions.remove(id);
            self.ended.insert(id.as_str());
        }
        // What only their facts show is noted.
        let shown = self.conflicts();
        self.noted.extend(conflicts.into_iter().filter(|it| !shown.contains(it)));
        self.bound_noted();
    }

    /// Keeps of the settled invoices the newest ones, and the same of the open ones whose mail is done. `needed` says
    /// which are to be kept whatever their number.
    pub fn fold_invoices(&mut self, needed: impl Fn(&Self, &InvoiceId, &Invoice) -> bool) {
        for open in [false, true] {
            let mut some: Vec<(Timestamp, InvoiceId)> = self
                .invoices
                .iter()
                .filter(|(_, it)| self.open_issue(it).is_some() == open)
                .map(|(id, it)| (it.created, id.clone()))
                .collect();
            some.sort_by(|one, other| other.cmp(one));
            for (created, id) in some.into_iter().skip(MOST_INVOICES) {
                if self.invoices.get(&id).is_none_or(|it| needed(self, &id, it)) {
                    continue;
                }
                self.invoices.remove(&id);
                // An open one may show its issue again once it is heard of; one that a newer payment settled cannot.
                if !open && self.paid_through.is_none_or(|paid| created >= paid) {
                    self.settled.insert(Some(created), id.as_str());
                }
            }
        }
    }

    /// Notes that the admins were written to about an invoice, and that the mail itself is not kept.
    pub fn mark_mailed(&mut self, id: &InvoiceId) {
        let created = self.invoices.get(id).map(|invoice| invoice.created);
        self.mailed.insert(created, id.as_str());
    }

    /// Whether the admins were written to about an invoice whose mail is not kept.
    #[must_use]
    pub fn was_mailed(&self, id: &InvoiceId, invoice: &Invoice) -> bool {
        self.mailed.contains(invoice.created, id.as_str())
    }

    /// Leaves out what is folded already.
    pub(super) fn drop_folded(&mut self) {
        let Self { invoices, subscriptions, settled, ended, .. } = self;
        invoices.retain(|id, invoice| !settled.contains(invoice.created, id.as_str()));
        subscriptions.retain(|id, _| !ended.contains(id.as_str()));
    }

    pub(super) fn bound_noted(&mut self) {
        while self.noted.len() > MOST_NOTED {
            self.noted.pop_last();
        }
    }
}
