//! Who gets the reminders of an organization, and who has had enough of them.

#![allow(clippy::unwrap_used, reason = "a test ends where its premise does")]

use domain::{
    address::Address,
    delivery::{Claim, Delivery},
    id::UserId,
    name::Name,
    notice::NoticeKey,
    org::{AdminContact, Org, Reminders, SuppressionReason},
    trial::{DAY, Trial, add},
    zone::Zone,
};
use jiff::Timestamp;

fn start() -> Timestamp {
    "2025-01-08T10:00:00Z".parse().unwrap()
}

fn user(number: u8) -> UserId {
    format!("usr_0198c0de-0000-7000-8000-00000000000{number}").parse().unwrap()
}

/// An organization in its trial, with two admins, reminded three days and one day before the end.
fn org() -> Org {
    let admin = |number| {
        let address = Address::parse(&format!("admin{number}@example.com")).unwrap();
        AdminContact::new(user(number), Name::parse("Jo").unwrap(), address)
    };
    let id = "org_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
    let mut org = Org::sign_up(id, Name::parse("Acme").unwrap(), Zone::default(), admin(1), start());
    org.admins.push(admin(2));
    let project = "prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap();
    org.start_trial(Trial::start(start(), 14, vec![3, 1]), project, start());
    org
}

/// What is claimed on a day after the clock ran: kinds of mail, and whom they go to.
fn claimed(org: &mut Org, day: i32) -> Vec<(&'static str, UserId)> {
    let now = add(start(), DAY * day);
    org.run_trial_sweep(now);
    let letters = org.claim_mail(&Claim(format!("day {day}")), 20, None, now);
    letters.iter().map(|letter| (letter.key.kind(), letter.to)).collect()
}

#[test]
fn who_unsubscribed_gets_no_reminder_and_every_other_mail() {
    let mut org = org();
    org.set_reminders(user(1), Reminders::Unwanted);
    assert_eq!(claimed(&mut org, 0), [("welcome", user(1)), ("welcome", user(2))]);
    assert_eq!(claimed(&mut org, 11), [("trial_ending", user(2))]);
    let key = NoticeKey::TrialEnding { ends_at: add(start(), DAY * 14), days: 3 };
    assert!(matches!(org.outbox.0[&key][&user(1)], Delivery::Dropped { .. }), "it is not owed for ever");
    assert_eq!(claimed(&mut org, 14), [("trial_ended", user(1)), ("trial_ended", user(2))]);
}

#[test]
fn minds_are_changed_both_ways_until_the_mail_goes_out() {
    let mut org = org();
    claimed(&mut org, 0);
    org.run_trial_sweep(add(start(), DAY * 11));
    org.set_reminders(user(1), Reminders::Unwanted);
    org.set_reminders(user(2), Reminders::Unwanted);
    org.set_reminders(user(2), Reminders::Wanted);
    assert_eq!(claimed(&mut org, 11), [("trial_ending", user(2))]);
    org.set_reminders(user(1), Reminders::Wanted);
    assert_eq!(claimed(&mut org, 12), [], "what was dropped does not come back");
    assert_eq!(claimed(&mut org, 13), [("trial_ending", user(1)), ("trial_ending", user(2))]);
}

#[test]
fn of_two_reminders_of_one_end_that_wait_only_the_nearer_goes_out() {
    let mut org = org();
    claimed(&mut org, 0);
    org.run_trial_sweep(add(start(), DAY * 11));
    assert_eq!(claimed(&mut org, 13), [("trial_ending", user(1)), ("trial_ending", user(2))]);
    let days = |days| NoticeKey::TrialEnding { ends_at: add(start(), DAY * 14), days };
    let dropped = |delivery: &Delivery| matches!(delivery, Delivery::Dropped { .. });
    assert!(org.outbox.0[&days(3)].values().all(dropped));
    assert!(!org.outbox.0[&days(1)].values().any(dropped));
}

#[test]
fn what_arrives_ends_an_earlier_bounce_and_no_complaint() {
    let (mut org, bounced) = (org(), add(start(), DAY));
    org.suppress(user(1), SuppressionReason::Bounced, bounced);
    org.suppress(user(2), SuppressionReason::Complained, bounced);
    for (sent_at, reached) in [(start(), false), (bounced, false), (add(bounced, DAY), true)] {
        for number in [1, 2, 3] {
            org.restore(user(number), sent_at);
        }
        let unreachable = |number| org.admin(user(number)).unwrap().unreachable.is_some();
        assert_eq!((unreachable(1), unreachable(2)), (!reached, true));
    }
}

#[test]
fn a_stranger_changes_nothing() {
    let mut org = org();
    let before = org.clone();
    org.set_reminders(user(3), Reminders::Unwanted);
    assert_eq!(org, before);
}
