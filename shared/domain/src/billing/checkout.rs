//! Payment decisions: time of the first charge, paying customer, and the link to a customer.

use jiff::{SignedDuration, Timestamp};

use super::{Billing, CustomerId, Fact, FactKind, Prices};
use crate::{
    org::{Org, Setup},
    time::add,
};

/// Minimum remaining trial that a Checkout can carry over into the subscription.
///
/// Stripe requires that the trial end is at least 48 hours after the request arrives (API
/// reference, "Create a Checkout Session", `subscription_data.trial_end`). One minute is added for
/// the duration of the request.
const MIN_CARRIED_TRIAL: SignedDuration = SignedDuration::from_mins(48 * 60 + 1);

/// How long the idempotency key of a new customer stays the same.
pub const CUSTOMER_KEY_PERIOD: SignedDuration = SignedDuration::from_hours(1);

/// Time of the first charge for a subscription that a new Checkout creates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstCharge {
    /// When the Checkout is completed.
    Now,
    /// At the end of Onramp's trial. The rest of that trial becomes the subscription's trial.
    At(Timestamp),
}

/// Returns the first full hour at or after a time.
fn next_hour(at: Timestamp) -> Timestamp {
    let hours =
        at.as_second().div_euclid(3600).saturating_add(i64::from(at.as_second().rem_euclid(3600) > 0));
    Timestamp::from_second(hours.saturating_mul(3600)).unwrap_or(at)
}

impl Org {
    /// Returns when a Checkout opened at `now` charges first.
    ///
    /// Returns `None` while a subscription is alive or can still be paid, because Onramp never
    /// sells a second subscription. The rest of a running trial becomes the trial of the
    /// subscription, if it is long enough for Stripe. Otherwise the subscription has no trial.
    #[must_use]
    pub fn first_charge(&self, now: Timestamp) -> Option<FirstCharge> {
        if self.billing.has_subscription(now) {
            return None;
        }
        // A trial that waits for the host app's steps is carried over in full.
        let ends_at = match self.pending_trial() {
            // To the hour, so that a repeated form names the same end.
            Some(trial) => Some(next_hour(add(now, trial.ends_at.duration_since(trial.started_at)))),
            None => self.trial.as_ref().map(|trial| trial.ends_at),
        };
        let carried = ends_at.filter(|ends_at| ends_at.duration_since(now) >= MIN_CARRIED_TRIAL);
        Some(carried.map_or(FirstCharge::Now, FirstCharge::At))
    }

    /// Links the organization to a Stripe customer, and records the parked facts of that customer.
    ///
    /// If one of these facts provisions the organization, it does so with `setup`.
    pub fn link_customer(
        &mut self,
        customer: &CustomerId,
        facts: impl IntoIterator<Item = Fact>,
        prices: &Prices,
        setup: &Setup,
        now: Timestamp,
    ) {
        self.billing.link(customer);
        // A payment among them is the recorded cause of the provisioning, in whatever order they
        // were parked.
        let mut facts: Vec<Fact> = facts.into_iter().collect();
        facts.sort_by_key(|fact| matches!(fact.what, FactKind::Subscription { .. }));
        for mut fact in facts {
            // An event was parked because it named no known organization.
            fact.names = fact.names.filter(|named| *named == self.id);
            self.record(&fact, prices, setup, now);
        }
    }
}

impl Billing {
    /// Returns the customer of the best subscription that is not over, or else the linked customer.
    ///
    /// Returns `None` if there is no such customer, or if the customer was deleted at Stripe.
    #[must_use]
    pub fn payer(&self, now: Timestamp) -> Option<&CustomerId> {
        let linked = self.customer.as_ref();
        self.subscriber(now).or(linked).filter(|customer| !self.deleted_customers.contains(*customer))
    }

    /// Returns the linked customer, unless it was deleted at Stripe.
    #[must_use]
    pub fn linked_payer(&self) -> Option<&CustomerId> {
        self.customer.as_ref().filter(|customer| !self.deleted_customers.contains(*customer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        billing::{
            Change, EventId, FactKind, PlanPrices, SubscriptionFact, SubscriptionId, SubscriptionStatus,
        },
        id::OrgId,
        org::AdminContact,
        people::{Address, Name},
        time::Zone,
        trial::Trial,
    };

    const ORG: &str = "org_0198c0de-0000-7000-8000-000000000001";
    const PROJECT: &str = "prj_0198c0de-0000-7000-8000-000000000003";

    fn prices() -> Prices {
        let of = |text| PlanPrices::parse(text).unwrap();
        Prices::new(of("price_single"), of("price_team")).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Returns Acme, which signed up on January 1, 2026, with a trial of `trial_days`.
    fn acme(trial_days: Option<u16>) -> Org {
        let now = at("2026-01-01T00:00:00Z");
        let name = Name::parse("Acme").unwrap();
        let founder = AdminContact::new(
            "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap(),
            name.clone(),
            Address::parse("jo@acme.example").unwrap(),
        );
        let id: OrgId = ORG.parse().unwrap();
        let mut org = Org::sign_up(id, name, Zone::default(), founder, now);
        if let Some(days) = trial_days {
            org.start_trial(
                Trial::start(now, days, vec![3]),
                &Setup::without_steps(PROJECT.parse().unwrap()),
                now,
            );
        }
        org
    }

    fn customer(id: &str) -> CustomerId {
        CustomerId::parse(id).unwrap()
    }

    fn subscribed(customer_id: &str, status: SubscriptionStatus) -> Fact {
        let fact = SubscriptionFact::new(Change::Created, status);
        let subscription = SubscriptionId::parse("sub_1").unwrap();
        Fact {
            event: EventId::parse("evt_1").unwrap(),
            created: at("2026-01-02T00:00:00Z"),
            names: Some(ORG.parse().unwrap()),
            what: FactKind::Subscription { subscription, customer: customer(customer_id), fact },
        }
    }

    #[test]
    fn checkout_carries_over_the_rest_of_the_trial() {
        let end = FirstCharge::At(at("2026-01-15T00:00:00Z"));
        for (trial_days, now, charge) in [
            (Some(14), "2026-01-01T00:00:00Z", end),
            (Some(14), "2026-01-06T00:00:00Z", end),
            (Some(14), "2026-01-12T23:59:00Z", end),
            (Some(14), "2026-01-12T23:59:00.000000001Z", FirstCharge::Now),
            (Some(14), "2026-01-14T23:59:59Z", FirstCharge::Now),
            (Some(14), "2026-01-15T00:00:00Z", FirstCharge::Now),
            (Some(14), "2027-01-01T00:00:00Z", FirstCharge::Now),
            (Some(1), "2026-01-01T00:00:00Z", FirstCharge::Now),
            (None, "2026-01-01T00:00:00Z", FirstCharge::Now),
        ] {
            assert_eq!(acme(trial_days).first_charge(at(now)), Some(charge), "{trial_days:?} {now}");
        }
    }

    #[test]
    fn second_subscription_is_sold_only_when_the_first_is_over() {
        let now = at("2026-01-03T00:00:00Z");
        for status in SubscriptionStatus::ALL {
            let mut org = acme(Some(14));
            org.record(
                &subscribed("cus_1", status),
                &prices(),
                &Setup::without_steps(PROJECT.parse().unwrap()),
                now,
            );
            assert_eq!(org.first_charge(now).is_none(), !status.is_over(), "{status}");
        }
    }

    #[test]
    fn payer_is_the_subscriber_or_else_the_linked_customer() {
        let deleted = |id: &str| Fact {
            event: EventId::parse("evt_2").unwrap(),
            created: at("2026-01-03T00:00:00Z"),
            names: None,
            what: FactKind::CustomerDeleted { customer: customer(id) },
        };
        let active = SubscriptionStatus::Active;
        for (linked, facts, payer, linked_payer) in [
            (None, vec![], None, None),
            (Some("cus_1"), vec![], Some("cus_1"), Some("cus_1")),
            (None, vec![subscribed("cus_2", active)], Some("cus_2"), None),
            (Some("cus_1"), vec![subscribed("cus_2", active)], Some("cus_2"), Some("cus_1")),
            (
                Some("cus_1"),
                vec![subscribed("cus_2", SubscriptionStatus::Incomplete)],
                Some("cus_2"),
                Some("cus_1"),
            ),
            (
                Some("cus_1"),
                vec![subscribed("cus_2", SubscriptionStatus::Canceled)],
                Some("cus_1"),
                Some("cus_1"),
            ),
            (None, vec![subscribed("cus_2", SubscriptionStatus::Canceled)], None, None),
            (Some("cus_1"), vec![deleted("cus_1")], None, None),
            (Some("cus_1"), vec![deleted("cus_2")], Some("cus_1"), Some("cus_1")),
            (Some("cus_1"), vec![subscribed("cus_1", active), deleted("cus_1")], None, None),
        ] {
            let mut org = acme(None);
            org.billing.customer = linked.map(customer);
            for fact in &facts {
                org.record(
                    fact,
                    &prices(),
                    &Setup::without_steps(PROJECT.parse().unwrap()),
                    at("2026-01-04T00:00:00Z"),
                );
            }
            let found = (org.billing.payer(at("2026-01-04T00:00:00Z")), org.billing.linked_payer());
            let expected = (payer.map(customer), linked_payer.map(customer));
            assert_eq!(found, (expected.0.as_ref(), expected.1.as_ref()), "{linked:?} {facts:?}");
        }
    }

    #[test]
    fn link_records_the_parked_facts() {
        let (mut org, now) = (acme(None), at("2026-01-04T00:00:00Z"));
        let parked = [subscribed("cus_1", SubscriptionStatus::Active)];
        org.link_customer(
            &customer("cus_1"),
            parked,
            &prices(),
            &Setup::without_steps(PROJECT.parse().unwrap()),
            now,
        );
        assert_eq!(org.billing.customer, Some(customer("cus_1")));
        assert_eq!(org.billing.status(now), Some(SubscriptionStatus::Active));
    }
}
