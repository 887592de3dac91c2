//! The facts of one second, and which of them is the last.
//!
//! Stripe does not define the order of the events of one second.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, EventId, Previous, PreviousCancel, SubscriptionFact, SubscriptionStatus};

/// Facts of one second.
pub type Facts = BTreeMap<EventId, StoredFact>;

/// A fact as it is stored with a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFact {
    /// State that the event reports.
    pub fact: SubscriptionFact,
    /// Whether the same event id also arrived with other content. The content with the smallest
    /// hash is kept.
    pub contested: bool,
}

impl StoredFact {
    pub(super) fn join(&mut self, other: Self) {
        let hashes = self.fact.content_hash().cmp(&other.fact.content_hash());
        self.contested |= other.contested || hashes.is_ne();
        // Facts with the same hash can differ in the values that it does not cover.
        if hashes.then_with(|| other.fact.unhashed().cmp(&self.fact.unhashed())).is_gt() {
            self.fact = other.fact;
        }
    }
}

/// Returns the last fact of one second. `before` is the last fact of an earlier second.
///
/// A fact is superseded if another fact directly follows it, or else if another fact names its values
/// as the previous ones. If the facts form a cycle, as after a change and its reversal, all are
/// superseded. The cycle then ends with the values with which it started, which are those of `before`
/// or of the creation. Of the facts that count, the result is the one with the highest
/// [`Change::rank`](Change::rank). Of equal ranks, it is the one with the highest event id.
///
/// A read of the subscription at Stripe counts only if the second has no event.
pub(super) fn last_of_second<'a>(
    facts: &'a Facts,
    before: Option<&SubscriptionFact>,
) -> Option<&'a SubscriptionFact> {
    let has_event = facts.values().any(|stored| stored.fact.change != Change::Read);
    let all: Vec<(&EventId, &SubscriptionFact)> = facts
        .iter()
        .map(|(event, stored)| (event, &stored.fact))
        .filter(|(_, fact)| !has_event || fact.change != Change::Read)
        .collect();
    let open = not_superseded(&all, |later, earlier| later.previous.follows(later, earlier));
    let open = open.unwrap_or_else(|| all.clone());
    if let Some(last) = not_superseded(&open, |later, earlier| later.previous.names(earlier)) {
        return highest(last);
    }
    let created = all.iter().map(|(_, fact)| *fact).find(|fact| fact.change == Change::Created);
    let restored: Vec<_> = match created.or(before) {
        Some(start) => open.iter().copied().filter(|(_, fact)| restores(fact, start, &all)).collect(),
        None => Vec::new(),
    };
    let candidates = if restored.is_empty() { open } else { restored };
    highest(candidates)
}

/// Returns the fact with the highest kind, or of equal kinds the one with the highest event id.
fn highest<'a>(facts: Vec<(&'a EventId, &'a SubscriptionFact)>) -> Option<&'a SubscriptionFact> {
    facts.into_iter().max_by_key(|(event, fact)| (fact.change.rank(), *event)).map(|(_, fact)| fact)
}

/// Returns the facts that no other fact supersedes. Returns `None` if all are superseded.
fn not_superseded<'a>(
    facts: &[(&'a EventId, &'a SubscriptionFact)],
    supersedes: impl Fn(&SubscriptionFact, &SubscriptionFact) -> bool,
) -> Option<Vec<(&'a EventId, &'a SubscriptionFact)>> {
    let is_open = |(event, fact): &(&EventId, &SubscriptionFact)| {
        !facts.iter().any(|(other, later)| other != event && supersedes(later, fact))
    };
    let open: Vec<_> = facts.iter().copied().filter(is_open).collect();
    (!open.is_empty()).then_some(open)
}

/// Returns whether a fact has the values with which the second started, in all fields that changed.
fn restores(
    fact: &SubscriptionFact,
    start: &SubscriptionFact,
    all: &[(&EventId, &SubscriptionFact)],
) -> bool {
    fact.change != Change::Created && all.iter().all(|(_, it)| it.previous.same_values(fact, start))
}

impl Previous {
    /// Returns whether the event names at least one previous value, and all values that it names
    /// are the values of `fact`.
    fn names(&self, fact: &SubscriptionFact) -> bool {
        let cancel = |previous| match (previous, fact.cancel_at) {
            (PreviousCancel::Unscheduled, None) | (PreviousCancel::Scheduled, Some(_)) => true,
            (PreviousCancel::At(previous), Some(at)) => previous == at,
            _ => false,
        };
        let fields = [
            self.status.map(|previous| previous == fact.status),
            self.trial_end.map(|previous| previous == fact.trial_end),
            self.cancel.map(cancel),
            self.paused.map(|previous| previous == fact.paused),
            self.prices.as_ref().map(|previous| previous.iter().map(String::as_str).eq(price_set(fact))),
        ];
        fields.contains(&Some(true)) && !fields.contains(&Some(false))
    }

    /// Returns whether `earlier` can be the state directly before the event, which reports `own`: the
    /// changed fields have their previous values, and the other fields have the values of `own`.
    fn follows(&self, own: &SubscriptionFact, earlier: &SubscriptionFact) -> bool {
        self.names(earlier) && self.unchanged().same_values(own, earlier)
    }

    /// Returns a value that names exactly the fields that the event did not change.
    fn unchanged(&self) -> Self {
        fn flip<T, U>(named: Option<&T>, value: U) -> Option<U> {
            named.is_none().then_some(value)
        }
        Self {
            status: flip(self.status.as_ref(), SubscriptionStatus::Active),
            trial_end: flip(self.trial_end.as_ref(), None),
            cancel: flip(self.cancel.as_ref(), PreviousCancel::Unscheduled),
            paused: flip(self.paused.as_ref(), None),
            prices: flip(self.prices.as_ref(), BTreeSet::new()),
        }
    }

    /// Returns whether two facts have the same values in all fields that the event changed.
    fn same_values(&self, one: &SubscriptionFact, other: &SubscriptionFact) -> bool {
        (self.status.is_none() || one.status == other.status)
            && (self.trial_end.is_none() || one.trial_end == other.trial_end)
            && (self.cancel.is_none() || one.cancel_at == other.cancel_at)
            && (self.paused.is_none() || one.paused == other.paused)
            && (self.prices.is_none() || price_set(one) == price_set(other))
    }
}

/// Returns the prices of a subscription in order, each once.
fn price_set(fact: &SubscriptionFact) -> BTreeSet<&str> {
    fact.prices().collect()
}
