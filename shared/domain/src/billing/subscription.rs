//! One subscription as its facts describe it.

use std::collections::{BTreeMap, btree_map::Entry};

use jiff::{SignedDuration, Timestamp};

use super::{
    Attribution, CustomerId, EventId, Facts, InvoiceId, Money, StoredFact, SubscriptionFact,
    SubscriptionStatus, invoice::first, second::last_of_second,
};
use crate::{id::OrgId, time::add};

/// Time after a scheduled end at which the subscription counts as ended, even if no event reported
/// the end.
pub const END_GRACE: SignedDuration = SignedDuration::from_hours(24);
/// Time after a trial's end at which the plan counts as unconfirmed, if the newest event still
/// reports the trial.
pub const TRIAL_GRACE: SignedDuration = SignedDuration::from_hours(24);
/// Time after a trial's end at which the subscription counts as past due, if the newest event still
/// reports the trial.
pub const TRIAL_LIMIT: SignedDuration = SignedDuration::from_hours(72);

/// State of one subscription. Two states can be joined in any order and any number of times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Customer that the subscription belongs to.
    pub customer: CustomerId,
    /// Facts of all events of the newest second and of the second before it in which an event was
    /// created. Stripe does not define the order of the events of one second.
    pub facts: BTreeMap<Timestamp, Facts>,
    /// Newest event whose metadata names this organization.
    pub named: Option<Mention>,
    /// Newest event whose metadata names another organization.
    pub named_other: Option<Mention>,
    /// The other organization to which the customer is linked.
    pub linked_to: Option<OrgId>,
    /// Creation time of the earliest event that shows a plan's price, while the metadata names no
    /// organization and the customer is linked.
    pub counted_at: Option<Timestamp>,
    /// Creation time of the earliest event that shows that the subscription began: it is trialing,
    /// active, or past due, or an invoice was paid.
    pub first_live_at: Option<Timestamp>,
    /// Creation time of the earliest event that reports the end.
    pub ended_at: Option<Timestamp>,
    /// Creation time of the newest event that reports a payment of more than 0.
    pub paid_at: Option<Timestamp>,
    /// Newest paid invoice, also one of 0.
    pub last_paid: Option<PaidInvoice>,
    /// Creation time of the newest invoice that was paid with more than 0. Issues of older invoices
    /// are settled.
    pub paid_through: Option<Timestamp>,
    /// The newest announcement of an invoice.
    pub upcoming: Option<Upcoming>,
}

/// An event whose metadata names an organization. Mentions are ordered by time, then by event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mention {
    /// Time of the metadata's value.
    pub at: Timestamp,
    /// Id of the event.
    pub event: EventId,
    /// The organization that it names.
    pub org: OrgId,
}

/// A paid invoice of a subscription. Paid invoices are ordered by their creation time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PaidInvoice {
    /// When Stripe created the invoice.
    pub created: Timestamp,
    /// Id of the invoice. It is `None` for a payment that an earlier version of the code recorded.
    pub invoice: Option<InvoiceId>,
}

/// Announcement of the next invoice. Announcements are ordered by time, then by event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Upcoming {
    /// When Stripe created the announcing event.
    pub announced_at: Timestamp,
    /// Id of the announcing event.
    pub event: EventId,
    /// When the invoice will be created.
    pub date: Timestamp,
    /// Amount that the invoice will charge.
    pub amount: Money,
}

impl Subscription {
    /// Returns a subscription of which only the customer is known.
    #[must_use]
    pub fn unknown(customer: CustomerId) -> Self {
        Self {
            customer,
            facts: BTreeMap::new(),
            named: None,
            named_other: None,
            linked_to: None,
            counted_at: None,
            first_live_at: None,
            ended_at: None,
            paid_at: None,
            last_paid: None,
            paid_through: None,
            upcoming: None,
        }
    }

    /// Returns the state that one event reports.
    pub(super) fn from_event(
        customer: CustomerId,
        event: EventId,
        created: Timestamp,
        fact: SubscriptionFact,
    ) -> Self {
        Self {
            first_live_at: Some(created).filter(|_| fact.began()),
            ended_at: Some(created).filter(|_| fact.ends()),
            facts: BTreeMap::from([(created, Facts::from([(event, StoredFact { fact, contested: false })]))]),
            ..Self::unknown(customer)
        }
    }

    /// Returns the state after the payment of an invoice, which the event of `at` reports.
    pub(super) fn paid(self, at: Timestamp, invoice: PaidInvoice, amount: u64) -> Self {
        let paid = |at| Some(at).filter(|_| amount > 0);
        Self {
            first_live_at: Some(at),
            paid_at: paid(at),
            paid_through: paid(invoice.created),
            last_paid: Some(invoice),
            ..self
        }
    }

    /// Returns the state of one event with the reason for which the organization records it.
    /// `mention` names the organization.
    ///
    /// An event that names another organization does not show that the subscription began or was paid
    /// here.
    pub(super) fn attributed(mut self, attribution: Attribution, mention: Mention) -> Self {
        match attribution {
            Attribution::Named => self.named = Some(mention),
            Attribution::NamesOther(other) => {
                self.named_other = Some(Mention { org: other, ..mention });
                self.first_live_at = None;
                self.paid_at = None;
                self.paid_through = None;
                self.last_paid = None;
            }
            Attribution::Linked { plan_price } => self.counted_at = Some(mention.at).filter(|_| plan_price),
        }
        self
    }

    /// Joins another state of the same subscription into this one.
    pub fn join(&mut self, other: Self) {
        self.customer = std::cmp::min(&self.customer, &other.customer).clone();
        self.named = self.named.take().max(other.named);
        self.named_other = self.named_other.take().max(other.named_other);
        self.linked_to = first(self.linked_to, other.linked_to);
        self.counted_at = first(self.counted_at, other.counted_at);
        self.first_live_at = first(self.first_live_at, other.first_live_at);
        self.ended_at = first(self.ended_at, other.ended_at);
        self.paid_at = self.paid_at.max(other.paid_at);
        self.last_paid = self.last_paid.take().max(other.last_paid);
        self.paid_through = self.paid_through.max(other.paid_through);
        self.upcoming = self.upcoming.take().max(other.upcoming);
        for (second, facts) in other.facts {
            let mine = self.facts.entry(second).or_default();
            for (event, stored) in facts {
                match mine.entry(event) {
                    Entry::Occupied(mine) => mine.into_mut().join(stored),
                    Entry::Vacant(entry) => {
                        entry.insert(stored);
                    }
                }
            }
        }
        while self.facts.len() > 2 {
            self.facts.pop_first();
        }
    }

    /// Returns the creation time of the newest event about the subscription itself. Returns `None`
    /// while only invoices mention it.
    #[must_use]
    pub fn newest(&self) -> Option<Timestamp> {
        self.facts.last_key_value().map(|(second, _)| *second)
    }

    // ---- who owns it, and what counts ----

    /// Returns whether the subscription counts for the organization. The newest event that names an
    /// organization decides. If no event names one, the price and the customer link decide.
    #[must_use]
    pub fn counts(&self) -> bool {
        // `None` is smaller than every mention.
        self.named > self.named_other || (self.named_other.is_none() && self.counted_at.is_some())
    }

    /// Returns whether the subscription counts for the organization or once did.
    pub(super) fn ever_counted(&self) -> bool {
        self.named.is_some() || self.counted_at.is_some()
    }

    /// Returns whether the subscription counted and began here, and the metadata then named another
    /// organization.
    #[must_use]
    pub fn moved_away(&self) -> bool {
        !self.counts() && self.began()
    }

    // ---- what begins, and what ends ----

    /// Returns whether the subscription began, for this organization. The value never returns to
    /// false.
    #[must_use]
    pub fn began(&self) -> bool {
        self.ever_counted() && self.first_live_at.is_some()
    }

    /// Returns the fact that determines the status: the last one of the newest second.
    #[must_use]
    pub fn effective_fact(&self) -> Option<&SubscriptionFact> {
        let mut seconds = self.facts.values().rev();
        let newest = seconds.next()?;
        last_of_second(newest, seconds.next().and_then(|before| last_of_second(before, None)))
    }

    /// Returns the status at `now`. Returns `None` if neither a subscription event nor a payment of
    /// more than 0 arrived, or if the subscription ended before it began.
    ///
    /// - An ended subscription is never active again.
    /// - A payment in or after the second of the newest event makes an incomplete or past-due
    ///   subscription active. A payment alone, without an event, also makes it active. A payment
    ///   after a trial's end makes a trialing subscription active.
    /// - A date that passed long ago counts, even if no event confirmed it. An event that was
    ///   created later takes this back.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> Option<SubscriptionStatus> {
        use SubscriptionStatus::{Active, Canceled, Incomplete, PastDue, Trialing};
        if self.ended_at.is_some() {
            return self.first_live_at.is_some().then_some(Canceled);
        }
        let paid_since = |at: Option<Timestamp>| self.paid_at.is_some_and(|paid| Some(paid) >= at);
        let newest = self.newest();
        let Some(fact) = self.effective_fact() else {
            return paid_since(newest).then_some(Active);
        };
        if self.passed_end(now) {
            return Some(Canceled);
        }
        Some(match fact.status {
            Incomplete | PastDue if paid_since(newest) => Active,
            Trialing if paid_since(newest) && fact.trial_end.is_some() && paid_since(fact.trial_end) => {
                Active
            }
            Trialing if self.trial_passed(TRIAL_LIMIT, now) => PastDue,
            status => status,
        })
    }

    /// Returns when the subscription ended, if it ended by an event or by its scheduled end.
    pub(super) fn end(&self, now: Timestamp) -> Option<Timestamp> {
        let scheduled = || self.effective_fact()?.cancel_at.filter(|_| self.passed_end(now));
        self.ended_at.or_else(scheduled)
    }

    /// Returns whether the scheduled end passed so long ago that the subscription counts as ended.
    fn passed_end(&self, now: Timestamp) -> bool {
        self.passing_dates().any(|(date, kind)| kind == PassedDate::End && date <= now)
    }

    /// Returns whether the trial's end passed `limit` ago while the newest event still reports the
    /// trial.
    #[must_use]
    pub fn trial_passed(&self, limit: SignedDuration, now: Timestamp) -> bool {
        self.passing_dates()
            .any(|(date, kind)| matches!(kind, PassedDate::Trial(it) if it == limit) && date <= now)
    }

    /// Returns the times at which the status or a text changes although no event arrives.
    ///
    /// A date counts only if the newest event was created before the time. Otherwise Stripe
    /// reported the state after the date.
    pub(super) fn passing_dates(&self) -> impl Iterator<Item = (Timestamp, PassedDate)> {
        let fact = self.effective_fact().filter(|_| self.ended_at.is_none());
        let end = fact.and_then(|fact| fact.cancel_at).map(|at| (add(at, END_GRACE), PassedDate::End));
        let trial = fact.filter(|fact| fact.status == SubscriptionStatus::Trialing);
        let trial = trial.and_then(|fact| fact.trial_end);
        let trial_date = |limit| trial.map(|at| (add(at, limit), PassedDate::Trial(limit)));
        let newest = self.newest();
        [end, trial_date(TRIAL_GRACE), trial_date(TRIAL_LIMIT)]
            .into_iter()
            .flatten()
            .filter(move |(date, _)| newest.is_some_and(|newest| newest <= *date))
    }

    /// Removes all facts except the effective one. The status stays the same.
    pub(super) fn fold(&mut self) {
        let Some(effective) = self.effective_fact().cloned() else { return };
        while self.facts.len() > 1 {
            self.facts.pop_first();
        }
        for facts in self.facts.values_mut() {
            facts.retain(|_, stored| stored.fact == effective);
        }
    }
}

/// A date of a subscription whose passing changes the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PassedDate {
    /// The scheduled end of the subscription.
    End,
    /// The trial's end, and the time since then.
    Trial(SignedDuration),
}
