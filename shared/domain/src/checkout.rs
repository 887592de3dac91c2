//! Paying: when a Checkout would charge first, who pays, and what a link to a Stripe customer brings.

use jiff::{SignedDuration, Timestamp};

use crate::{
    billing::{Billing, CustomerId, Fact},
    id::ProjectId,
    org::Org,
};

/// The least that remains of a trial that a Checkout carries over: Stripe demands 48 hours when the call arrives
/// (API reference, "Create a Checkout Session", `subscription_data.trial_end`), and calls take time.
const LEAST_CARRIED: SignedDuration = SignedDuration::from_mins(48 * 60 + 1);

/// When the subscription of a Checkout that is opened now is charged for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstCharge {
    /// At once.
    Now,
    /// When our trial, whose rest the subscription takes over, would have ended.
    At(Timestamp),
}

impl Org {
    /// When a Checkout that is opened at `now` charges first; `None` while there is a subscription that runs or can
    /// still be paid, since a second one is never sold.
    ///
    /// What remains of a running trial of ours is carried over, and never more: there is no second trial. What is too
    /// short for Stripe is not carried.
    #[must_use]
    pub fn first_charge(&self, now: Timestamp) -> Option<FirstCharge> {
        if self.billing.has_subscription() {
            return None;
        }
        let ends_at = self.trial.as_ref().map(|trial| trial.ends_at);
        let carried = ends_at.filter(|ends_at| ends_at.duration_since(now) >= LEAST_CARRIED);
        Some(carried.map_or(FirstCharge::Now, FirstCharge::At))
    }

    /// Links the organization to a Stripe customer, and takes in what Stripe has told of that customer so far.
    /// `project` is used if this provisions.
    pub fn link_customer(
        &mut self,
        customer: &CustomerId,
        told: impl IntoIterator<Item = Fact>,
        project: ProjectId,
        now: Timestamp,
    ) {
        self.billing.link(customer);
        for fact in told {
            self.record(&fact, project, now);
        }
    }
}

impl Billing {
    /// The Stripe customer who pays, or would: that of a subscription that is not over, else the linked one.
    /// `None` where there is none yet, or none any more.
    #[must_use]
    pub fn payer(&self) -> Option<&CustomerId> {
        let linked = self.customer.as_ref();
        self.subscriber().or(linked).filter(|customer| !self.deleted_customers.contains(*customer))
    }

    /// The linked customer, unless it was deleted at Stripe.
    #[must_use]
    pub fn linked_payer(&self) -> Option<&CustomerId> {
        self.customer.as_ref().filter(|customer| !self.deleted_customers.contains(*customer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        address::Address,
        billing::{Change, EventId, SubscriptionFact, SubscriptionId, SubscriptionStatus, What},
        name::Name,
        org::AdminContact,
        trial::Trial,
        zone::Zone,
    };

    const PROJECT: &str = "prj_0198c0de-0000-7000-8000-000000000003";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Acme, which signed up at the start of 2026, with a trial of so many days.
    fn acme(trial_days: Option<u16>) -> Org {
        let now = at("2026-01-01T00:00:00Z");
        let name = Name::parse("Acme").unwrap();
        let founder = AdminContact::new(
            "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap(),
            name.clone(),
            Address::parse("jo@acme.example").unwrap(),
        );
        let id = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let mut org = Org::sign_up(id, name, Zone::default(), founder, now);
        if let Some(days) = trial_days {
            org.start_trial(Trial::start(now, days, vec![3]), PROJECT.parse().unwrap(), now);
        }
        org
    }

    fn customer(id: &str) -> CustomerId {
        CustomerId::parse(id).unwrap()
    }

    fn subscribed(customer_id: &str, status: SubscriptionStatus) -> Fact {
        let fact = SubscriptionFact {
            change: Change::Created,
            status,
            previous_status: None,
            plan: None,
            trial_end: None,
            cancel_at: None,
            paused: None,
        };
        let subscription = SubscriptionId::parse("sub_1").unwrap();
        Fact {
            event: EventId::parse("evt_1").unwrap(),
            created: at("2026-01-02T00:00:00Z"),
            what: What::Subscription { subscription, customer: customer(customer_id), fact },
        }
    }

    #[test]
    fn a_checkout_carries_what_remains_of_the_trial_and_never_more() {
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
    fn a_second_subscription_is_sold_only_when_the_first_is_no_more() {
        let now = at("2026-01-03T00:00:00Z");
        for status in SubscriptionStatus::ALL {
            let mut org = acme(Some(14));
            org.record(&subscribed("cus_1", status), PROJECT.parse().unwrap(), now);
            assert_eq!(org.first_charge(now).is_none(), status != SubscriptionStatus::Canceled, "{status}");
        }
    }

    #[test]
    fn who_pays_is_who_holds_a_subscription_that_is_not_over_else_who_is_linked() {
        let deleted = |id: &str| Fact {
            event: EventId::parse("evt_2").unwrap(),
            created: at("2026-01-03T00:00:00Z"),
            what: What::CustomerDeleted { customer: customer(id) },
        };
        let active = SubscriptionStatus::Active;
        for (linked, told, payer) in [
            (None, vec![], None),
            (Some("cus_1"), vec![], Some("cus_1")),
            (None, vec![subscribed("cus_2", active)], Some("cus_2")),
            (Some("cus_1"), vec![subscribed("cus_2", active)], Some("cus_2")),
            (Some("cus_1"), vec![subscribed("cus_2", SubscriptionStatus::Incomplete)], Some("cus_2")),
            (Some("cus_1"), vec![subscribed("cus_2", SubscriptionStatus::Canceled)], Some("cus_1")),
            (None, vec![subscribed("cus_2", SubscriptionStatus::Canceled)], None),
            (Some("cus_1"), vec![deleted("cus_1")], None),
            (Some("cus_1"), vec![subscribed("cus_1", active), deleted("cus_1")], None),
        ] {
            let mut org = acme(None);
            org.billing.customer = linked.map(customer);
            for fact in &told {
                org.record(fact, PROJECT.parse().unwrap(), at("2026-01-04T00:00:00Z"));
            }
            assert_eq!(org.billing.payer(), payer.map(customer).as_ref(), "{linked:?} {told:?}");
        }
    }

    #[test]
    fn a_link_brings_in_what_waited_for_it() {
        let (mut org, now) = (acme(None), at("2026-01-04T00:00:00Z"));
        let told = [subscribed("cus_1", SubscriptionStatus::Active)];
        org.link_customer(&customer("cus_1"), told, PROJECT.parse().unwrap(), now);
        assert_eq!(org.billing.customer, Some(customer("cus_1")));
        assert_eq!(org.billing.status(), Some(SubscriptionStatus::Active));
    }
}
