//! The trial sweep of one organization.

use std::convert::Infallible;

use domain::{
    id::OrgId,
    org::{DomainEvent, Org},
};
use jiff::Timestamp;
use store::{Error, MailDue};
use telemetry::{LogArea, Metric};

use crate::App;

impl App {
    /// Applies the trial sweep to an organization with a read and a conditional write, and counts
    /// what it changed. Returns whether it succeeded.
    ///
    /// A corrupt organization moves to the review queue. It would otherwise be due in every run.
    pub(crate) async fn sweep(&self, id: OrgId, now: Timestamp) -> bool {
        let swept = self.store.change_org(id, now, |org| Ok::<_, Infallible>(decide(org, now))).await;
        let error = match swept {
            Ok(metrics) => {
                metrics.into_iter().flat_map(|Ok(metrics)| metrics).for_each(|it| count(it, id, now));
                return true;
            }
            Err(error) => error,
        };
        telemetry::count(Metric::ClockFailed, 1, now);
        tracing::error!(area = %LogArea::Trial, organization = %id, %error, "failed to process due organization");
        if let Error::Corrupt(_) = error
            && let Err(error) = self.store.mark_corrupt(MailDue::Org(id), now).await
        {
            tracing::error!(area = %LogArea::Trial, organization = %id, %error, "failed to mark organization as corrupt");
        }
        false
    }
}

/// Applies the trial sweep. Returns the metrics that count what it changed.
fn decide(org: &mut Org, now: Timestamp) -> Vec<Metric> {
    let before = org.clone();
    org.run_trial_sweep(now);
    let unconfirmed = before.is_plan_newly_unconfirmed(now);
    let mut metrics = Vec::new();
    for event in DomainEvent::between(Some(&before), org) {
        match event {
            DomainEvent::TrialExpired { payment_method } => {
                metrics.push(Metric::TrialExpired);
                metrics.extend((!payment_method).then_some(Metric::TrialExpiredWithoutPaymentMethod));
            }
            DomainEvent::SubscriptionPastDue if unconfirmed => metrics.push(Metric::PlanUnconfirmed),
            _ => {}
        }
    }
    metrics
}

fn count(metric: Metric, id: OrgId, now: Timestamp) {
    telemetry::count(metric, 1, now);
    if metric == Metric::PlanUnconfirmed {
        tracing::error!(area = %LogArea::Trial, organization = %id, "found plan without confirmation after its trial");
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        billing::{
            Change, CustomerId, EventId, Fact, FactKind, PlanPrices, Prices, SubscriptionFact,
            SubscriptionId, SubscriptionStatus,
        },
        time::{DAY, add},
    };
    use jiff::SignedDuration;
    use test_support::build::{acme, setup, start_trial};

    use super::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn after_days(days: i32) -> Timestamp {
        add(START, DAY * days)
    }

    fn trialing() -> Org {
        start_trial(acme(START))
    }

    /// Starts a subscription whose trial at Stripe ends with Onramp's trial.
    fn subscribe(org: &mut Org) {
        let fact = SubscriptionFact {
            trial_end: Some(after_days(14)),
            ..SubscriptionFact::new(Change::Created, SubscriptionStatus::Trialing)
        };
        let what = FactKind::Subscription {
            subscription: SubscriptionId::parse("sub_1").unwrap(),
            customer: CustomerId::parse("cus_1").unwrap(),
            fact,
        };
        let event = EventId::parse("evt_1").unwrap();
        let fact = Fact { event, created: after_days(1), names: Some(org.id), what };
        let prices = |text| PlanPrices::parse(text).unwrap();
        let prices = Prices::new(prices("price_single"), prices("price_team")).unwrap();
        org.record(&fact, &prices, &setup(), after_days(1));
    }

    #[test]
    fn expired_trial_is_counted_once() {
        let mut org = trialing();
        assert_eq!(decide(&mut org, after_days(11)), [], "the reminder is no metric of the sweep");
        let expired = [Metric::TrialExpired, Metric::TrialExpiredWithoutPaymentMethod];
        assert_eq!(decide(&mut org, after_days(14)), expired);
        assert_eq!(decide(&mut org, after_days(15)), []);
    }

    #[test]
    fn plan_without_confirmation_is_reported_once_after_72_hours() {
        let mut org = trialing();
        subscribe(&mut org);
        let limit = after_days(17);
        let second = SignedDuration::from_secs(1);
        assert_eq!(decide(&mut org, after_days(15)), [], "the grace period is over");
        assert_eq!(decide(&mut org, add(limit, -second)), []);
        assert_eq!(decide(&mut org, limit), [Metric::PlanUnconfirmed]);
        assert_eq!(decide(&mut org, add(limit, second)), []);
    }
}
