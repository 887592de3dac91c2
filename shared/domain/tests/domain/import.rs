//! Import of an organization, and the read of its customer at Stripe.

use std::collections::BTreeSet;

use domain::{
    billing::{
        Change::{self, Read, Updated},
        EventId, Fact, InvoiceFact, NextKind,
        SubscriptionStatus::{self, Active, Canceled, PastDue, Trialing, Unpaid},
    },
    mail::NoticeKey,
    org::{
        Access, DomainEvent, History, ImportError, Org, READ_PERIOD, ReadSubscription, Status, Trigger,
        WrittenOrg, measures,
    },
    trial::Trial,
};
use jiff::Timestamp;

use crate::fixture::{
    FAILED, at, cus, day, in_id, invoice, lines, linked, live, org, paid, priced, prices, record_at, setup,
    sub, sub_id, with,
};

/// When the tests import Acme.
const NOW: i64 = 30;

fn trial(ends_at: Timestamp) -> Trial {
    Trial { started_at: at(0), ends_at, reminder_days: vec![7, 3], extensions: Vec::new() }
}

fn imported(trial: Option<Trial>, tasks: &[&str]) -> Org {
    let completed_tasks = tasks.iter().map(|task| (*task).to_owned()).collect();
    let mut org = org();
    org.import(&History { trial, completed_tasks }, setup().project, day(NOW, 0)).unwrap();
    org
}

/// Returns Acme, imported with a customer that is not read yet.
fn unread(trial: Option<Trial>) -> Org {
    let mut org = imported(trial, &[]);
    org.import_customer(&cus("cus_1"), [], &prices(), &setup(), day(NOW, 0));
    org
}

/// Returns a fact of a subscription of a plan, whose metadata names no organization.
fn of_plan(id: &str, second: i64, change: Change, status: SubscriptionStatus) -> Fact {
    priced(linked(sub("sub_1", id, second, change, status, None)), &["price_single"])
}

/// Returns a fact of an invoice of that subscription.
fn billed(name: &str, id: &str, second: i64, fact: InvoiceFact) -> Fact {
    lines(linked(invoice(name, second, Some("sub_1"), id, second, fact)), &["price_single"])
}

/// Returns a subscription as Stripe returns it a minute after the import.
fn read(status: SubscriptionStatus) -> ReadSubscription {
    let second = NOW * 86_400 + 60;
    let fact = with(of_plan("evt_0", second, Read, status), |fact| {
        fact.trial_end = (status == Trialing).then(|| day(NOW + 9, 0));
    });
    ReadSubscription {
        fact: Fact { event: EventId::of_read(at(second)), ..fact },
        payment: None,
        created: day(1, 0),
    }
}

fn waiting(org: &Org) -> Vec<&NoticeKey> {
    org.outbox.0.iter().filter(|(_, to)| !to.is_empty()).map(|(key, _)| key).collect()
}

fn events(before: Option<&Org>, after: &Org, now: Timestamp) -> Vec<DomainEvent> {
    let written = |org| WrittenOrg { org, at: now, membership: None };
    DomainEvent::of_write(before.map(written).as_ref(), &written(after))
}

#[test]
fn import_sends_no_notice_of_the_past() {
    for (what, trial, status, due) in [
        ("without a trial", None, Status::Pending, None),
        ("ended trial", Some(trial(day(14, 0))), Status::TrialExpired, None),
        ("one reminder missed", Some(trial(day(35, 0))), Status::Trialing, Some(day(32, 0))),
        ("all reminders missed", Some(trial(day(32, 0))), Status::Trialing, Some(day(32, 0))),
        ("no reminder missed", Some(trial(day(40, 0))), Status::Trialing, Some(day(33, 0))),
    ] {
        let org = imported(trial, &[]);
        assert_eq!(waiting(&org), Vec::<&NoticeKey>::new(), "{what}");
        assert_eq!((org.status(day(NOW, 0)), org.due_at()), (status, due), "{what}");
        assert_eq!(org.provisioned.as_ref().map(|it| it.trigger), Some(Trigger::Import), "{what}");
        let provisioned = DomainEvent::Provisioned(Trigger::Import);
        assert_eq!(events(None, &org, day(NOW, 0)), [DomainEvent::SignedUp, provisioned], "{what}");
        assert!(measures(None, &org).is_empty(), "{what}");
        let mut again = org.clone();
        again.run_trial_sweep(day(NOW, 300));
        assert_eq!(again, org, "{what}: the next sweep changes nothing");
    }
    let mut later = imported(Some(trial(day(40, 0))), &[]);
    later.run_trial_sweep(day(33, 0));
    assert_eq!(waiting(&later), [&NoticeKey::TrialEnding { ends_at: day(40, 0), days: 7 }]);
}

#[test]
fn import_fills_the_checklist_without_a_celebration() {
    let some = imported(None, &["created_project", "created_client"]);
    assert_eq!(some.progress(day(NOW, 0)).completed_count(), 2);
    let all: Vec<&str> = some.onboarding.definition().tasks.iter().map(|task| task.key).collect();
    let complete = imported(None, &all);
    let progress = complete.progress(day(NOW, 0));
    assert!(progress.is_complete() && !progress.celebrates());

    let mut unknown = org();
    let completed_tasks = BTreeSet::from(["created_project".to_owned(), "walked_the_dog".to_owned()]);
    let error =
        unknown.import(&History { trial: None, completed_tasks }, setup().project, at(0)).unwrap_err();
    assert_eq!(error, ImportError::UnknownTasks(vec!["walked_the_dog".to_owned()]));
    assert_eq!(unknown, org(), "nothing changes");
}

#[test]
fn access_is_full_until_stripe_responds() {
    let paused = of_plan("evt_1", 86_400, Updated, Unpaid);
    let mut with_facts = unread(None);
    record_at(&mut with_facts, &paused, day(NOW, 1));
    for (what, org, after) in [
        ("without a trial", unread(None), Status::Pending),
        ("ended trial", unread(Some(trial(day(14, 0)))), Status::TrialExpired),
        ("running trial", unread(Some(trial(day(60, 0)))), Status::Trialing),
        ("trial that ends meanwhile", unread(Some(trial(day(31, 0)))), Status::TrialExpired),
        ("unpaid by an event", with_facts, Status::Unpaid),
    ] {
        for now in [day(NOW, 0), day(NOW + 3, -1)] {
            assert_eq!(org.status(now).access(), Access::Full, "{what}");
            let next = org.next_billing_event(now).unwrap();
            assert_eq!((next.kind, next.at, next.amount), (NextKind::PaymentPending, None, None), "{what}");
        }
        assert_eq!(org.status(day(NOW + 3, 0)), after, "{what}: after 72 hours");
        assert_eq!(events(None, &org, day(NOW, 0)), [], "{what}");
        assert_eq!(events(Some(&unread(None)), &org, day(NOW, 2)), [], "{what}");
        let mut swept = org.clone();
        swept.run_trial_sweep(day(NOW + 2, 0));
        assert_eq!(waiting(&swept), Vec::<&NoticeKey>::new(), "{what}");
    }
}

#[test]
fn response_of_stripe_gives_the_status_without_mail() {
    for (status, expected) in [
        (Active, Status::Active),
        (Trialing, Status::Trialing),
        (PastDue, Status::PastDue),
        (Unpaid, Status::Unpaid),
        (SubscriptionStatus::Paused, Status::Paused),
        (Canceled, Status::Canceled),
        (SubscriptionStatus::Incomplete, Status::Incomplete),
        (SubscriptionStatus::IncompleteExpired, Status::Pending),
    ] {
        let before = unread(None);
        let mut org = before.clone();
        let now = day(NOW, 61);
        org.record_read(&[read(status)], &prices(), &setup(), now);
        assert_eq!(org.status(now), expected);
        assert_eq!((org.customer_read, waiting(&org)), (None, vec![]), "{status}");
        let provisioned = DomainEvent::Provisioned(Trigger::Import);
        assert_eq!(events(Some(&before), &org, now), [DomainEvent::SignedUp, provisioned], "{status}");
        let mut again = org.clone();
        again.record_read(&[read(Active)], &prices(), &setup(), now);
        assert_eq!(again, org, "a closed request records nothing");
    }
    let mut empty = unread(None);
    empty.record_read(&[], &prices(), &setup(), day(NOW, 61));
    assert_eq!((empty.status(day(NOW, 61)), empty.customer_read), (Status::Pending, None));
}

#[test]
fn payment_of_the_newest_invoice_shows_that_nothing_is_pending() {
    let active = |payment| ReadSubscription { payment, ..read(Active) };
    let mut paid_for = read(Active);
    paid_for.fact = with(paid_for.fact, |fact| fact.latest_invoice = Some(in_id("in_1")));
    let payment = billed("in_1", "evt_0", 86_400, paid(2900));
    for (subscription, kind) in [
        (active(None), Some(NextKind::PaymentPending)),
        (ReadSubscription { payment: Some(payment), ..paid_for }, None),
    ] {
        let mut org = unread(None);
        org.record_read(&[subscription], &prices(), &setup(), day(NOW, 61));
        assert_eq!(org.next_billing_event(day(NOW, 61)).map(|next| next.kind), kind);
    }
}

#[test]
fn only_plans_that_begin_after_the_import_are_announced() {
    let started = NoticeKey::PlanStarted { subscription: sub_id("sub_1") };
    let updated = of_plan("evt_1", NOW * 86_400 + 30, Updated, Active);
    let mut org = unread(None);
    record_at(&mut org, &updated, day(NOW, 30));
    assert!(waiting(&org).is_empty(), "an event of an old subscription");
    let mut old = org.clone();
    old.record_read(&[read(Active)], &prices(), &setup(), day(NOW, 61));
    record_at(&mut old, &of_plan("evt_2", NOW * 86_400 + 90, Updated, Active), day(NOW, 90));
    assert_eq!(waiting(&old), Vec::<&NoticeKey>::new());
    let new = ReadSubscription { created: day(NOW, 20), ..read(Active) };
    org.record_read(&[new], &prices(), &setup(), day(NOW, 61));
    assert_eq!(waiting(&org), [&started]);
}

#[test]
fn failed_payment_before_the_import_sends_no_notice() {
    let org = live(unread(None), [&billed("in_1", "evt_1", 86_400, FAILED)]);
    assert!(waiting(&org).is_empty());
    let after = live(org, [&billed("in_2", "evt_2", NOW * 86_400 + 5, FAILED)]);
    assert_eq!(waiting(&after), [&NoticeKey::PaymentFailed { invoice: in_id("in_2") }]);
}

#[test]
fn failed_reads_end_after_72_hours() {
    let mut org = unread(None);
    let mut now = day(NOW, 0);
    let mut attempts = 0;
    while !org.postpone_read(now) {
        now = org.customer_read.unwrap().next_at;
        attempts += 1;
    }
    assert_eq!(now, day(NOW, 0) + READ_PERIOD);
    assert!((72..90).contains(&attempts), "{attempts} attempts");
    assert_eq!((org.customer_read, org.status(now)), (None, Status::Pending));
    assert!(!org.postpone_read(now), "a closed request is not closed again");
}
