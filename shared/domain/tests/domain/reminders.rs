//! Recipients of reminders: subscription choice and suppression.

use domain::{
    id::UserId,
    mail::{Claim, Delivery, NoticeKey},
    org::{Org, Reminders, SuppressionReason},
};

use crate::fixture::{day, two_admins as org, user};

/// Runs the sweep after `days`, claims the due emails, and returns their kinds and recipients.
fn claimed(org: &mut Org, days: i64) -> Vec<(&'static str, UserId)> {
    let now = day(days, 0);
    org.run_trial_sweep(now);
    let mails = org.claim_mail(&Claim(format!("day {days}")), 20, None, now);
    mails.iter().map(|mail| (mail.key.kind(), mail.to)).collect()
}

#[test]
fn unsubscribed_admin_gets_all_mails_except_reminders() {
    let mut org = org();
    org.set_reminders(user(1), Reminders::Unwanted);
    assert_eq!(claimed(&mut org, 0), [("welcome", user(1)), ("welcome", user(2))]);
    assert_eq!(claimed(&mut org, 11), [("trial_ending", user(2))]);
    let key = NoticeKey::TrialEnding { ends_at: day(14, 0), days: 3 };
    assert!(matches!(org.outbox.0[&key][&user(1)], Delivery::Dropped { .. }), "the email is not pending");
    assert_eq!(claimed(&mut org, 14), [("trial_ended", user(1)), ("trial_ended", user(2))]);
}

#[test]
fn reminder_choice_is_read_when_the_mail_is_claimed() {
    let mut org = org();
    claimed(&mut org, 0);
    org.run_trial_sweep(day(11, 0));
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
    org.run_trial_sweep(day(11, 0));
    assert_eq!(claimed(&mut org, 13), [("trial_ending", user(1)), ("trial_ending", user(2))]);
    let days = |days| NoticeKey::TrialEnding { ends_at: day(14, 0), days };
    let dropped = |delivery: &Delivery| matches!(delivery, Delivery::Dropped { .. });
    assert!(org.outbox.0[&days(3)].values().all(dropped));
    assert!(!org.outbox.0[&days(1)].values().any(dropped));
}

#[test]
fn delivery_ends_an_earlier_bounce_but_no_complaint() {
    let (mut org, bounced) = (org(), day(1, 0));
    org.suppress(user(1), SuppressionReason::Bounced, bounced);
    org.suppress(user(2), SuppressionReason::Complained, bounced);
    for (sent_at, restored) in [(day(0, 0), false), (bounced, false), (day(2, 0), true)] {
        for number in [1, 2, 3] {
            org.restore(user(number), sent_at);
        }
        let unreachable = |number| org.admin(user(number)).unwrap().unreachable.is_some();
        assert_eq!((unreachable(1), unreachable(2)), (!restored, true));
    }
}

#[test]
fn suppression_of_one_admin_keeps_its_first_reason() {
    let mut org = org();
    assert!(org.suppress(user(1), SuppressionReason::Complained, day(1, 0)));
    assert!(org.suppress(user(2), SuppressionReason::Bounced, day(1, 0)));
    let suppressed = org.clone();
    assert!(!org.suppress(user(1), SuppressionReason::Bounced, day(2, 0)));
    assert!(!org.suppress(user(3), SuppressionReason::Bounced, day(2, 0)));
    org.restore(user(1), day(3, 0));
    assert_eq!(org, suppressed, "a delivery to one admin does not reach another one");
    org.restore(user(2), day(3, 0));
    assert_eq!(org.admin(user(2)).unwrap().unreachable, None);
}

#[test]
fn unknown_user_changes_no_reminder_choice() {
    let mut org = org();
    let before = org.clone();
    org.set_reminders(user(3), Reminders::Unwanted);
    assert_eq!(org, before);
}
