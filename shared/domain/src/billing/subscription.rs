//! One subscription as its facts describe it.

use std::collections::{BTreeMap, btree_map::Entry};

use jiff::Timestamp;

use super::{CustomerId, EventId, SubscriptionFact, SubscriptionStatus};

/// State of one subscription. Two states can be joined in any order and any number of times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Customer that the subscription belongs to.
    pub customer: CustomerId,
    /// Creation time of its newest event; `None` while only invoices mention it.
    pub newest: Option<Timestamp>,
    /// Facts of all events that were created in the second `newest`. Stripe does not define their
    /// order.
    pub facts: BTreeMap<EventId, StoredFact>,
    /// Whether an event reported the end of the subscription. The value never returns to false.
    pub ended: bool,
    /// Creation time of the newest event that reports a payment of more than 0.
    pub paid_at: Option<Timestamp>,
}

/// A fact as it is stored with a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFact {
    /// State that the event reports.
    pub fact: SubscriptionFact,
    /// Whether the same event id also arrived with other content. The content with the smallest
    /// hash is kept.
    pub contested: bool,
}

impl Subscription {
    /// Returns a subscription of which only the customer is known.
    #[must_use]
    pub fn unknown(customer: CustomerId) -> Self {
        Self { customer, newest: None, facts: BTreeMap::new(), ended: false, paid_at: None }
    }

    /// Returns the state that one event reports.
    #[must_use]
    pub fn from_event(
        customer: CustomerId,
        event: EventId,
        created: Timestamp,
        fact: SubscriptionFact,
    ) -> Self {
        Self {
            customer,
            newest: Some(created),
            ended: fact.ends(),
            facts: BTreeMap::from([(event, StoredFact { fact, contested: false })]),
            paid_at: None,
        }
    }

    /// Joins another state of the same subscription into this one.
    pub fn join(&mut self, other: Self) {
        self.customer = std::cmp::min(&self.customer, &other.customer).clone();
        self.ended |= other.ended;
        self.paid_at = self.paid_at.max(other.paid_at);
        if other.newest > self.newest {
            self.newest = other.newest;
            self.facts = other.facts;
        } else if other.newest == self.newest {
            for (event, stored) in other.facts {
                match self.facts.entry(event) {
                    Entry::Occupied(mine) => mine.into_mut().join(stored),
                    Entry::Vacant(entry) => {
                        entry.insert(stored);
                    }
                }
            }
        }
    }

    /// Returns the fact that determines the status.
    ///
    /// Only the facts of the newest second are stored. A fact is superseded if another fact names
    /// its status as the previous status. Superseded facts do not count, unless all facts are
    /// superseded. Of the facts that count, the result is the fact with the highest
    /// [`Change::rank`](super::Change::rank). Of equal ranks, it is the fact with the highest event
    /// id.
    #[must_use]
    pub fn effective_fact(&self) -> Option<&SubscriptionFact> {
        let superseded = |event: &EventId, stored: &StoredFact| {
            self.facts.iter().any(|(other, later)| {
                other != event && later.fact.previous_status == Some(stored.fact.status)
            })
        };
        let rank = |(event, stored): &(&EventId, &StoredFact)| (stored.fact.change.rank(), (*event).clone());
        self.facts
            .iter()
            .filter(|(event, stored)| !superseded(event, stored))
            .max_by_key(rank)
            .or_else(|| self.facts.iter().max_by_key(rank))
            .map(|(_, stored)| &stored.fact)
    }

    /// Returns the status. Returns `None` if neither a subscription event nor a payment of more
    /// than 0 arrived.
    ///
    /// A payment in or after the second of the newest event makes an incomplete or past-due
    /// subscription active. A payment alone, without an event, also makes it active. A payment
    /// never makes an ended subscription active.
    #[must_use]
    pub fn status(&self) -> Option<SubscriptionStatus> {
        use SubscriptionStatus::{Active, Canceled, Incomplete, PastDue};
        if self.ended {
            return Some(Canceled);
        }
        let paid_since = self.paid_at.is_some_and(|paid| Some(paid) >= self.newest);
        match self.effective_fact().map(|fact| fact.status) {
            None | Some(Incomplete | PastDue) if paid_since => Some(Active),
            status => status,
        }
    }

    /// Removes all facts except the effective one. The status stays the same.
    pub(super) fn fold(&mut self) {
        if let Some(effective) = self.effective_fact().cloned() {
            self.facts.retain(|_, stored| stored.fact == effective);
        }
    }
}

impl StoredFact {
    fn join(&mut self, other: Self) {
        let (mine, theirs) = (self.fact.content_hash(), other.fact.content_hash());
        self.contested |= other.contested || mine != theirs;
        if theirs < mine {
            self.fact = other.fact;
        } else if theirs == mine {
            self.fact.paused = self.fact.paused.max(other.fact.paused);
        }
    }
}
