//! Values in stored items and JSON responses, and the hash of an event's content.

use domain::billing::{
    Change::{self, Created, Updated},
    FactKind, IncidentKind, Interval, IssueKind, Plan, ReviewKind,
    SubscriptionStatus::{self, Active, Canceled, IncompleteExpired, PastDue},
};

use crate::{
    fixture::{at, canceling, priced, sub, with},
    values::parses_to_itself,
};

#[test]
fn stored_value_parses_to_itself() {
    let changes = [Created, Updated, Change::TrialWillEnd, Change::Deleted];
    parses_to_itself(&changes, Change::as_str, Change::parse);
    let incidents = [IncidentKind::Refunded, IncidentKind::Disputed];
    parses_to_itself(&incidents, IncidentKind::as_str, IncidentKind::parse);
    let intervals = [Interval::Day, Interval::Week, Interval::Month, Interval::Year];
    parses_to_itself(&intervals, Interval::as_str, Interval::parse);
    parses_to_itself(&[Plan::Single, Plan::Team], Plan::as_str, Plan::parse);
    parses_to_itself(&ReviewKind::ALL, ReviewKind::as_str, ReviewKind::parse);
}

#[test]
fn kind_of_issue_has_a_value_in_responses() {
    let values = [IssueKind::PaymentFailed, IssueKind::ActionRequired].map(IssueKind::as_str);
    assert_eq!(values, ["payment_failed", "action_required"]);
}

/// Returns the hash of a subscription fact's content in hexadecimal digits.
fn hash(fact: domain::billing::Fact) -> String {
    match fact.what {
        FactKind::Subscription { fact, .. } => hex::encode(fact.content_hash()),
        _ => unreachable!("a subscription fact"),
    }
}

#[test]
fn content_hash_is_the_same_in_every_version() {
    let of = |status, previous| sub("sub_1", "evt_1", 0, Updated, status, previous);
    let fact = priced(of(Active, Some(PastDue)), &["price_single", "price_x"]);
    let fact = with(canceling(fact, Some(2), None), |fact| fact.trial_end = Some(at(1)));
    assert_eq!(hash(fact), "488217deccaabce16729e5fb7da2bd909ff3f158c0777278705dfbd927370e6a");
    assert_eq!(
        hash(priced(of(Active, None), &[])),
        "15480bffdeed37c80c513f7b20c409aee7afd179c4f94af1804eca8c563c1650"
    );
    // Earlier versions do not know the status of a subscription that never began.
    assert_eq!(hash(of(IncompleteExpired, None)), hash(of(Canceled, None)));
    assert_eq!(hash(of(Active, Some(IncompleteExpired))), hash(of(Active, Some(Canceled))));
    for (n, status) in SubscriptionStatus::ALL.into_iter().enumerate().skip(2) {
        let worse = SubscriptionStatus::ALL[n - 1];
        assert_ne!(hash(of(status, None)), hash(of(worse, None)), "{status}");
    }
}
