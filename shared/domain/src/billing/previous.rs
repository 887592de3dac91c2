//! Order of the facts of one second, by the values that each event says it replaced.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Pause, SubscriptionFact, SubscriptionStatus};

/// Values that an event replaced. Each field is `None` if the event did not change it.
///
/// Source: Stripe's API reference, "The Event object", field `data.previous_attributes`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Previous {
    /// Status before the event.
    pub status: Option<SubscriptionStatus>,
    /// End of the trial before the event.
    pub trial_end: Option<Option<Timestamp>>,
    /// Scheduled end before the event.
    pub cancel: Option<PreviousCancel>,
    /// Payment pause before the event.
    pub paused: Option<Option<Pause>>,
    /// Prices before the event.
    pub prices: Option<BTreeSet<String>>,
}

/// Scheduled end of a subscription before an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PreviousCancel {
    /// No end was scheduled.
    Unscheduled,
    /// An end was scheduled. The event does not state its time.
    Scheduled,
    /// An end was scheduled for this time.
    At(Timestamp),
}

impl Previous {
    /// Returns whether the event names at least one previous value, and all values that it names
    /// are the values of `fact`.
    pub(super) fn names(&self, fact: &SubscriptionFact) -> bool {
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
    pub(super) fn follows(&self, own: &SubscriptionFact, earlier: &SubscriptionFact) -> bool {
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
    pub(super) fn same_values(&self, one: &SubscriptionFact, other: &SubscriptionFact) -> bool {
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
