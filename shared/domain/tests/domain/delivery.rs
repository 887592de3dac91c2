//! Delivery states of one email.

use domain::{
    mail::{Attempts, Claim, Delivery, Failure, Outcome, RETRY_DELAY, SesHeartbeat, UNKNOWN_CHECK_DELAY},
    time::add,
};
use jiff::{SignedDuration, Timestamp};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn claim(second: i64) -> Claim {
    Claim::new(at(second), "a")
}

fn sending(second: i64) -> Delivery {
    Delivery::pending(at(0)).claim(&claim(second), None, at(second)).unwrap()
}

fn unknown() -> Delivery {
    sending(0).record_outcome(&claim(0), Outcome::Ambiguous, 0, at(3)).unwrap()
}

fn sent(by: i64, second: i64) -> Delivery {
    Delivery::Sent { at: at(second), claim: Some(claim(by)) }
}

fn heartbeat(newest: i64) -> Option<SesHeartbeat> {
    Some(SesHeartbeat { newest: Some(at(newest)), outstanding: false })
}

const OUTSTANDING: Option<SesHeartbeat> =
    Some(SesHeartbeat { newest: Some(Timestamp::MAX), outstanding: true });
const NO_EVENT: Option<SesHeartbeat> = Some(SesHeartbeat { newest: None, outstanding: false });

#[test]
fn only_one_claim_holds_a_mail() {
    assert_eq!(sending(0).claim(&claim(1), None, at(1)), None);
    assert_eq!(sending(0).record_outcome(&claim(1), Outcome::Accepted, 0, at(1)), None);
    assert_eq!(sending(0).record_outcome(&claim(0), Outcome::Accepted, 0, at(1)), Some(sent(0, 1)));
}

#[test]
fn definite_failure_is_retried_for_four_days_with_backoff() {
    let mut delivery = Delivery::pending(at(0));
    let mut now = at(0);
    let mut attempts = 0;
    while let Some(due) = delivery.due_at() {
        assert!(due >= now);
        now = due;
        delivery = delivery.claim(&claim(0), None, now).unwrap();
        delivery = delivery.record_outcome(&claim(0), Outcome::NotSent, 0, now).unwrap();
        attempts += 1;
    }
    assert_eq!(delivery, Delivery::Failed { at: now, why: Failure::Expired });
    assert_eq!(delivery.review_since(), Some(now));
    assert!(now >= at(4 * 86_400) && now < at(4 * 86_400 + 900), "{now}");
    assert!(attempts > 300, "{attempts}");
}

#[test]
fn delay_of_a_retry_doubles_up_to_fifteen_minutes() {
    for (jitter, percent) in [(0, 100), (51, 120), (255, 200)] {
        let mut delivery = Delivery::pending(at(0));
        for seconds in [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            let now = delivery.due_at().unwrap();
            let failed = delivery.claim(&claim(0), None, now).unwrap();
            delivery = failed.record_outcome(&claim(0), Outcome::Throttled, jitter, now).unwrap();
            let delay = SignedDuration::from_millis(seconds * 10 * percent);
            assert_eq!(delivery.due_at(), Some(add(now, delay)), "{seconds} s, jitter {jitter}");
        }
    }
}

#[test]
fn account_pause_counts_no_attempt_and_delays_the_mail() {
    let paused = sending(0).record_outcome(&claim(0), Outcome::Paused, 9, at(1)).unwrap();
    assert_eq!(paused.due_at(), Some(add(at(1), RETRY_DELAY)));
    assert!(matches!(&paused, Delivery::Pending { attempts, .. } if attempts.failed == 0));
    assert!(!paused.is_fresh() && Delivery::pending(at(0)).is_fresh());
    let late = at(9 * 86_400);
    let again = paused.claim(&claim(1), None, late).unwrap();
    let paused = again.record_outcome(&claim(1), Outcome::Paused, 0, late).unwrap();
    assert_eq!(paused.due_at(), Some(add(late, RETRY_DELAY)), "for any length of the pause");
}

#[test]
fn ses_event_confirms_a_mail_that_may_have_been_sent() {
    let lapsed = sending(0).lapse(at(60)).unwrap();
    assert!(matches!(&lapsed, Delivery::Unknown { at: since, needs_review: false, .. } if *since == at(60)));
    assert_eq!(sending(0).lapse(at(59)), None);
    assert_eq!(lapsed.confirmed(&claim(1), at(61)), None);
    let checked = lapsed.give_up(at(999)).unwrap();
    for delivery in [sending(0), unknown(), lapsed, checked] {
        assert_eq!(delivery.confirmed(&claim(0), at(1)), Some(sent(0, 1)));
    }
}

#[test]
fn unknown_mail_is_resent_once_when_evidence_exists() {
    let check = add(at(3), UNKNOWN_CHECK_DELAY);
    assert_eq!(unknown().due_at(), Some(check));
    for (case, heartbeat, now) in [
        ("no heartbeat is given", None, check),
        ("the check is not due", heartbeat(1), at(902)),
        ("no event ever arrived", NO_EVENT, check),
        ("only events of earlier claims arrived", heartbeat(-5), check),
        ("only an event of the same second arrived", heartbeat(0), check),
        ("its event may be in the dead-letter queue", OUTSTANDING, check),
    ] {
        assert_eq!(unknown().claim(&claim(903), heartbeat, now), None, "{case}");
    }
    let again = unknown().claim(&claim(903), heartbeat(1), check).unwrap();
    assert!(again.is_held_by(&claim(903)));
    // SES's `Send` event for the first attempt confirms the email in every state of the second
    // attempt.
    let pending = again.record_outcome(&claim(903), Outcome::NotSent, 0, at(904)).unwrap();
    let twice = again.record_outcome(&claim(903), Outcome::Ambiguous, 0, at(904)).unwrap();
    for delivery in [&again, &pending, &twice] {
        assert_eq!(delivery.confirmed(&claim(0), at(905)), Some(sent(0, 905)));
    }
    assert!(pending.claim(&claim(999), None, at(999)).is_some(), "the second attempt definitely failed");
    assert_eq!(
        twice.claim(&claim(9999), heartbeat(9000), at(9999)),
        None,
        "an unknown second attempt is final"
    );
    assert!(matches!(pending.give_up(at(999)), Some(Delivery::Unknown { needs_review: true, .. })));
}

#[test]
fn unknown_mail_needs_review_without_evidence() {
    let checked = unknown().give_up(at(903)).unwrap();
    assert_eq!((checked.due_at(), checked.review_since()), (None, Some(at(3))));
    assert!(!checked.waits(heartbeat(999), at(9999)) && checked.give_up(at(9999)).is_none());
}

#[test]
fn claim_without_time_dates_from_the_unknown_state() {
    let attempts = Attempts { since: at(0), failed: 0, without_response: None };
    let old = Claim("c1a1".to_owned());
    let unknown = Delivery::Unknown { attempts, claim: old, at: at(60), needs_review: false };
    let check = add(at(60), UNKNOWN_CHECK_DELAY);
    assert_eq!(unknown.claim(&claim(960), heartbeat(59), check), None);
    assert!(unknown.claim(&claim(960), heartbeat(61), check).is_some());
}

#[test]
fn bounce_fails_any_mail_that_ses_may_have_accepted() {
    let bounced = Delivery::Failed { at: at(9), why: Failure::Bounced };
    let without_claim = Delivery::Sent { at: at(1), claim: None };
    let again = unknown().claim(&claim(999), heartbeat(1), at(999)).unwrap();
    let pending = again.record_outcome(&claim(999), Outcome::NotSent, 0, at(999)).unwrap();
    for delivery in [sending(0), unknown(), sent(0, 1), without_claim, again, pending] {
        assert_eq!(delivery.returned(&claim(0), Failure::Bounced, at(9)), Some(bounced.clone()));
    }
    for delivery in [Delivery::pending(at(0)), Delivery::Dropped { at: at(1) }, bounced] {
        assert_eq!(delivery.returned(&claim(0), Failure::Bounced, at(9)), None);
    }
    for delivery in [sending(0), unknown(), sent(0, 1)] {
        let other = delivery.returned(&claim(5), Failure::Bounced, at(9));
        assert_eq!(other, None, "the bounce is about another email");
    }
}

#[test]
fn only_a_definite_failure_says_that_nothing_was_sent() {
    for (outcome, definite) in [
        (Outcome::NotSent, true),
        (Outcome::Throttled, true),
        (Outcome::Paused, true),
        (Outcome::Refused, true),
        (Outcome::BadAddress, true),
        (Outcome::Accepted, false),
        (Outcome::Ambiguous, false),
    ] {
        assert_eq!(outcome.is_definite_failure(), definite, "{outcome:?}");
    }
}

#[test]
fn email_is_pending_since_it_was_enqueued() {
    assert_eq!(Delivery::pending(at(7)).pending_since(), Some(at(7)));
    for other in [sending(0), unknown(), sent(0, 3)] {
        assert_eq!(other.pending_since(), None, "{other:?}");
    }
}
