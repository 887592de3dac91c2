//! Emails of an organization: delays, claims, review, and how long notices are kept.

use domain::{
    mail::{Claim, Delivery, FAILURE_SHOWN_FOR, NoticeKey, Outcome},
    org::Org,
    time::add,
};
use jiff::{SignedDuration, Timestamp};

use crate::fixture::{at, day, trialing, two_admins, user};

fn claim(name: &str) -> Claim {
    Claim(name.to_owned())
}

/// Attempts all due emails, with the same outcome.
fn attempt(org: &mut Org, outcome: Outcome, now: Timestamp) {
    for mail in org.claim_mail(&claim("attempt"), 99, None, now) {
        let delivery = org.outbox.delivery_mut(&mail).unwrap();
        *delivery = delivery.record_outcome(&claim("attempt"), outcome, 0, now).unwrap();
    }
}

#[test]
fn delayed_welcome_waits_unless_it_is_claimed() {
    let mut org = two_admins();
    let first = org.claim_mail(&claim("a"), 1, None, at(0));
    org.delay_welcome(at(30));
    assert_eq!(org.outbox.held_by(&claim("a")), first);
    assert_eq!(org.claim_mail(&claim("b"), 9, None, at(29)), []);
    assert!(org.outbox.is_ready(), "the email still waits for its first attempt");
    let second = org.claim_mail(&claim("b"), 9, None, at(30));
    assert_eq!((second.len(), org.outbox.held_by(&claim("b"))), (1, second.clone()));
    assert_ne!(first, second);
}

#[test]
fn claimed_mail_is_given_up_only_before_it_is_sent() {
    let mut org = two_admins();
    let mails = org.claim_mail(&claim("a"), 9, None, at(0));
    let sent = Delivery::Sent { at: at(1), claim: Some(claim("a")) };
    *org.outbox.delivery_mut(&mails[0]).unwrap() = sent.clone();
    for mail in &mails {
        org.outbox.give_up(mail, at(2));
    }
    let states: Vec<_> = org.outbox.deliveries().cloned().collect();
    assert_eq!(states, [sent, Delivery::Dropped { at: at(2) }]);
}

#[test]
fn failed_mail_is_shown_for_review_while_it_matters() {
    let mut org = two_admins();
    attempt(&mut org, Outcome::Refused, day(0, 0));
    org.run_trial_sweep(day(11, 0));
    attempt(&mut org, Outcome::Refused, day(11, 0));
    assert_eq!(org.outbox.review_since(), Some(day(11, 0)), "the newest failure counts");
    let shown = |org: &Org, now| -> Vec<_> {
        org.mails_for_review(now).map(|(key, user, _)| (key.kind(), user)).collect()
    };
    let welcome = [("welcome", user(1)), ("welcome", user(2))];
    let both = [welcome, [("trial_ending", user(1)), ("trial_ending", user(2))]].concat();
    let last = add(day(0, 0), FAILURE_SHOWN_FOR);
    for (now, expected) in [
        (day(14, -1), &both[..]),
        // The trial is over, so its reminder no longer matters.
        (day(14, 0), &welcome),
        (last, &welcome),
        (add(last, SignedDuration::from_secs(1)), &[]),
    ] {
        assert_eq!(shown(&org, now), expected, "{now}");
    }
    org.admins.pop();
    assert_eq!(shown(&org, last), welcome[..1], "the other recipient is no longer an admin");
    org.outbox.enqueue_membership_changed(user(2), last);
    attempt(&mut org, Outcome::Refused, last);
    let removed = ("membership_changed", user(2));
    assert_eq!(shown(&org, last), [welcome[0], removed], "this notice goes to a former member too");
}

#[test]
fn reminder_is_kept_for_90_days_after_an_earlier_end() {
    let mut pending = trialing();
    pending.run_trial_sweep(day(11, 0));
    let mut sent = pending.clone();
    attempt(&mut sent, Outcome::Accepted, day(11, 0));
    let extended = |org: &Org| {
        let mut org = org.clone();
        org.trial.as_mut().unwrap().ends_at = day(30, 0);
        org
    };
    let key = NoticeKey::TrialEnding { ends_at: day(14, 0), days: 3 };
    for (what, mut org, now, kept) in [
        ("the end of the current trial", sent.clone(), day(300, 0), true),
        ("89 days after an earlier end", extended(&sent), day(104, -1), true),
        ("90 days after an earlier end", extended(&sent), day(104, 0), false),
        ("long after an earlier end", extended(&sent), day(300, 0), false),
        ("an earlier end, but not sent yet", extended(&pending), day(300, 0), true),
    ] {
        org.update_payment_notices(now);
        assert_eq!(org.outbox.0.contains_key(&key), kept, "{what}");
    }
}
