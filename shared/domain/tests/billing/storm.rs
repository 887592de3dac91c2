//! Many invoices, many subscriptions: what is kept stays small, and what must happen once happens once.

use std::collections::BTreeMap;

use domain::{
    billing::{
        Change::{Created, Deleted},
        Conflict, Fact,
        InvoiceFact::{self, Failed, Voided},
        SubscriptionId,
        SubscriptionStatus::{Active, Canceled, PastDue},
    },
    delivery::{Claim, Outcome},
    notice::NoticeKey,
    org::Org,
};

use crate::{
    notices::{PROJECT, org},
    world::{DAY, at, cus, event, invoice, paid, sub},
};

const MANY: i64 = 300;

/// An event of one of many invoices of `sub_1`, made one second after the other.
fn one(n: i64, made: i64, what: InvoiceFact) -> Fact {
    let kind = match what {
        Failed => "failed",
        Voided => "voided",
        _ => "other",
    };
    invoice(&format!("in_{n}"), made, Some("sub_1"), &format!("evt_{kind}_{n}"), 1, what)
}

fn record(org: &mut Org, fact: &Fact) {
    org.record(fact, PROJECT.parse().unwrap(), at(400));
}

/// Sends what waits, and counts it.
fn mail(org: &mut Org, sent: &mut BTreeMap<NoticeKey, usize>) {
    let claim = Claim("a".to_owned());
    for letter in org.claim_mail(&claim, 99, None, at(400)) {
        org.outbox.record_outcome(&letter, &claim, Outcome::Accepted, 0, at(400));
        if letter.key != NoticeKey::Welcome {
            *sent.entry(letter.key).or_default() += 1;
        }
    }
    org.update_payment_notices(at(400));
}

fn kept(org: &Org) -> (usize, usize) {
    (org.outbox.0.len(), org.billing.invoices.len())
}

#[test]
fn each_open_invoice_of_a_storm_is_mailed_once() {
    for (case, made) in [
        ("one after the other", (0..MANY).collect::<Vec<_>>()),
        ("the newest first", (0..MANY).rev().collect()),
        ("all in one second", vec![7; 300]),
    ] {
        let mut org = org();
        record(&mut org, &sub("sub_1", "evt_sub", 1, Created, PastDue, None));
        let mut sent = BTreeMap::new();
        let events: Vec<Fact> = (0..MANY).zip(made).map(|(n, made)| one(n, made, Failed)).collect();
        for (n, event) in events.iter().enumerate() {
            record(&mut org, event);
            if n % 7 == 0 {
                mail(&mut org, &mut sent);
            }
            assert!(kept(&org).0 <= 41 && kept(&org).1 <= 61, "{case}: {:?}", kept(&org));
        }
        mail(&mut org, &mut sent);
        // Stripe sends everything again.
        let before = org.clone();
        for event in &events {
            record(&mut org, event);
            mail(&mut org, &mut sent);
        }
        assert_eq!(org, before, "{case}: a repetition changes nothing");
        assert_eq!(sent.len(), 300, "{case}");
        assert!(sent.values().all(|times| *times == 1), "{case}");
        assert!(org.billing.issue().is_some(), "{case}");
    }
}

#[test]
fn storm_without_a_sender_waits_for_its_turn() {
    let mut org = org();
    for n in 0..MANY {
        record(&mut org, &one(n, n, Failed));
    }
    assert_eq!(org.outbox.0.len(), 20);
    let mut sent = BTreeMap::new();
    while org.outbox.due_at().is_some() {
        mail(&mut org, &mut sent);
    }
    assert_eq!(sent.len(), 300);
    assert!(kept(&org).0 <= 20 && kept(&org).1 <= 40, "{:?}", kept(&org));
}

#[test]
fn payment_settles_every_older_invoice_of_a_storm() {
    let mut org = org();
    let mut sent = BTreeMap::new();
    for n in 0..MANY {
        record(&mut org, &one(n, n, Failed));
        mail(&mut org, &mut sent);
    }
    record(&mut org, &one(MANY, MANY, paid(2900)));
    assert_eq!((org.billing.issue(), org.billing.status()), (None, Some(Active)));
    for n in 0..MANY {
        record(&mut org, &one(n, n, Failed));
        mail(&mut org, &mut sent);
    }
    assert_eq!((org.billing.issue(), sent.len()), (None, 300));
}

#[test]
fn settled_invoice_that_is_not_kept_opens_no_issue() {
    let mut org = org();
    for n in 0..MANY {
        record(&mut org, &one(n, 7, Voided));
    }
    assert!(org.billing.invoices.len() <= 20);
    for n in 0..MANY {
        record(&mut org, &one(n, 7, Failed));
    }
    assert_eq!((org.billing.issue(), org.outbox.0.len()), (None, 0));
}

#[test]
fn ended_subscription_that_is_not_kept_stays_ended() {
    let mut org = org();
    let name = |n: i64| format!("sub_{n}");
    for n in 0..MANY {
        record(&mut org, &sub(&name(n), &format!("evt_{n}"), n, Deleted, Active, None));
    }
    assert!(org.billing.subscriptions.len() <= 11, "{}", org.billing.subscriptions.len());
    assert_eq!(org.billing.plan(), Some("price_sub_299"), "the last one is shown");
    let before = org.billing.status();
    for n in 0..MANY {
        record(&mut org, &invoice(&format!("in_{n}"), 350, Some(&name(n)), "evt_late", 350, paid(2900)));
        record(&mut org, &sub(&name(n), "evt_again", 360, Created, Active, None));
        record(&mut org, &invoice(&format!("in_x{n}"), 370, Some(&name(n)), "evt_failed", 370, Failed));
    }
    assert_eq!((before, org.billing.status()), (Some(Canceled), Some(Canceled)));
    assert!(org.billing.ever_paid(), "the payment itself is not lost");
    let asked = org.outbox.0.keys().filter(|key| matches!(key, NoticeKey::PaymentFailed { .. }));
    assert_eq!(asked.count(), 0, "what is over is not collected");
    let first = SubscriptionId::parse("sub_0").unwrap();
    assert!(!org.billing.subscriptions.contains_key(&first));
}

#[test]
fn paid_customer_is_remembered_when_its_subscription_is_folded() {
    let mut org = org();
    org.billing.link(&cus("cus_0"));
    record(
        &mut org,
        &crate::world::fact("evt_gone", 1, domain::billing::What::CustomerDeleted { customer: cus("cus_0") }),
    );
    org.billing.link(&cus("cus_1"));
    record(&mut org, &invoice("in_1", 1, Some("sub_first"), "evt_paid", 1, paid(2900)));
    for (n, name) in [(0, "sub_first".to_owned())].into_iter().chain((1..40).map(|n| (n, format!("sub_{n}"))))
    {
        record(&mut org, &sub(&name, &format!("evt_{n}"), n + 2, Deleted, Active, None));
    }
    assert!(!org.billing.customer_deleted());
}

#[test]
fn late_events_are_noted_up_to_a_number() {
    let mut org = org();
    org.billing.watermark = Some(at(DAY));
    for n in 0..MANY {
        record(&mut org, &one(n, n, Failed));
    }
    assert_eq!(org.billing.noted.len(), 20);
    assert!(org.billing.noted.contains(&Conflict::Late { event: event("evt_failed_0") }));
    let before = org.clone();
    record(&mut org, &one(299, 299, Failed));
    record(&mut org, &one(999, 299, Failed));
    assert_eq!(org, before, "further ones change nothing");
}
