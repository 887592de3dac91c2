//! Finds the reasons why an operator should review an event, and describes them.

use std::{collections::BTreeSet, fmt};

use domain::{
    billing::{Conflict, Fact, FactKind, IncidentKind, ReviewKind, SubscriptionId, Surplus},
    id::OrgId,
    org::Org,
};
use jiff::Timestamp;
use stripe::Event;

use crate::event::ReceivedEvent;

/// The new reasons for a review that an event causes.
#[derive(Debug)]
pub struct Review {
    /// Sentences without a final period, the most important first. A conflict has no kind.
    reasons: Vec<(Option<ReviewKind>, String)>,
    /// The affected organizations. The first is the one to which the event is applied.
    organizations: Vec<OrgId>,
}

impl Review {
    /// Collects what the organization needs in `after` but not in `before`. `linked` is the
    /// organization to which the event's customer is linked.
    pub fn new(before: &Org, after: &Org, linked: Option<OrgId>, received: ReceivedEvent<'_>) -> Self {
        let ReceivedEvent { event, fact, now, .. } = received;
        let mut reasons = surplus(before, after, now);
        reasons.extend(by_type(before, event, fact));
        reasons.extend(conflicts(before, after, linked));
        let named = match &fact.what {
            FactKind::Checkout { named, .. } => named.iter().copied().collect(),
            _ => Vec::new(),
        };
        Self { reasons, organizations: organizations(after.id, linked.into_iter().chain(named)) }
    }

    /// Collects the reasons after an event that moves a subscription from `left` to `joined`, which
    /// was `before`. `linked` is the organization to which the event's customer is linked.
    pub fn moved(
        before: &Org,
        joined: &Org,
        left: &Org,
        subscription: &SubscriptionId,
        linked: Option<OrgId>,
        received: ReceivedEvent<'_>,
    ) -> Self {
        let mut reasons = Vec::new();
        let moves = joined.billing.owns(subscription) && !before.billing.owns(subscription);
        if let Some(linked) = linked.filter(|linked| *linked != joined.id && moves) {
            let customer = received.fact.customer().map(ToString::to_string).unwrap_or_default();
            let sentence = format!(
                "subscription {subscription} names organization {}, but its customer {customer} is linked to {linked}",
                joined.id
            );
            reasons.push((Some(ReviewKind::MovedCustomer), sentence));
        }
        reasons.extend(surplus(before, joined, received.now));
        Self { reasons, organizations: organizations(joined.id, linked.into_iter().chain([left.id])) }
    }

    /// Returns the affected organizations. The first is the one to which the event is applied.
    pub fn organizations(&self) -> Vec<OrgId> {
        self.organizations.clone()
    }

    /// Returns the most important kind; `None` if the event only causes conflicts. A kind that cannot
    /// end by itself comes first, because an item whose kind ended leaves the review queue.
    pub fn kind(&self) -> Option<ReviewKind> {
        self.reasons.iter().filter_map(|(kind, _)| *kind).min_by_key(|kind| (kind.can_end(), *kind))
    }

    /// Returns whether the event contradicts the stored state.
    pub fn has_conflict(&self) -> bool {
        self.reasons.iter().any(|(kind, _)| kind.is_none())
    }

    /// Returns whether the event needs no review.
    pub fn is_empty(&self) -> bool {
        self.reasons.is_empty()
    }
}

impl fmt::Display for Review {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (_, reason)) in self.reasons.iter().enumerate() {
            let separator = if n > 0 { "; " } else { "" };
            write!(f, "{separator}{reason}")?;
        }
        Ok(())
    }
}

/// Returns the review that a returned payment causes. Returns `None` for a later event about a
/// dispute, because the first one causes the review.
pub fn returned_payment(event: &Event, kind: IncidentKind) -> Option<(ReviewKind, String)> {
    let (kind, what) = match kind {
        IncidentKind::Disputed if event.kind != "charge.dispute.created" => return None,
        IncidentKind::Disputed => (ReviewKind::Dispute, "disputed"),
        IncidentKind::Refunded => (ReviewKind::Refund, "refunded"),
    };
    let amount = event.payment.amount.map_or_else(|| "a payment".to_owned(), |amount| amount.to_string());
    let sentence = match &event.payment.charge {
        Some(charge) => format!("{amount} of charge {charge} was {what}"),
        None => format!("{amount} was {what}"),
    };
    Some((kind, sentence))
}

fn organizations(org: OrgId, others: impl Iterator<Item = OrgId>) -> Vec<OrgId> {
    let others: BTreeSet<OrgId> = others.filter(|other| *other != org).collect();
    [org].into_iter().chain(others).collect()
}

/// Returns the payments without effect that `after` has and `before` has not.
fn surplus(before: &Org, after: &Org, now: Timestamp) -> Vec<(Option<ReviewKind>, String)> {
    let known = before.billing.surplus(now);
    let new = after.billing.surplus(now).into_iter().filter(|it| !known.contains(it));
    new.map(|surplus| {
        let sentence = match &surplus {
            Surplus::DoubleSubscription { subscriptions } => {
                let ids: Vec<_> = subscriptions.iter().map(ToString::to_string).collect();
                format!("organization {} pays several subscriptions: {}", after.id, ids.join(", "))
            }
            Surplus::PaidAfterEnd { subscription, invoice } => format!(
                "organization {} paid invoice {invoice} after the end of its subscription {subscription}",
                after.id
            ),
        };
        (Some(ReviewKind::from(&surplus)), sentence)
    })
    .collect()
}

/// Returns the review that the type of an event causes.
fn by_type(before: &Org, event: &Event, fact: &Fact) -> Option<(Option<ReviewKind>, String)> {
    let (kind, sentence) = match &fact.what {
        FactKind::Incident { .. } if before.billing.incidents.contains_key(&fact.event) => return None,
        FactKind::Incident { kind, .. } => returned_payment(event, *kind)?,
        FactKind::FinalizationFailed { invoice, .. } => (
            ReviewKind::FinalizationFailed,
            format!("Stripe could not finalize invoice {invoice}, so it cannot be paid"),
        ),
        _ => return None,
    };
    Some((Some(kind), sentence))
}

/// Returns the conflicts that `after` has and `before` has not.
fn conflicts(before: &Org, after: &Org, linked: Option<OrgId>) -> Vec<(Option<ReviewKind>, String)> {
    let (known, org) = (before.billing.conflicts(), after.id);
    let new = after.billing.conflicts().into_iter().filter(|it| !known.contains(it));
    new.map(|conflict| {
        let sentence = match (&conflict, linked.filter(|linked| *linked != org)) {
            (Conflict::Customer { customer }, Some(linked)) => {
                format!("names organization {org}, but its customer {customer} is linked to {linked}")
            }
            (Conflict::Customer { customer }, None) => {
                format!("is of customer {customer}, but organization {org} is linked to another customer")
            }
            (Conflict::Session { event }, _) => format!(
                "the Checkout session of {event} names another organization than {org}, to which it was applied"
            ),
            (Conflict::Content { event }, _) => {
                format!("{event} arrived at organization {org} with two different contents")
            }
            (Conflict::Late { event }, _) => format!(
                "{event} arrived at organization {org} too late, after its period was folded, and changed nothing"
            ),
        };
        (None, sentence)
    })
    .collect()
}
