//! Adds facts and links to the billing state. The state after an event is a join of two states.

use std::collections::{BTreeMap, btree_map::Entry};

use super::{
    Attribution, Billing, Conflict, CustomerId, Fact, FactKind, Invoice, InvoiceFact, Mention, PaidInvoice,
    Subscription, SubscriptionId, Upcoming, invoice::first,
};
use crate::id::OrgId;

impl Billing {
    /// Adds the fact of one event, which is recorded for the organization `org` because of
    /// `attribution`. An event from before the watermark only adds a [`Conflict::Late`].
    pub fn record(&mut self, fact: &Fact, attribution: Attribution, org: OrgId) {
        if self.watermark.is_some_and(|watermark| fact.created < watermark) {
            self.note(Conflict::Late { event: fact.event.clone() });
        } else {
            self.merge(Self::from_fact(fact, attribution, org));
        }
    }

    /// Links the organization to a Stripe customer.
    ///
    /// A linked customer is replaced only if it was deleted at Stripe. Otherwise `customer` is
    /// noted as a [`Conflict::Customer`]. A former customer is never linked again.
    pub fn link(&mut self, customer: &CustomerId) {
        match &self.customer {
            None => self.customer = Some(customer.clone()),
            Some(linked) if linked == customer || self.former_customers.contains(customer) => {}
            Some(linked) if self.deleted_customers.contains(linked) => {
                self.former_customers.insert(linked.clone());
                self.customer = Some(customer.clone());
            }
            Some(_) => self.note(Conflict::Customer { customer: customer.clone() }),
        }
    }

    /// Stores a conflict for the operator.
    pub fn note(&mut self, conflict: Conflict) {
        self.noted.insert(conflict);
        self.bound_noted();
    }

    /// Joins `other` into this state. The operation is commutative, associative, and idempotent.
    pub fn merge(&mut self, other: Self) {
        if let (Some(mine), Some(theirs)) = (&self.customer, &other.customer)
            && mine != theirs
        {
            self.noted.insert(Conflict::Customer { customer: mine.max(theirs).clone() });
        }
        self.customer = first(self.customer.take(), other.customer);
        self.former_customers.extend(other.former_customers);
        self.deleted_customers.extend(other.deleted_customers);
        join(&mut self.subscriptions, other.subscriptions, Subscription::join);
        join(&mut self.invoices, other.invoices, Invoice::join);
        self.first_paid_at = first(self.first_paid_at, other.first_paid_at);
        self.paid_through = self.paid_through.max(other.paid_through);
        self.one_off_paid_at = first(self.one_off_paid_at, other.one_off_paid_at);
        self.checkout_at = first(self.checkout_at, other.checkout_at);
        join(&mut self.incidents, other.incidents, |mine, theirs| *mine = (*mine).min(theirs));
        self.noted.extend(other.noted);
        self.bound_noted();
        self.watermark = self.watermark.max(other.watermark);
        self.settled.join(other.settled);
        self.mailed.join(other.mailed);
        self.ended.join(other.ended);
        self.drop_folded();
    }

    /// Returns the newest event that names this organization for a subscription.
    #[must_use]
    pub fn mention(&self, subscription: &SubscriptionId) -> Option<&Mention> {
        self.subscriptions.get(subscription)?.named.as_ref()
    }

    /// Records what the other organization of a moved subscription knows: the newest event that
    /// names that organization, and the organization to which the customer is linked.
    ///
    /// Without the former, a late event could name this organization although the subscription was
    /// moved since then.
    pub fn note_other(
        &mut self,
        subscription: &SubscriptionId,
        mention: Option<&Mention>,
        linked_to: Option<OrgId>,
    ) {
        if let Some(known) = self.subscriptions.get_mut(subscription) {
            known.named_other = known.named_other.take().max(mention.cloned());
            known.linked_to = first(known.linked_to, linked_to);
        }
    }

    /// Returns the state that one fact alone implies.
    fn from_fact(fact: &Fact, attribution: Attribution, org: OrgId) -> Self {
        let mut state = Self::default();
        let at = fact.created;
        let mention = Mention { at: fact.named_at(), event: fact.event.clone(), org };
        let mut of_subscription = |id: SubscriptionId, reported: Subscription| {
            state.subscriptions.insert(id, reported.attributed(attribution, mention.clone()));
        };
        match fact.what.clone() {
            FactKind::Subscription { subscription, customer, fact: reported } => {
                of_subscription(
                    subscription,
                    Subscription::from_event(customer, fact.event.clone(), at, reported),
                );
            }
            FactKind::Invoice {
                invoice, subscription, customer, invoice_created, fact: reported, ..
            } => {
                let amount = match reported {
                    InvoiceFact::Paid { amount } => Some(amount),
                    _ => None,
                };
                if let Some(id) = subscription.clone() {
                    let known = Subscription::unknown(customer);
                    let paid = PaidInvoice { created: invoice_created, invoice: Some(invoice.clone()) };
                    of_subscription(
                        id,
                        match amount {
                            Some(amount) => known.paid(at, paid, amount),
                            None => known,
                        },
                    );
                } else if amount.is_some_and(|amount| amount > 0)
                    && !matches!(attribution, Attribution::NamesOther(_))
                {
                    state.one_off_paid_at = Some(at);
                }
                state
                    .invoices
                    .insert(invoice, Invoice::from_event(invoice_created, subscription, at, reported));
            }
            FactKind::Upcoming { subscription, customer, date, amount } => {
                let upcoming = Upcoming { announced_at: at, event: fact.event.clone(), date, amount };
                let known = Subscription { upcoming: Some(upcoming), ..Subscription::unknown(customer) };
                of_subscription(subscription, known);
            }
            FactKind::FinalizationFailed { .. } => {}
            FactKind::Checkout { .. } => state.checkout_at = Some(at),
            FactKind::CustomerDeleted { customer } => {
                state.deleted_customers.insert(customer);
            }
            FactKind::Incident { kind, .. } => {
                state.incidents.insert(fact.event.clone(), (at, kind));
            }
        }
        state
    }
}

/// Joins two maps. `both` combines the values of a key that both maps contain.
fn join<K: Ord, V>(mine: &mut BTreeMap<K, V>, theirs: BTreeMap<K, V>, both: impl Fn(&mut V, V)) {
    for (key, value) in theirs {
        match mine.entry(key) {
            Entry::Occupied(entry) => both(entry.into_mut(), value),
            Entry::Vacant(entry) => {
                entry.insert(value);
            }
        }
    }
}
