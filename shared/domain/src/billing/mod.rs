//! Billing as a join of facts.
//!
//! Stripe delivers events late, twice and in any order. So an organization keeps what events *say*, and its state is
//! a pure function of that set: joining is commutative, associative and idempotent, and no event is ever "too early",
//! "already seen" or "older than what we have". There is no list of event ids to consult.
//!
//! The [`Billing`] of an organization takes a [`Fact`] at a time ([`Billing::record`]); what it means is read from it
//! ([`Billing::status`] and its neighbours).

mod conflict;
mod derive;
mod fact;
mod fold;
mod id;
mod invoice;
mod marks;
mod status;
mod subscription;

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use jiff::Timestamp;

pub use conflict::Conflict;
pub use fact::{Change, Fact, IncidentKind, InvoiceFact, Pause, SubscriptionFact, What};
pub use id::{BadId, CustomerId, EventId, InvoiceId, SubscriptionId};
pub use invoice::{Invoice, Issue, IssueKind};
pub use marks::{InvoiceMarks, SubscriptionMarks};
pub use status::SubscriptionStatus;
pub use subscription::{StoredFact, Subscription};

/// What an organization knows about its payments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Billing {
    /// The Stripe customer that the organization is linked to. Once made, the link never moves while that customer is
    /// there.
    pub customer: Option<CustomerId>,
    /// Customers that it was linked to, and that were deleted before another took their place.
    pub former_customers: BTreeSet<CustomerId>,
    /// Customers that were deleted at Stripe. Their subscriptions are over.
    pub deleted_customers: BTreeSet<CustomerId>,
    /// Its subscriptions: all that have not ended, and the last ones that have.
    pub subscriptions: BTreeMap<SubscriptionId, Subscription>,
    /// Its invoices of the last 90 days, and older ones with an open issue; of many, the newest.
    pub invoices: BTreeMap<InvoiceId, Invoice>,
    /// When an invoice that provisions was first paid: more than 0, or 0 on a subscription.
    pub first_paid_at: Option<Timestamp>,
    /// When the newest invoice paid with more than 0 was itself made. Issues of older ones are settled.
    pub paid_through: Option<Timestamp>,
    /// When a Checkout session was first completed.
    pub checkout_at: Option<Timestamp>,
    /// Refunds and disputes of the last 90 days, with the time of their events.
    pub incidents: BTreeMap<EventId, (Timestamp, IncidentKind)>,
    /// What did not fit, and cannot be seen from the facts any more. [`Billing::conflicts`] has all.
    pub noted: BTreeSet<Conflict>,
    /// Events made before this are folded: what still arrives of them changes nothing.
    pub watermark: Option<Timestamp>,
    /// Settled invoices that are not kept: what still arrives of them opens no issue.
    pub settled: InvoiceMarks,
    /// Invoices that the admins were written to about, and whose mails are not kept.
    pub mailed: InvoiceMarks,
    /// Ended subscriptions that are not kept: a late invoice must not revive one.
    pub ended: SubscriptionMarks,
}

/// What recording did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// Something new is known, and has to be written.
    Changed,
    /// Everything was known: there is nothing to write.
    Unchanged,
}

impl Recorded {
    /// Whether there is something to write.
    #[must_use]
    pub fn changed(self) -> bool {
        self == Self::Changed
    }

    fn when(changed: bool) -> Self {
        if changed { Self::Changed } else { Self::Unchanged }
    }
}

impl Billing {
    /// Adds what one event says. One from before the watermark is noted, and changes nothing else.
    pub fn record(&mut self, fact: &Fact) -> Recorded {
        if self.watermark.is_some_and(|watermark| fact.created < watermark) {
            return self.note(Conflict::Late { event: fact.event.clone() });
        }
        let before = self.clone();
        self.merge(Self::from_fact(fact));
        Recorded::when(*self != before)
    }

    /// Links the organization to a Stripe customer. A link once made never moves: another customer is noted. Only that
    /// of a customer who was deleted at Stripe gives way.
    pub fn link(&mut self, customer: &CustomerId) -> Recorded {
        match &self.customer {
            None => {
                self.customer = Some(customer.clone());
                Recorded::Changed
            }
            Some(linked) if linked == customer || self.former_customers.contains(customer) => {
                Recorded::Unchanged
            }
            Some(linked) if self.deleted_customers.contains(linked) => {
                self.former_customers.insert(linked.clone());
                self.customer = Some(customer.clone());
                Recorded::Changed
            }
            Some(_) => self.note(Conflict::Customer { customer: customer.clone() }),
        }
    }

    /// Keeps a conflict for the operator.
    pub fn note(&mut self, conflict: Conflict) -> Recorded {
        let before = self.noted.clone();
        self.noted.insert(conflict);
        self.bound_noted();
        Recorded::when(self.noted != before)
    }

    /// Adds all that `other` knows. Commutative, associative and idempotent.
    pub fn merge(&mut self, other: Self) {
        if let (Some(mine), Some(theirs)) = (&self.customer, &other.customer)
            && mine != theirs
        {
            self.noted.insert(Conflict::Customer { customer: mine.max(theirs).clone() });
        }
        self.customer = invoice::first(self.customer.take(), other.customer);
        self.former_customers.extend(other.former_customers);
        self.deleted_customers.extend(other.deleted_customers);
        join(&mut self.subscriptions, other.subscriptions, Subscription::join);
        join(&mut self.invoices, other.invoices, Invoice::join);
        self.first_paid_at = invoice::first(self.first_paid_at, other.first_paid_at);
        self.paid_through = self.paid_through.max(other.paid_through);
        self.checkout_at = invoice::first(self.checkout_at, other.checkout_at);
        join(&mut self.incidents, other.incidents, |mine, theirs| *mine = (*mine).min(theirs));
        self.noted.extend(other.noted);
        self.bound_noted();
        self.watermark = self.watermark.max(other.watermark);
        self.settled.join(other.settled);
        self.mailed.join(other.mailed);
        self.ended.join(other.ended);
        self.drop_folded();
    }

    /// What is known from one fact alone.
    fn from_fact(fact: &Fact) -> Self {
        let mut told = Self::default();
        let at = fact.created;
        match fact.what.clone() {
            What::Subscription { subscription, customer, fact: says } => {
                let said = Subscription::from_event(customer, fact.event.clone(), at, says);
                told.subscriptions.insert(subscription, said);
            }
            What::Invoice { invoice, subscription, customer, invoice_created, fact: says } => {
                if let InvoiceFact::Paid { amount } = says {
                    told.paid(subscription.as_ref(), customer, invoice_created, at, amount);
                }
                told.invoices.insert(invoice, Invoice::from_event(invoice_created, subscription, at, says));
            }
            What::Checkout { .. } => told.checkout_at = Some(at),
            What::CustomerDeleted { customer } => {
                told.deleted_customers.insert(customer);
            }
            What::Incident { kind, .. } => {
                told.incidents.insert(fact.event.clone(), (at, kind));
            }
        }
        told
    }

    /// What an invoice paid at `at` says beyond itself.
    fn paid(
        &mut self,
        subscription: Option<&SubscriptionId>,
        customer: CustomerId,
        invoice_created: Timestamp,
        at: Timestamp,
        amount: u64,
    ) {
        if amount > 0 {
            let id = subscription.cloned().unwrap_or_else(|| SubscriptionId::of_customer(&customer));
            let paid = Subscription { paid_at: Some(at), ..Subscription::unknown(customer) };
            self.subscriptions.insert(id, paid);
            self.paid_through = Some(invoice_created);
        }
        if amount > 0 || subscription.is_some() {
            self.first_paid_at = Some(at);
        }
    }
}

/// Joins two maps: what both have by `both`, what one has as it is.
fn join<K: Ord, V>(mine: &mut BTreeMap<K, V>, theirs: BTreeMap<K, V>, both: impl Fn(&mut V, V)) {
    for (key, value) in theirs {
        match mine.entry(key) {
            Entry::Occupied(held) => both(held.into_mut(), value),
            Entry::Vacant(place) => {
                place.insert(value);
            }
        }
    }
}
