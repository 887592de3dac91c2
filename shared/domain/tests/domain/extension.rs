//! Trial extensions by operators.

use domain::{
    billing::{Change, FactKind, SubscriptionStatus},
    mail::{Claim, NoticeKey},
    org::{Access, DomainEvent, Org, Setup, Status, Trigger},
    people::{Address, IdleTimeout, Member, Name, Operator, Reason, Role, Session, User},
    provisioning::{Attempt, Output},
    secret::Hash,
    time::days_remaining,
    trial::{Days, FirstTrial, Grant, MAX_EXTENSIONS, NotExtendable, Trial},
};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::{
    fixture::{
        DAY, acme, canceling, cus, day, fact, invoice, jo, org, paid, record_at, setup, sub, trialing, with,
    },
    provisioning::{lease, step},
};

fn ann() -> Operator {
    let (name, address) = (Name::parse("Ann").unwrap(), Address::parse("ann@example.com").unwrap());
    let user = User { name, address, ..jo() };
    let session = Session { signed_in_at: Some(day(0, 0)), ..Session::begin(acme(), &user, day(0, 0)) };
    let member =
        Member::authorize(&session, &user, Some(Role::Admin), IdleTimeout::default(), day(0, 0)).unwrap();
    Operator::authorize(&member, &session, &user, &"ann@example.com".parse().unwrap(), day(0, 0)).unwrap()
}

/// Extends the trial by `days`, through a form with the token `form`.
fn extend(org: &mut Org, days: u16, form: &str, now: Timestamp) -> Result<(), NotExtendable> {
    let grant = Grant {
        days: Days::parse(&days.to_string()).unwrap(),
        reason: Reason::parse("They requested it").unwrap(),
        request: Hash::of(&[form.as_bytes()]),
    };
    let first = FirstTrial { reminder_days: vec![1, 3, 7], setup: setup() };
    org.extend_trial((&ann()).into(), &grant, &first, now)
}

/// Records the first invoice of a subscription, and an event with the status `status`.
fn subscribe(org: &mut Org, days: i64, status: SubscriptionStatus) {
    let second = days * DAY;
    let change = if status == SubscriptionStatus::Canceled { Change::Deleted } else { Change::Updated };
    let first = invoice("in_1", second, Some("sub_1"), &format!("evt_{days}_0"), second, paid(0));
    let event = sub("sub_1", &format!("evt_{days}_1"), second, change, status, None);
    for fact in [first, with(event, |fact| fact.trial_end = None)] {
        record_at(org, &fact, day(days, 0));
    }
}

fn keys(org: &Org) -> Vec<String> {
    org.outbox.0.keys().map(ToString::to_string).collect()
}

#[test]
fn days_are_added_to_the_later_of_now_and_the_end() {
    for (now, days, ends_at) in [
        (day(0, 0), 1, day(15, 0)),
        (day(13, 86_399), 7, day(21, 0)),
        (day(14, 0), 7, day(21, 0)),
        (day(14, 1), 7, day(21, 1)),
        (day(30, 0), 730, day(760, 0)),
    ] {
        let mut org = trialing();
        extend(&mut org, days, "form", now).unwrap();
        let trial = org.trial.as_ref().unwrap();
        assert_eq!((trial.ends_at, trial.started_at), (ends_at, day(0, 0)), "{days} days at {now}");
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
    assert_eq!(org.trial_ends_at(day(1, 0)), Some("2025-02-02T10:00:00Z".parse().unwrap()));
}

#[test]
fn same_form_extends_the_trial_once() {
    let mut org = trialing();
    extend(&mut org, 7, "form", day(1, 0)).unwrap();
    let once = org.clone();
    extend(&mut org, 7, "form", day(1, 1)).unwrap();
    assert_eq!(org, once);
    extend(&mut org, 7, "another", day(1, 1)).unwrap();
    assert_eq!(org.trial_ends_at(day(1, 1)), Some(day(28, 0)));
    // A repeated form is accepted even in a state that allows no extension. It changes nothing.
    subscribe(&mut org, 2, SubscriptionStatus::Active);
    assert_eq!(extend(&mut org, 7, "form", day(3, 0)), Ok(()));
    assert_eq!(extend(&mut org, 7, "third", day(3, 0)), Err(NotExtendable::Subscribed));
}

#[test]
fn extension_is_rejected_while_a_subscription_is_alive() {
    for status in SubscriptionStatus::ALL {
        let mut org = trialing();
        subscribe(&mut org, 1, status);
        let before = org.clone();
        let result = extend(&mut org, 7, "form", day(2, 0));
        assert_eq!(result.is_err(), status.is_alive(), "{status}");
        assert_eq!(result.is_err(), org == before, "{status}: a rejected extension changes nothing");
    }
    let mut org = trialing();
    org.billing.link(&cus("cus_1"));
    let gone = FactKind::CustomerDeleted { customer: cus("cus_1") };
    record_at(&mut org, &fact("evt_gone", DAY, gone), day(1, 0));
    assert_eq!(extend(&mut org, 7, "form", day(2, 0)), Err(NotExtendable::CustomerDeleted));
}

#[test]
fn extensions_of_a_trial_are_limited() {
    let mut org = trialing();
    for n in 0..MAX_EXTENSIONS {
        extend(&mut org, 1, &n.to_string(), day(0, 0)).unwrap();
    }
    assert_eq!(extend(&mut org, 1, "one more", day(0, 0)), Err(NotExtendable::TooOften));
}

#[test]
fn extension_without_a_trial_starts_one_and_provisions() {
    let mut org = org();
    let before = org.clone();
    extend(&mut org, 7, "form", day(40, 0)).unwrap();
    let trial = org.trial.as_ref().unwrap();
    assert_eq!((trial.started_at, trial.ends_at), (day(40, 0), day(47, 0)));
    assert_eq!(trial.reminder_days, [1, 3], "a reminder 7 days before would come at the start");
    assert_eq!(org.provisioned.as_ref().unwrap().trigger, Trigger::Trial);
    assert_eq!(org.status(day(40, 0)).access(), Access::Full);
    assert_eq!(keys(&org), ["welcome"]);
    let events = DomainEvent::between(Some(&before), &org);
    assert_eq!(
        events,
        [
            DomainEvent::Provisioned(Trigger::Trial),
            DomainEvent::TrialExtended { days: 7 },
            DomainEvent::TrialStarted
        ]
    );
}

#[test]
fn extension_is_published_once() {
    let old = trialing();
    let mut new = old.clone();
    extend(&mut new, 7, "form", day(3, 0)).unwrap();
    assert_eq!(DomainEvent::between(Some(&old), &new), [DomainEvent::TrialExtended { days: 7 }]);
    assert_eq!(DomainEvent::between(Some(&new), &new), []);
}

#[test]
fn moved_end_enqueues_its_notices_again() {
    let mut org = trialing();
    for now in [day(11, 0), day(14, 0)] {
        org.run_trial_sweep(now);
    }
    assert_eq!(org.due_at(), None);
    extend(&mut org, 10, "form", day(15, 0)).unwrap();
    assert_eq!(org.due_at(), Some(day(22, 0)));
    for now in [day(22, 0), day(22, 300), day(25, 0), day(26, 0)] {
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
    assert_eq!(org.status(day(26, 0)), Status::TrialExpired);
}

#[test]
fn notices_of_the_old_end_are_dropped() {
    let mut org = trialing();
    org.claim_mail(&Claim("welcome".to_owned()), 9, None, day(0, 0));
    org.run_trial_sweep(day(11, 0));
    org.run_trial_sweep(day(14, 0));
    extend(&mut org, 10, "form", day(14, 60)).unwrap();
    for (now, when) in [(day(14, 120), "during the extension"), (day(24, 60), "after it")] {
        let mails = org.clone().claim_mail(&Claim("late".to_owned()), 9, None, now);
        assert_eq!(mails, [], "{when}");
    }
}

#[test]
fn reminder_after_a_passed_subscription_is_published() {
    let active = sub("sub_1", "evt_1", 0, Change::Created, SubscriptionStatus::Active, None);
    let mut org = trialing();
    record_at(&mut org, &canceling(active, Some(10 * DAY), None), day(0, 0));
    org.run_trial_sweep(day(12, 0));
    extend(&mut org, 10, "form", day(12, 0)).unwrap();
    let before = org.clone();
    org.run_trial_sweep(day(21, 0));
    assert_eq!(DomainEvent::between(Some(&before), &org), [DomainEvent::TrialEnding { days: 3 }]);
}

#[test]
fn extension_after_a_canceled_subscription_has_an_end() {
    let mut org = trialing();
    subscribe(&mut org, 5, SubscriptionStatus::Active);
    subscribe(&mut org, 20, SubscriptionStatus::Canceled);
    assert_eq!((org.status(day(21, 0)), org.due_at()), (Status::Canceled, None));
    extend(&mut org, 10, "form", day(21, 0)).unwrap();
    assert_eq!((org.status(day(22, 0)), org.due_at()), (Status::Trialing, Some(day(28, 0))));
    let mut together = trialing();
    subscribe(&mut together, 5, SubscriptionStatus::Canceled);
    extend(&mut together, 10, "form", day(5, 0)).unwrap();
    assert_eq!(together.due_at(), None, "only an extension after the newest event counts");
    org.run_trial_sweep(day(31, 0));
    assert_eq!(org.status(day(31, 0)).access(), Access::ReadOnly);
    assert!(org.outbox.0.contains_key(&NoticeKey::TrialEnded { ends_at: day(31, 0) }));
    // A subscription that follows the extension ends the processing of the trial, even if the
    // subscription is canceled later.
    let mut returned = trialing();
    subscribe(&mut returned, 5, SubscriptionStatus::Canceled);
    extend(&mut returned, 10, "form", day(6, 0)).unwrap();
    subscribe(&mut returned, 7, SubscriptionStatus::Active);
    subscribe(&mut returned, 8, SubscriptionStatus::Canceled);
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
        let mut now = day(0, 0);
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

#[test]
fn extension_during_setup_adds_exactly_its_days() {
    let steps = vec![step("workspace")];
    for (pays_first, total) in [(false, 21), (true, 7)] {
        let mut org = org();
        let setup = Setup { steps: steps.clone(), ..setup() };
        match pays_first {
            true => org.provision(Trigger::Payment, &setup, day(0, 0)),
            false => org.start_trial(Trial::start(day(0, 0), 14, vec![3]), &setup, day(0, 0)),
        }
        extend(&mut org, 7, "form", day(20, 0)).unwrap();
        assert_eq!((org.trial.as_ref(), org.pending_trial().is_some()), (None, true), "it has not begun");
        org.change_run(day(25, 0), |run| {
            run.claim(&lease(1), day(20, 0)).unwrap();
            run.record(&lease(1), Attempt::Done(Output::default()), 0, day(25, 0));
        });
        assert_eq!(org.trial.unwrap().ends_at, day(25 + total, 0), "pays first: {pays_first}");
    }
}
