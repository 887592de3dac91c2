//! Billing state of an organization, computed from a set of facts.
//!
//! Stripe delivers events late, more than once, and in any order. An organization therefore stores
//! the facts that events report, and never a status. Every status is a pure function of the stored
//! set of facts. So an event cannot arrive too early, and a repeated event changes nothing. A list
//! of processed event ids is not needed.
//!
//! # Terms
//!
//! - A [`Fact`] is the statement of one Stripe event, with its event id and its creation time.
//! - A *join* combines two states into one that contains the facts of both ([`Billing::merge`]).
//!   The result does not depend on the order, the grouping, or the repetition of the facts. (A join
//!   is commutative, associative, and idempotent.)
//! - *Derived* values, such as [`Billing::status`], are computed from the facts and not stored.
//! - The *best* subscription of an organization is the one with the best [`SubscriptionStatus`]. Of
//!   subscriptions with the same status, it is the one with the newest event.
//! - To *fold* is to replace old facts by a smaller summary with the same derived values
//!   ([`Billing::fold`]). The [watermark](Billing::watermark) is the time before which facts were
//!   folded. An event from before the watermark is noted as a [`Conflict`] and changes nothing
//!   else.
//!
//! # Rules
//!
//! `docs/billing.md` states the rules in this order, and so do the modules:
//!
//! 1. Who owns a subscription, and what counts: [`Subscription::counts`].
//! 2. What begins a tenancy: [`Billing::needs_provisioning`].
//! 3. What ends: [`Subscription::status`], [`Billing::status`].
//! 4. What happens next: [`Org::next_billing_event`](crate::org::Org::next_billing_event).
//! 5. Money without effect: [`Billing::surplus`].
//!
//! # Example
//!
//! Two events arrive in both orders, and one of them arrives twice. The state is the same.
//!
//! ```
//! use std::collections::BTreeSet;
//!
//! use domain::billing::{Attribution, Billing, CustomerId, EventId, Fact, FactKind};
//! use jiff::Timestamp;
//!
//! let customer = CustomerId::parse("cus_1").unwrap();
//! let org = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
//! let fact = |event: &str, second, what| Fact {
//!     event: EventId::parse(event).unwrap(),
//!     created: Timestamp::from_second(second).unwrap(),
//!     names: Some(org),
//!     what,
//! };
//! let checkout = FactKind::Checkout { customer: customer.clone(), named: BTreeSet::new() };
//! let paid = fact("evt_1", 10, checkout);
//! let deleted = fact("evt_2", 20, FactKind::CustomerDeleted { customer });
//!
//! let (mut one, mut other) = (Billing::default(), Billing::default());
//! for fact in [&paid, &deleted] {
//!     one.record(fact, Attribution::Named, org);
//! }
//! for fact in [&deleted, &paid, &deleted] {
//!     other.record(fact, Attribution::Named, org);
//! }
//! assert_eq!(one, other);
//! assert!(one.has_billing_info() && one.customer_deleted());
//! ```

mod checkout;
mod conflict;
mod derive;
mod fact;
mod fold;
mod id;
mod invoice;
mod marks;
mod money;
mod next;
mod plan;
mod previous;
mod review;
mod status;
mod subscription;
mod subscription_fact;
mod surplus;

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

pub use checkout::FirstCharge;
pub use conflict::Conflict;
pub use fact::{Attribution, Fact, FactKind, IncidentKind, InvoiceFact};
pub use id::{BadId, CustomerId, EventId, InvoiceId, SubscriptionId};
pub use invoice::{Invoice, Issue, IssueKind};
use jiff::Timestamp;
pub use marks::{InvoiceMarks, SubscriptionMarks};
pub use money::{Currency, Interval, MAX_AMOUNT, Money};
pub use next::{NextBillingEvent, NextKind};
pub use plan::{Plan, PlanPrices, Prices};
pub use previous::{Previous, PreviousCancel};
pub use review::ReviewKind;
pub use status::SubscriptionStatus;
pub use subscription::{
    END_GRACE, Facts, Mention, PaidInvoice, StoredFact, Subscription, TRIAL_GRACE, TRIAL_LIMIT, Upcoming,
};
pub use subscription_fact::{Change, Item, Pause, SubscriptionFact};
pub use surplus::Surplus;

use crate::id::OrgId;

/// All billing facts of an organization, joined. Derived values are methods.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Billing {
    /// The linked Stripe customer. [`Billing::link`] replaces this customer only after it was
    /// deleted at Stripe.
    pub customer: Option<CustomerId>,
    /// Earlier linked customers that were deleted and then replaced.
    pub former_customers: BTreeSet<CustomerId>,
    /// Customers that were deleted at Stripe. Their subscriptions count as canceled.
    pub deleted_customers: BTreeSet<CustomerId>,
    /// Subscriptions by id: all that have not ended, and the most recent ended ones.
    pub subscriptions: BTreeMap<SubscriptionId, Subscription>,
    /// Invoices of the last 90 days, and older ones with an open issue. Their number has a maximum.
    pub invoices: BTreeMap<InvoiceId, Invoice>,
    /// Time at which the first of the removed subscriptions began.
    pub first_paid_at: Option<Timestamp>,
    /// Creation time of the newest invoice of a removed subscription that was paid with more than 0.
    pub paid_through: Option<Timestamp>,
    /// Time of the first paid one-off invoice of more than 0.
    pub one_off_paid_at: Option<Timestamp>,
    /// Time of the first completed Checkout session.
    pub checkout_at: Option<Timestamp>,
    /// Refunds and disputes of the last 90 days by event, with the event's creation time.
    pub incidents: BTreeMap<EventId, (Timestamp, IncidentKind)>,
    /// Conflicts that cannot be computed from the stored facts. [`Billing::conflicts`] returns all
    /// conflicts.
    pub noted: BTreeSet<Conflict>,
    /// Facts of events from before this time are folded. If such an event arrives late, it only
    /// adds a [`Conflict::Late`].
    pub watermark: Option<Timestamp>,
    /// Settled invoices that were removed. A late event about such an invoice causes no payment
    /// issue.
    pub settled: InvoiceMarks,
    /// Invoices whose notice to the admins was sent and removed from the outbox.
    pub mailed: InvoiceMarks,
    /// Ended subscriptions that were removed. A late payment or event does not make such a
    /// subscription active again.
    pub ended: SubscriptionMarks,
}

/// Result of adding a fact or a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// The state changed and must be written.
    Changed,
    /// The state already contained the fact; there is nothing to write.
    Unchanged,
}

impl Recorded {
    /// Returns whether the state must be written.
    #[must_use]
    pub fn changed(self) -> bool {
        self == Self::Changed
    }

    fn when(changed: bool) -> Self {
        if changed { Self::Changed } else { Self::Unchanged }
    }
}

impl Billing {
    /// Adds the fact of one event, which is recorded for the organization `org` because of
    /// `attribution`. An event from before the watermark only adds a [`Conflict::Late`].
    pub fn record(&mut self, fact: &Fact, attribution: Attribution, org: OrgId) -> Recorded {
        if self.watermark.is_some_and(|watermark| fact.created < watermark) {
            return self.note(Conflict::Late { event: fact.event.clone() });
        }
        let before = self.clone();
        self.merge(Self::from_fact(fact, attribution, org));
        Recorded::when(*self != before)
    }

    /// Links the organization to a Stripe customer.
    ///
    /// A linked customer is replaced only if it was deleted at Stripe. Otherwise `customer` is
    /// noted as a [`Conflict::Customer`]. A former customer is never linked again.
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

    /// Stores a conflict for the operator.
    pub fn note(&mut self, conflict: Conflict) -> Recorded {
        let before = self.noted.clone();
        self.noted.insert(conflict);
        self.bound_noted();
        Recorded::when(self.noted != before)
    }

    /// Joins `other` into this state. The operation is commutative, associative, and idempotent.
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
        self.one_off_paid_at = invoice::first(self.one_off_paid_at, other.one_off_paid_at);
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

    /// Returns whether a subscription counts for the organization.
    #[must_use]
    pub fn owns(&self, subscription: &SubscriptionId) -> bool {
        self.subscriptions.get(subscription).is_some_and(Subscription::counts)
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
            known.linked_to = invoice::first(known.linked_to, linked_to);
        }
    }

    /// Returns the state that one fact alone implies.
    fn from_fact(fact: &Fact, attribution: Attribution, org: OrgId) -> Self {
        let mut state = Self::default();
        let at = fact.created;
        let mention = Mention { at: fact.named_at(), event: fact.event.clone(), org };
        let mut of_subscription = |id: SubscriptionId, reported: Subscription| {
            state.subscriptions.insert(id, reported.attributed(attribution, org, mention.clone()));
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
