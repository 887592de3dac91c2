//! Recipients of reminders: subscription choice and suppression.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use domain::{
    id::UserId,
    mail::{Claim, Delivery, NoticeKey},
    org::{AdminContact, Org, Reminders, SuppressionReason},
    people::{Address, Name},
    time::{DAY, Zone, add},
    trial::Trial,
};
use jiff::Timestamp;

fn start() -> Timestamp {
    "2025-01-08T10:00:00Z".parse().unwrap()
}

fn user(number: u8) -> UserId {
    format!("usr_0198c0de-0000-7000-8000-00000000000{number}").parse().unwrap()
}

/// Returns an organization in its trial, with two admins and reminders three days and one day
/// before the end.
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

/// Runs the sweep on `day`, claims the due emails, and returns their kinds and recipients.
fn claimed(org: &mut Org, day: i32) -> Vec<(&'static str, UserId)> {
    let now = add(start(), DAY * day);
    org.run_trial_sweep(now);
    let mails = org.claim_mail(&Claim(format!("day {day}")), 20, None, now);
    mails.iter().map(|mail| (mail.key.kind(), mail.to)).collect()
}

#[test]
fn unsubscribed_admin_gets_all_mails_except_reminders() {
    let mut org = org();
    org.set_reminders(user(1), Reminders::Unwanted);
    assert_eq!(claimed(&mut org, 0), [("welcome", user(1)), ("welcome", user(2))]);
    assert_eq!(claimed(&mut org, 11), [("trial_ending", user(2))]);
    let key = NoticeKey::TrialEnding { ends_at: add(start(), DAY * 14), days: 3 };
    assert!(matches!(org.outbox.0[&key][&user(1)], Delivery::Dropped { .. }), "the email is not pending");
    assert_eq!(claimed(&mut org, 14), [("trial_ended", user(1)), ("trial_ended", user(2))]);
}

#[test]
fn reminder_choice_is_read_when_the_mail_is_claimed() {
    let mut org = org();
    claimed(&mut org, 0);
    org.run_trial_sweep(add(start(), DAY * 11));
    org.set_reminders(user(1), Reminders::Unwanted);
    org.set_reminders(user(2), Reminders::Unwanted);
    org.set_reminders(user(2), Reminders::Wanted);
    assert_eq!(claimed(&mut org, 11), [("trial_ending", user(2))]);
    org.set_reminders(user(1), Reminders::Wanted);
    assert_eq!(claimed(&mut org, 12), [], "a dropped email is not sent later");
    assert_eq!(claimed(&mut org, 13), [("trial_ending", user(1)), ("trial_ending", user(2))]);
}

#[test]
fn only_the_nearest_waiting_reminder_is_sent() {
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
fn delivery_ends_an_earlier_bounce_but_no_complaint() {
    let (mut org, bounced) = (org(), add(start(), DAY));
    org.suppress(user(1), SuppressionReason::Bounced, bounced);
    org.suppress(user(2), SuppressionReason::Complained, bounced);
    for (sent_at, restored) in [(start(), false), (bounced, false), (add(bounced, DAY), true)] {
        for number in [1, 2, 3] {
            org.restore(user(number), sent_at);
        }
        let unreachable = |number| org.admin(user(number)).unwrap().unreachable.is_some();
        assert_eq!((unreachable(1), unreachable(2)), (!restored, true));
    }
}

#[test]
fn unknown_user_changes_no_reminder_choice() {
    let mut org = org();
    let before = org.clone();
    org.set_reminders(user(3), Reminders::Unwanted);
    assert_eq!(org, before);
}
