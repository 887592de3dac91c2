//! An independent computation of the state of a subscription, from the complete history.

use std::collections::BTreeSet;

use domain::billing::{
    Change::{self, Created, Deleted, Updated},
    Fact, FactKind, InvoiceFact, Item, Plan, Previous, PreviousCancel, SubscriptionFact,
    SubscriptionStatus::{
        self, Active, Canceled, Incomplete, IncompleteExpired, PastDue, Paused, Trialing, Unpaid,
    },
};
use jiff::{SignedDuration, Timestamp};

use crate::fixture::{acme, globex};

/// One subscription as the complete history describes it, without the code of the crate.
pub struct Oracle<'a> {
    pub history: &'a [Fact],
    pub name: &'static str,
}

impl<'a> Oracle<'a> {
    /// Returns the facts about the subscription, its invoices, and its announcements.
    pub fn about(&self) -> impl Iterator<Item = &'a Fact> {
        let name = self.name;
        self.history.iter().filter(move |fact| match &fact.what {
            FactKind::Subscription { subscription, .. }
            | FactKind::Upcoming { subscription, .. }
            | FactKind::Invoice { subscription: Some(subscription), .. } => subscription.as_str() == name,
            _ => false,
        })
    }

    fn states(&self) -> impl Iterator<Item = (&'a Fact, &'a SubscriptionFact)> {
        self.about().filter_map(|fact| match &fact.what {
            FactKind::Subscription { fact: state, .. } => Some((fact, state)),
            _ => None,
        })
    }

    /// Returns the newest event that names an organization, and whether it names Acme.
    fn newest_name(&self) -> Option<bool> {
        let named = self.about().filter_map(|fact| {
            let at = match &fact.what {
                FactKind::Invoice { invoice_created, .. } => fact.created.min(*invoice_created),
                _ => fact.created,
            };
            Some((at, fact.event.as_str(), fact.names? == globex()))
        });
        // Two events with one id, one time, and different names contradict each other. The
        // subscription then counts only if another organization is not named.
        named.max().map(|(.., other)| !other)
    }

    /// Returns whether an event without a name shows the price of a plan.
    fn shows_plan(&self) -> bool {
        let plan = |id: &str| ["price_single", "price_former", "price_team"].contains(&id);
        self.about().any(|fact| {
            fact.names.is_none()
                && match &fact.what {
                    FactKind::Subscription { fact, .. } => fact.items.iter().any(|item| plan(&item.price)),
                    FactKind::Invoice { prices, .. } => prices.iter().any(|id| plan(id)),
                    _ => false,
                }
        })
    }

    pub fn counts(&self) -> bool {
        self.newest_name().unwrap_or_else(|| self.shows_plan())
    }

    fn was_live(&self) -> bool {
        self.about().any(|fact| {
            fact.names != Some(globex())
                && match &fact.what {
                    FactKind::Subscription { fact, .. } => {
                        let is_read = fact.change == Change::Read;
                        matches!(fact.status, Active | Trialing | PastDue)
                            || (is_read && matches!(fact.status, Canceled | Paused | Unpaid))
                    }
                    FactKind::Invoice { fact, .. } => matches!(fact, InvoiceFact::Paid { .. }),
                    _ => false,
                }
        })
    }

    pub fn began(&self) -> bool {
        let named = self.about().any(|fact| fact.names == Some(acme()));
        (named || self.shows_plan()) && self.was_live()
    }

    fn is_paid_since(&self, at: Timestamp) -> bool {
        let here = |fact: &&Fact| fact.names.is_none_or(|named| named == acme());
        self.about().filter(here).any(|fact| {
            matches!(fact.what, FactKind::Invoice { fact: InvoiceFact::Paid { amount: 1.. }, .. })
                && fact.created >= at
        })
    }

    /// Returns the facts of a second, one per event. Of two contents of one event, the smaller hash
    /// counts, and of equal hashes the larger rest.
    fn of_second(&self, second: Timestamp) -> Vec<(&'a Fact, &'a SubscriptionFact)> {
        let rest = |state: &SubscriptionFact| {
            (
                state.paused,
                state.items.clone(),
                state.previous.clone(),
                state.status,
                state.latest_invoice.clone(),
                (state.fixed_amount, state.lacks_payment_method),
            )
        };
        let mut facts: Vec<_> = self.states().filter(|(fact, _)| fact.created == second).collect();
        facts.sort_by(|(one, a), (other, b)| {
            let hashes = one.event.cmp(&other.event).then(a.content_hash().cmp(&b.content_hash()));
            hashes.then_with(|| with_plans(rest(b)).cmp(&with_plans(rest(a))))
        });
        facts.dedup_by(|later, earlier| later.0.event == earlier.0.event);
        facts
    }

    /// Returns the last fact of a second. `start` is the state before the second.
    fn last_of(&self, second: Timestamp, start: Option<&SubscriptionFact>) -> Option<&'a SubscriptionFact> {
        let mut all = self.of_second(second);
        // Every event of the second is later than a read.
        if all.iter().any(|(_, state)| state.change != Change::Read) {
            all.retain(|(_, state)| state.change != Change::Read);
        }
        // A fact that another one follows directly is not the last, even if it names the values of a
        // third one.
        let ends = without_successor(&all, follows);
        let facts = if ends.is_empty() { all.clone() } else { ends };
        let last = without_successor(&facts, names);
        if !last.is_empty() {
            return highest(&last);
        }
        let created = all.iter().find(|(_, state)| state.change == Created).map(|(_, state)| *state);
        let start = created.or(start);
        let back: Vec<_> = facts
            .iter()
            .copied()
            .filter(|(_, state)| {
                let Some(start) = start else { return false };
                let changed = |of: fn(&Previous) -> bool| all.iter().any(|(_, it)| of(&it.previous));
                state.change != Created
                    && (state.status == start.status || !changed(|it| it.status.is_some()))
                    && (state.trial_end == start.trial_end || !changed(|it| it.trial_end.is_some()))
                    && (state.cancel_at == start.cancel_at || !changed(|it| it.cancel.is_some()))
                    && (state.paused == start.paused || !changed(|it| it.paused.is_some()))
                    && (prices(state) == prices(start) || !changed(|it| it.prices.is_some()))
            })
            .collect();
        highest(&back).or_else(|| highest(&facts))
    }

    /// Returns the newest second and its last fact.
    pub fn effective(&self) -> Option<(Timestamp, &'a SubscriptionFact)> {
        let seconds: BTreeSet<Timestamp> = self.states().map(|(fact, _)| fact.created).collect();
        let mut seconds = seconds.into_iter().rev();
        let newest = seconds.next()?;
        let before = seconds.next().and_then(|second| self.last_of(second, None));
        Some((newest, self.last_of(newest, before)?))
    }

    pub fn status(&self, now: Timestamp) -> Option<SubscriptionStatus> {
        let ends = |state: &SubscriptionFact| {
            state.change == Deleted || matches!(state.status, Canceled | IncompleteExpired)
        };
        if self.states().any(|(_, state)| ends(state)) {
            return self.was_live().then_some(Canceled);
        }
        let Some((newest, state)) = self.effective() else {
            return self.is_paid_since(Timestamp::MIN).then_some(Active);
        };
        let passed = |date: Option<Timestamp>, hours| {
            let limit = date.map(|date| date + SignedDuration::from_hours(hours));
            limit.is_some_and(|limit| newest <= limit && limit <= now)
        };
        Some(if passed(state.cancel_at, 24) {
            Canceled
        } else {
            match state.status {
                Incomplete | PastDue if self.is_paid_since(newest) => Active,
                Trialing if state.trial_end.is_some_and(|end| self.is_paid_since(end.max(newest))) => Active,
                Trialing if passed(state.trial_end, 72) => PastDue,
                status => status,
            }
        })
    }

    pub fn is_of_deleted_customer(&self) -> bool {
        let owner = self.about().filter_map(Fact::customer).min();
        self.history.iter().any(|fact| match &fact.what {
            FactKind::CustomerDeleted { customer } => Some(customer) == owner,
            _ => false,
        })
    }
}

fn prices(state: &SubscriptionFact) -> BTreeSet<String> {
    state.items.iter().map(|item| item.price.clone()).collect()
}

/// Returns whether `later` names previous values, all of which are the values of `state`.
fn names(later: &SubscriptionFact, state: &SubscriptionFact) -> bool {
    let was = &later.previous;
    let cancel = match was.cancel {
        None => None,
        Some(PreviousCancel::At(at)) => Some(state.cancel_at == Some(at)),
        Some(PreviousCancel::Scheduled) => Some(state.cancel_at.is_some()),
        Some(PreviousCancel::Unscheduled) => Some(state.cancel_at.is_none()),
    };
    let same = [
        was.status.map(|it| it == state.status),
        was.trial_end.map(|it| it == state.trial_end),
        cancel,
        was.paused.map(|it| it == state.paused),
        was.prices.as_ref().map(|it| *it == prices(state)),
    ];
    same.iter().any(Option::is_some) && same.into_iter().flatten().all(|same| same)
}

/// Returns whether `state` can be the state directly before `later`.
fn follows(later: &SubscriptionFact, state: &SubscriptionFact) -> bool {
    let was = &later.previous;
    names(later, state)
        && (was.status.is_some() || later.status == state.status)
        && (was.trial_end.is_some() || later.trial_end == state.trial_end)
        && (was.cancel.is_some() || later.cancel_at == state.cancel_at)
        && (was.paused.is_some() || later.paused == state.paused)
        && (was.prices.is_some() || prices(later) == prices(state))
}

/// Returns the facts that no other fact of them succeeds.
fn without_successor<'a>(
    facts: &[(&'a Fact, &'a SubscriptionFact)],
    succeeds: fn(&SubscriptionFact, &SubscriptionFact) -> bool,
) -> Vec<(&'a Fact, &'a SubscriptionFact)> {
    let is_last = |(fact, state): &(&Fact, &SubscriptionFact)| {
        !facts.iter().any(|(other, later)| other.event != fact.event && succeeds(later, state))
    };
    facts.iter().copied().filter(is_last).collect()
}

fn highest<'a>(facts: &[(&'a Fact, &'a SubscriptionFact)]) -> Option<&'a SubscriptionFact> {
    let rank = |change| match change {
        Change::Read => 0,
        Created => 1,
        Updated | Change::TrialWillEnd => 2,
        Deleted => 3,
    };
    facts.iter().max_by_key(|(fact, state)| (rank(state.change), &fact.event)).map(|(_, it)| *it)
}

/// Returns the values of a state with the plans of its items, as they are stored.
fn with_plans<A, B, C, D, E>(rest: (A, Vec<Item>, B, C, D, E)) -> (A, Vec<Item>, B, C, D, E) {
    let (a, mut items, b, c, d, e) = rest;
    for item in &mut items {
        item.plan = match item.price.as_str() {
            "price_single" | "price_former" => Some(Plan::Single),
            "price_team" => Some(Plan::Team),
            _ => None,
        };
    }
    (a, items, b, c, d, e)
}
