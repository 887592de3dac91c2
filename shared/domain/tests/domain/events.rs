//! Domain events of an organization's history.

use domain::{
    billing::{
        Change::{Created, Updated},
        SubscriptionStatus::{Incomplete, IncompleteExpired},
    },
    mail::{Claim, Delivery, Failure, Outcome},
    org::DomainEvent,
};

use crate::fixture::{at, live, names_globex, org, sub, trialing};

#[test]
fn sign_up_without_a_trial_publishes_only_itself() {
    assert_eq!(DomainEvent::between(None, &org()), [DomainEvent::SignedUp]);
}

#[test]
fn failed_mail_is_published_once() {
    let pending = trialing();
    let mut failed = pending.clone();
    let claim = Claim("a".to_owned());
    for mail in failed.claim_mail(&claim, 9, None, at(0)) {
        let delivery = failed.outbox.delivery_mut(&mail).unwrap();
        *delivery = delivery.record_outcome(&claim, Outcome::Refused, 0, at(1)).unwrap();
    }
    let event = DomainEvent::MailFailed { kind: "welcome", why: Failure::Refused };
    assert_eq!(DomainEvent::between(Some(&pending), &failed), [event]);
    let mut again = failed.clone();
    for delivery in again.outbox.0.values_mut().flat_map(|recipients| recipients.values_mut()) {
        *delivery = Delivery::Failed { at: at(2), why: Failure::Bounced };
    }
    assert_eq!(DomainEvent::between(Some(&failed), &again), []);
}

#[test]
fn subscription_that_never_began_publishes_no_end() {
    let incomplete = live(org(), [&sub("sub_1", "evt_1", 1, Created, Incomplete, None)]);
    assert_eq!(incomplete.recorded_billing_status(), Some(Incomplete));
    for (what, last) in [
        ("expired", sub("sub_1", "evt_2", 2, Updated, IncompleteExpired, None)),
        ("moved away", names_globex(sub("sub_1", "evt_2", 2, Updated, Incomplete, None))),
    ] {
        let over = live(incomplete.clone(), [&last]);
        assert_eq!(over.recorded_billing_status(), None, "{what}");
        assert_eq!(DomainEvent::between(Some(&incomplete), &over), [], "{what}");
    }
}
