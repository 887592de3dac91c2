//! Trial extensions by operators.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test may panic"
)]

use domain::{
    billing::{
        Change, CustomerId, EventId, Fact, FactKind, InvoiceFact, InvoiceId, PlanPrices, Prices,
        SubscriptionFact, SubscriptionId, SubscriptionStatus,
    },
    mail::{Claim, NoticeKey},
    org::{Access, AdminContact, DomainEvent, Org, Status, Trigger},
    people::{Address, Member, Name, Operator, Reason, Role, Session, User},
    secret::Hash,
    time::{Zone, days_remaining},
    trial::{Days, FirstTrial, Grant, MAX_EXTENSIONS, NotExtendable, Trial},
};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

const START: &str = "2025-01-08T10:00:00Z";

fn at(days: i64, seconds: i64) -> Timestamp {
    let start: Timestamp = START.parse().unwrap();
    start + SignedDuration::from_hours(24 * days) + SignedDuration::from_secs(seconds)
}

fn pending() -> Org {
    let user = "usr_0198c0de-0000-7000-8000-000000000002".parse().unwrap();
    let founder =
        AdminContact::new(user, Name::parse("Jo").unwrap(), Address::parse("jo@example.com").unwrap());
    let id = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
    Org::sign_up(id, Name::parse("Acme").unwrap(), Zone::default(), founder, at(0, 0))
}

fn trialing() -> Org {
    let mut org = pending();
    let project = "prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap();
    org.start_trial(Trial::start(at(0, 0), 14, vec![3]), project, at(0, 0));
    org
}

fn ann() -> Operator {
    let org = "org_0198c0de-0000-7000-8000-00000000000a".parse().unwrap();
    let user = User {
        verified: true,
        trial_used: true,
        orgs: vec![org],
        ..User::new(
            "usr_0198c0de-0000-7000-8000-00000000000b".parse().unwrap(),
            Name::parse("Ann").unwrap(),
            Address::parse("ann@example.com").unwrap(),
        )
    };
    let session = Session { signed_in_at: Some(at(0, 0)), ..Session::begin(org, &user, at(0, 0)) };
    let member = Member::authorize(&session, &user, Some(Role::Admin), at(0, 0)).unwrap();
    Operator::authorize(&member, &session, &user, &"ann@example.com".parse().unwrap(), at(0, 0)).unwrap()
}

/// Extends the trial by `days`, through a form with the token `form`.
fn extend(org: &mut Org, days: u16, form: &str, now: Timestamp) -> Result<(), NotExtendable> {
    let grant = Grant {
        days: Days::parse(&days.to_string()).unwrap(),
        reason: Reason::parse("They requested it").unwrap(),
        request: Hash::of(&[form.as_bytes()]),
    };
    let first = FirstTrial {
        reminder_days: vec![1, 3, 7],
        project: "prj_0198c0de-0000-7000-8000-000000000004".parse().unwrap(),
    };
    org.extend_trial(&ann(), &grant, &first, now)
}

fn prices() -> Prices {
    let of = |text| PlanPrices::parse(text).unwrap();
    Prices::new(of("price_single"), of("price_team")).unwrap()
}

fn subscribe(org: &mut Org, status: SubscriptionStatus, now: Timestamp) {
    let project = "prj_0198c0de-0000-7000-8000-000000000004".parse().unwrap();
    let (subscription, customer) =
        (SubscriptionId::parse("sub_1").unwrap(), CustomerId::parse("cus_1").unwrap());
    let change = if status == SubscriptionStatus::Canceled { Change::Deleted } else { Change::Updated };
    let fact = SubscriptionFact::new(change, status);
    let paid = FactKind::Invoice {
        invoice: InvoiceId::parse("in_1").unwrap(),
        subscription: Some(subscription.clone()),
        customer: customer.clone(),
        invoice_created: now,
        prices: vec![],
        fact: InvoiceFact::Paid { amount: 0 },
    };
    for (n, what) in [paid, FactKind::Subscription { subscription, customer, fact }].into_iter().enumerate() {
        let event = EventId::parse(&format!("evt_{}_{n}", now.as_second())).unwrap();
        let fact = Fact { event, created: now, names: Some(org.id), what };
        org.record(&fact, &prices(), project, now);
    }
}

fn delete_customer(org: &mut Org, now: Timestamp) {
    let customer = CustomerId::parse("cus_1").unwrap();
    org.billing.link(&customer);
    let project = "prj_0198c0de-0000-7000-8000-000000000004".parse().unwrap();
    let event = EventId::parse("evt_gone").unwrap();
    let fact = Fact { event, created: now, names: None, what: FactKind::CustomerDeleted { customer } };
    org.record(&fact, &prices(), project, now);
}

fn keys(org: &Org) -> Vec<String> {
    org.outbox.0.keys().map(ToString::to_string).collect()
}

#[test]
fn days_are_added_to_the_later_of_now_and_the_end() {
    for (now, days, ends_at) in [
        (at(0, 0), 1, at(15, 0)),
        (at(13, 86_399), 7, at(21, 0)),
        (at(14, 0), 7, at(21, 0)),
        (at(14, 1), 7, at(21, 1)),
        (at(30, 0), 730, at(760, 0)),
    ] {
        let mut org = trialing();
        extend(&mut org, days, "form", now).unwrap();
        let trial = org.trial.as_ref().unwrap();
        assert_eq!((trial.ends_at, trial.started_at), (ends_at, at(0, 0)), "{days} days at {now}");
        assert_eq!(
            (org.status(now), org.trial_days_remaining(now) >= u32::from(days)),
            (Status::Trialing, true)
        );
        let stored = &trial.extensions[0];
        assert_eq!(
            (
                stored.at,
                stored.name.as_str(),
                stored.days.get(),
                stored.reason.to_string().as_str(),
                stored.ends_at
            ),
            (now, "Ann", days, "They requested it", ends_at)
        );
    }
}

#[test]
fn extended_end_is_a_whole_second() {
    let mut org = trialing();
    extend(&mut org, 1, "form", "2025-02-01T10:00:00.750Z".parse().unwrap()).unwrap();
    assert_eq!(org.trial_ends_at(at(1, 0)), Some("2025-02-02T10:00:00Z".parse().unwrap()));
}

#[test]
fn same_form_extends_the_trial_once() {
    let mut org = trialing();
    extend(&mut org, 7, "form", at(1, 0)).unwrap();
    let once = org.clone();
    extend(&mut org, 7, "form", at(1, 1)).unwrap();
    assert_eq!(org, once);
    extend(&mut org, 7, "another", at(1, 1)).unwrap();
    assert_eq!(org.trial_ends_at(at(1, 1)), Some(at(28, 0)));
    // A repeated form is accepted even in a state that allows no extension. It changes nothing.
    subscribe(&mut org, SubscriptionStatus::Active, at(2, 0));
    assert_eq!(extend(&mut org, 7, "form", at(3, 0)), Ok(()));
    assert_eq!(extend(&mut org, 7, "third", at(3, 0)), Err(NotExtendable::Subscribed));
}

#[test]
fn extension_is_rejected_while_a_subscription_is_alive() {
    for status in SubscriptionStatus::ALL {
        let mut org = trialing();
        subscribe(&mut org, status, at(1, 0));
        let before = org.clone();
        let result = extend(&mut org, 7, "form", at(2, 0));
        assert_eq!(result.is_err(), status.is_alive(), "{status}");
        assert_eq!(result.is_err(), org == before, "{status}: a rejected extension changes nothing");
    }
    let mut org = trialing();
    delete_customer(&mut org, at(1, 0));
    assert_eq!(extend(&mut org, 7, "form", at(2, 0)), Err(NotExtendable::CustomerDeleted));
}

#[test]
fn extensions_of_a_trial_are_limited() {
    let mut org = trialing();
    for n in 0..MAX_EXTENSIONS {
        extend(&mut org, 1, &n.to_string(), at(0, 0)).unwrap();
    }
    assert_eq!(extend(&mut org, 1, "one more", at(0, 0)), Err(NotExtendable::TooOften));
}

#[test]
fn extension_without_a_trial_starts_one_and_provisions() {
    let mut org = pending();
    let before = org.clone();
    extend(&mut org, 5, "form", at(40, 0)).unwrap();
    let trial = org.trial.as_ref().unwrap();
    assert_eq!((trial.started_at, trial.ends_at), (at(40, 0), at(45, 0)));
    assert_eq!(trial.reminder_days, [1, 3], "a reminder 7 days before would come before the start");
    assert_eq!(org.provisioned.as_ref().unwrap().trigger, Trigger::Trial);
    assert_eq!(org.status(at(40, 0)).access(), Access::Full);
    assert_eq!(keys(&org), ["welcome"]);
    let events = DomainEvent::between(Some(&before), &org);
    assert_eq!(events, [DomainEvent::Provisioned(Trigger::Trial), DomainEvent::TrialExtended { days: 5 }]);
}

#[test]
fn extension_is_published_once() {
    let old = trialing();
    let mut new = old.clone();
    extend(&mut new, 7, "form", at(3, 0)).unwrap();
    assert_eq!(DomainEvent::between(Some(&old), &new), [DomainEvent::TrialExtended { days: 7 }]);
    assert_eq!(DomainEvent::between(Some(&new), &new), []);
}

#[test]
fn moved_end_enqueues_its_notices_again() {
    let mut org = trialing();
    for now in [at(11, 0), at(14, 0)] {
        org.run_trial_sweep(now);
    }
    assert_eq!(org.due_at(), None);
    extend(&mut org, 10, "form", at(15, 0)).unwrap();
    assert_eq!(org.due_at(), Some(at(22, 0)));
    for now in [at(22, 0), at(22, 300), at(25, 0), at(26, 0)] {
        org.run_trial_sweep(now);
    }
    assert_eq!(
        keys(&org),
        [
            "welcome",
            "trial_ending/2025-01-22T10:00:00Z/3",
            "trial_ending/2025-02-02T10:00:00Z/3",
            "trial_ended/2025-01-22T10:00:00Z",
            "trial_ended/2025-02-02T10:00:00Z",
        ]
    );
    assert_eq!(org.status(at(26, 0)), Status::TrialExpired);
}

#[test]
fn notices_of_the_old_end_are_dropped() {
    let mut org = trialing();
    org.claim_mail(&Claim("welcome".to_owned()), 9, None, at(0, 0));
    org.run_trial_sweep(at(11, 0));
    org.run_trial_sweep(at(14, 0));
    extend(&mut org, 10, "form", at(14, 60)).unwrap();
    assert_eq!(org.claim_mail(&Claim("late".to_owned()), 9, None, at(14, 120)), []);
}

#[test]
fn extension_after_a_canceled_subscription_has_an_end() {
    let mut org = trialing();
    subscribe(&mut org, SubscriptionStatus::Active, at(5, 0));
    subscribe(&mut org, SubscriptionStatus::Canceled, at(20, 0));
    assert_eq!((org.status(at(21, 0)), org.due_at()), (Status::Canceled, None));
    extend(&mut org, 10, "form", at(21, 0)).unwrap();
    assert_eq!((org.status(at(22, 0)), org.due_at()), (Status::Trialing, Some(at(28, 0))));
    org.run_trial_sweep(at(31, 0));
    assert_eq!(org.status(at(31, 0)).access(), Access::ReadOnly);
    assert!(org.outbox.0.contains_key(&NoticeKey::TrialEnded { ends_at: at(31, 0) }));
    // A subscription that follows the extension ends the processing of the trial, even if the
    // subscription is canceled later.
    let mut returned = trialing();
    subscribe(&mut returned, SubscriptionStatus::Canceled, at(5, 0));
    extend(&mut returned, 10, "form", at(6, 0)).unwrap();
    subscribe(&mut returned, SubscriptionStatus::Active, at(7, 0));
    subscribe(&mut returned, SubscriptionStatus::Canceled, at(8, 0));
    assert_eq!(returned.due_at(), None);
}

proptest! {
    /// Checks any sequence of extensions and sweeps. An extension adds its days to the current end
    /// of the trial, or to now if the end has passed. A sweep enqueues at most one notice, and a
    /// second sweep at the same time changes nothing. After the sweep at the end of the trial, no
    /// sweep is due.
    #[test]
    fn extensions_and_sweeps_are_consistent(steps in prop::collection::vec((0_i64..40 * 24, prop::option::of(1_u16..60)), 1..12)) {
        let mut org = trialing();
        let mut now = at(0, 0);
        for (n, (hours, extension)) in steps.into_iter().enumerate() {
            now += SignedDuration::from_hours(hours);
            let (end, known) = (org.trial_ends_at(now).unwrap(), keys(&org).len());
            match extension {
                Some(days) => {
                    extend(&mut org, days, &n.to_string(), now).unwrap();
                    let moved = org.trial_ends_at(now).unwrap();
                    prop_assert_eq!(moved, end.max(now) + SignedDuration::from_hours(24 * i64::from(days)));
                    prop_assert_eq!(org.status(now), Status::Trialing);
                    prop_assert!(org.due_at().is_some());
                }
                None => {
                    org.run_trial_sweep(now);
                    prop_assert!(keys(&org).len() <= known + 1);
                    let after = org.clone();
                    org.run_trial_sweep(now);
                    prop_assert_eq!(&org, &after);
                    prop_assert!(org.due_at().is_none_or(|due| due > now));
                }
            }
            prop_assert_eq!(org.trial_days_remaining(now), days_remaining(org.trial_ends_at(now).unwrap(), now));
        }
        org.run_trial_sweep(org.trial_ends_at(now).unwrap());
        prop_assert_eq!(org.due_at(), None);
    }
}
