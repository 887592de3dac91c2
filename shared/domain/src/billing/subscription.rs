//! One subscription, as the facts about it say.

use std::collections::{BTreeMap, btree_map::Entry};

use jiff::Timestamp;

use super::{CustomerId, EventId, SubscriptionFact, SubscriptionStatus};

/// What is kept of one subscription. Two of them join: it does not matter which facts came first, nor how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Whose it is.
    pub customer: CustomerId,
    /// The newest second in which an event about it was made; none while only invoices speak of it.
    pub newest: Option<Timestamp>,
    /// What the events of that second say. Events of one second have no order of their own.
    pub facts: BTreeMap<EventId, StoredFact>,
    /// Whether any event ever said that it is over. Nothing takes this back.
    pub ended: bool,
    /// The latest event that says an invoice of it was paid with more than 0.
    pub paid_at: Option<Timestamp>,
}

/// A fact, as held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFact {
    /// What the event says.
    pub fact: SubscriptionFact,
    /// Whether the same event id also came with other content; of these the one with the smallest hash is held.
    pub contested: bool,
}

impl Subscription {
    /// A subscription of which nothing is known but its customer.
    #[must_use]
    pub fn unknown(customer: CustomerId) -> Self {
        Self { customer, newest: None, facts: BTreeMap::new(), ended: false, paid_at: None }
    }

    /// A subscription of which one event spoke.
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

    /// What both know together.
    pub fn join(&mut self, other: Self) {
        self.customer = std::cmp::min(&self.customer, &other.customer).clone();
        self.ended |= other.ended;
        self.paid_at = self.paid_at.max(other.paid_at);
        if other.newest > self.newest {
            self.newest = other.newest;
            self.facts = other.facts;
        } else if other.newest == self.newest {
            for (event, held) in other.facts {
                match self.facts.entry(event) {
                    Entry::Occupied(mine) => mine.into_mut().join(held),
                    Entry::Vacant(place) => {
                        place.insert(held);
                    }
                }
            }
        }
    }

    /// The fact that decides. Of those of the newest second, one whose status another names as the status before
    /// is not the last word (unless that holds for all of them); then the highest kind, then the highest id.
    #[must_use]
    pub fn effective_fact(&self) -> Option<&SubscriptionFact> {
        let superseded = |event: &EventId, held: &StoredFact| {
            self.facts
                .iter()
                .any(|(other, later)| other != event && later.fact.previous_status == Some(held.fact.status))
        };
        let rank = |(event, held): &(&EventId, &StoredFact)| (held.fact.change.rank(), (*event).clone());
        self.facts
            .iter()
            .filter(|(event, held)| !superseded(event, held))
            .max_by_key(rank)
            .or_else(|| self.facts.iter().max_by_key(rank))
            .map(|(_, held)| &held.fact)
    }

    /// Its status; none while only invoices of 0 speak of it.
    ///
    /// A payment at or after the newest word lifts one that waits for a payment. It never revives an ended one.
    #[must_use]
    pub fn status(&self) -> Option<SubscriptionStatus> {
        use SubscriptionStatus::{Active, Canceled, Incomplete, PastDue};
        if self.ended {
            return Some(Canceled);
        }
        let paid_since = self.paid_at.is_some_and(|paid| Some(paid) >= self.newest);
        match self.effective_fact().map(|fact| fact.status) {
            None | Some(Incomplete | PastDue) if paid_since => Some(Active),
            told => told,
        }
    }

    /// Keeps only the fact that decides, which decides the same without the others.
    pub(super) fn fold(&mut self) {
        if let Some(decisive) = self.effective_fact().cloned() {
            self.facts.retain(|_, held| held.fact == decisive);
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
