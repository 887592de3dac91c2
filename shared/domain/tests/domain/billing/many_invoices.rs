//! Many invoices and subscriptions: the stored state stays bounded, and each notice is sent once.

use std::collections::BTreeMap;

use domain::{
    billing::{
        Change::{Created, Deleted},
        Conflict, Fact, FactKind,
        InvoiceFact::{self, Voided},
        SubscriptionStatus::{Active, Canceled, PastDue},
    },
    mail::{Claim, Delivery, NoticeKey},
    org::Org,
};

use crate::fixture::{
    DAY, FAILED, at, cus, event, fact, invoice, linked, org, paid, price, priced, record_at, sub, sub_id,
};

const MANY: i64 = 300;

/// Returns a fact about one of many invoices of `sub_1`, which Stripe created at `created`.
fn one(n: i64, created: i64, what: InvoiceFact) -> Fact {
    let kind = match what {
        InvoiceFact::Failed { .. } => "failed",
        Voided => "voided",
        _ => "other",
    };
    invoice(&format!("in_{n}"), created, Some("sub_1"), &format!("evt_{kind}_{n}"), 1, what)
}

fn record(org: &mut Org, fact: &Fact) {
    record_at(org, fact, at(400));
}

/// Sends the due emails and counts them.
fn send_due(org: &mut Org, sent: &mut BTreeMap<NoticeKey, usize>) {
    let claim = Claim("a".to_owned());
    for mail in org.claim_mail(&claim, 99, None, at(400)) {
        *org.outbox.delivery_mut(&mail).unwrap() = Delivery::Sent { at: at(400), claim: Some(claim.clone()) };
        if mail.key != NoticeKey::Welcome {
            *sent.entry(mail.key).or_default() += 1;
        }
    }
    org.update_payment_notices(at(400));
}

fn sizes(org: &Org) -> (usize, usize) {
    (org.outbox.0.len(), org.billing.invoices.len())
}

#[test]
fn each_of_many_open_invoices_is_notified_once() {
    for (case, times) in [
        ("one after the other", (0..MANY).collect::<Vec<_>>()),
        ("the newest first", (0..MANY).rev().collect()),
        ("all in one second", vec![7; 300]),
    ] {
        let mut org = org();
        record(&mut org, &sub("sub_1", "evt_sub", 1, Created, PastDue, None));
        let mut sent = BTreeMap::new();
        let events: Vec<Fact> = (0..MANY).zip(times).map(|(n, created)| one(n, created, FAILED)).collect();
        for (n, event) in events.iter().enumerate() {
            record(&mut org, event);
            if n % 7 == 0 {
                send_due(&mut org, &mut sent);
            }
            assert!(sizes(&org).0 <= 41 && sizes(&org).1 <= 61, "{case}: {:?}", sizes(&org));
        }
        send_due(&mut org, &mut sent);
        // Stripe sends all events again.
        let before = org.clone();
        for event in &events {
            record(&mut org, event);
            send_due(&mut org, &mut sent);
        }
        assert_eq!(org, before, "{case}: repeated events change nothing");
        assert_eq!(sent.len(), 300, "{case}");
        assert!(sent.values().all(|times| *times == 1), "{case}");
        assert!(org.billing.issue().is_some(), "{case}");
    }
}

#[test]
fn waiting_payment_notices_are_limited() {
    let mut org = org();
    for n in 0..MANY {
        record(&mut org, &one(n, n, FAILED));
    }
    assert_eq!(org.outbox.0.len(), 20);
    let mut sent = BTreeMap::new();
    while org.outbox.due_at().is_some() {
        send_due(&mut org, &mut sent);
        assert!(sent.values().all(|times| *times == 1), "each notice is sent once");
    }
    assert_eq!(sent.len(), 300);
    assert!(sizes(&org).0 <= 20 && sizes(&org).1 <= 40, "{:?}", sizes(&org));
}

#[test]
fn payment_settles_all_older_invoices() {
    let mut org = org();
    let mut sent = BTreeMap::new();
    for n in 0..MANY {
        record(&mut org, &one(n, n, FAILED));
        send_due(&mut org, &mut sent);
    }
    record(&mut org, &one(MANY, MANY, paid(2900)));
    assert_eq!((org.billing.issue(), org.billing.status(at(400))), (None, Some(Active)));
    for n in 0..MANY {
        record(&mut org, &one(n, n, FAILED));
        send_due(&mut org, &mut sent);
    }
    assert_eq!((org.billing.issue(), sent.len()), (None, 300));
}

#[test]
fn removed_settled_invoice_opens_no_issue() {
    let mut org = org();
    for n in 0..MANY {
        record(&mut org, &one(n, 7, Voided));
    }
    assert!(org.billing.invoices.len() <= 20);
    for n in 0..MANY {
        record(&mut org, &one(n, 7, FAILED));
    }
    assert_eq!((org.billing.issue(), org.outbox.0.len()), (None, 0));
}

#[test]
fn removed_ended_subscription_stays_ended() {
    let mut org = org();
    let name = |n: i64| format!("sub_{n}");
    for n in 0..MANY {
        record(&mut org, &sub(&name(n), &format!("evt_{n}"), n, Deleted, Active, None));
    }
    assert!(org.billing.subscriptions.len() <= 11, "{}", org.billing.subscriptions.len());
    let shown = org.billing.plan_item(at(400));
    assert_eq!(shown, Some(&price("price_sub_299")), "the plan of the last subscription is shown");
    let before = org.billing.status(at(400));
    for n in 0..MANY {
        record(&mut org, &invoice(&format!("in_{n}"), 350, Some(&name(n)), "evt_late", 350, paid(2900)));
        record(&mut org, &sub(&name(n), "evt_again", 360, Created, Active, None));
        record(&mut org, &invoice(&format!("in_x{n}"), 370, Some(&name(n)), "evt_failed", 370, FAILED));
    }
    assert_eq!((before, org.billing.status(at(400))), (Some(Canceled), Some(Canceled)));
    assert!(org.billing.ever_paid(), "the payment still counts");
    let notices = org.outbox.0.keys().filter(|key| matches!(key, NoticeKey::PaymentFailed { .. }));
    assert_eq!(notices.count(), 0, "Stripe collects no payment for an ended subscription");
    assert!(!org.billing.subscriptions.contains_key(&sub_id("sub_0")));
}

#[test]
fn payment_of_a_customer_counts_after_folding() {
    let mut org = org();
    org.billing.link(&cus("cus_0"));
    record(&mut org, &fact("evt_gone", 1, FactKind::CustomerDeleted { customer: cus("cus_0") }));
    org.billing.link(&cus("cus_1"));
    record(&mut org, &invoice("in_1", 1, Some("sub_first"), "evt_paid", 1, paid(2900)));
    for (n, name) in [(0, "sub_first".to_owned())].into_iter().chain((1..40).map(|n| (n, format!("sub_{n}"))))
    {
        record(&mut org, &sub(&name, &format!("evt_{n}"), n + 2, Deleted, Active, None));
    }
    assert!(!org.billing.customer_deleted());
}

#[test]
fn noted_late_events_are_limited() {
    let mut org = org();
    org.billing.watermark = Some(at(DAY));
    for n in 0..MANY {
        record(&mut org, &one(n, n, FAILED));
    }
    assert_eq!(org.billing.noted.len(), 20);
    assert!(org.billing.noted.contains(&Conflict::Late { event: event("evt_failed_0") }));
    let before = org.clone();
    record(&mut org, &one(299, 299, FAILED));
    record(&mut org, &one(999, 299, FAILED));
    assert_eq!(org, before, "more late events change nothing");
}

#[test]
fn number_of_subscriptions_of_other_products_has_a_maximum() {
    let mut org = org();
    for n in 0..60 {
        let name = format!("sub_x{n}");
        let foreign = linked(sub(&name, &format!("evt_{n}"), n, Created, Active, None));
        record_at(&mut org, &priced(foreign, &["price_foreign"]), at(n));
    }
    assert_eq!(org.billing.subscriptions.len(), 20);
    assert!(org.billing.subscriptions.contains_key(&sub_id("sub_x59")), "the newest stay");
}
