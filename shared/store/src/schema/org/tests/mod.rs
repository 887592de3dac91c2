mod cost;
mod earlier_version;
mod runs;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    billing::{
        Change, Conflict, Currency, CustomerId, EventId, Fact, FactKind, Interval, InvoiceFact, InvoiceId,
        InvoiceMarks, Item, Money, Pause, Plan, PlanPrices, Previous, PreviousCancel, Prices,
        SubscriptionFact, SubscriptionId, SubscriptionMarks, SubscriptionStatus,
    },
    checklist::Onboarding,
    id::OrgId,
    mail::{Claim, Outcome},
    org::{History, Setup, SuppressionReason},
    people::Reason,
    secret::Hash,
    trial::{Days, Extension},
};
use jiff::Timestamp;

use super::*;
use crate::{attributes::number, testing::acme};

const NOW: &str = "2025-01-08T10:20:30.5Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn eur(amount: u64) -> Money {
    Money { amount, currency: Currency::parse("eur").unwrap() }
}

fn customer(id: &str) -> CustomerId {
    CustomerId::parse(id).unwrap()
}

fn subscribed(fact: SubscriptionFact) -> FactKind {
    let subscription = SubscriptionId::parse("sub_1").unwrap();
    FactKind::Subscription { subscription, customer: customer("cus_1"), fact }
}

fn invoiced(invoice: &str, subscription: Option<&str>, created: &str, fact: InvoiceFact) -> FactKind {
    FactKind::Invoice {
        invoice: InvoiceId::parse(invoice).unwrap(),
        subscription: subscription.map(|id| SubscriptionId::parse(id).unwrap()),
        customer: customer("cus_1"),
        invoice_created: at(created),
        prices: Vec::new(),
        fact,
    }
}

/// Returns a fact in which every value is present.
fn complete_fact() -> SubscriptionFact {
    SubscriptionFact {
        previous: Previous {
            status: Some(SubscriptionStatus::Active),
            trial_end: Some(None),
            cancel: Some(PreviousCancel::At(at("2025-01-08T10:20:31Z"))),
            paused: Some(Some(Pause { resumes_at: None })),
            prices: Some(["price_0".to_owned()].into()),
        },
        items: vec![
            Item::of_price("price_add_on".to_owned()),
            Item {
                period_end: Some(at("2025-02-08T10:20:31Z")),
                amount: Some(eur(2900)),
                interval: Some(Interval::Month),
                ..Item::of_price("price_2".to_owned())
            },
        ],
        trial_end: Some(at("2025-01-08T10:20:31Z")),
        paused: Some(Pause { resumes_at: Some(at("2025-03-01T00:00:00Z")) }),
        latest_invoice: InvoiceId::parse("in_1").ok(),
        fixed_amount: true,
        lacks_payment_method: true,
        ..SubscriptionFact::new(Change::Created, SubscriptionStatus::Incomplete)
    }
}

/// Records facts of every kind, also of an earlier second and of another named organization.
fn record_facts(org: &mut Org) {
    let other = "org_0198c0de-0000-7000-8000-000000000009".parse().unwrap();
    let active = SubscriptionFact {
        paused: Some(Pause { resumes_at: None }),
        ..SubscriptionFact::new(Change::Updated, SubscriptionStatus::Active)
    };
    let upcoming = FactKind::Upcoming {
        subscription: SubscriptionId::parse("sub_1").unwrap(),
        customer: customer("cus_1"),
        date: at("2025-02-08T10:20:31Z"),
        amount: eur(3000),
    };
    let paid = |amount| InvoiceFact::Paid { amount };
    let action_required = InvoiceFact::ActionRequired { due: Some(eur(1200)), next_attempt: None };
    let facts = [
        ("evt_1", "2025-01-08T10:20:31Z", org.id, subscribed(complete_fact())),
        (
            "evt_2",
            "2025-01-08T10:20:31Z",
            org.id,
            invoiced("in_1", Some("sub_1"), "2025-01-08T10:20:30Z", paid(1200)),
        ),
        ("evt_3", "2025-01-08T10:20:31Z", org.id, FactKind::CustomerDeleted { customer: customer("cus_2") }),
        (
            "evt_4",
            "2025-01-08T10:20:31Z",
            org.id,
            invoiced("in_2", None, "2025-01-08T10:20:31Z", action_required),
        ),
        ("evt_0", "2025-01-08T10:20:29Z", other, subscribed(active)),
        ("evt_5", "2025-01-08T10:20:33Z", org.id, upcoming),
        ("evt_6", "2025-01-08T10:20:34Z", org.id, invoiced("in_3", None, NOW, paid(500))),
    ];
    record(org, facts);
}

/// Records facts: the id of each event, its time, and the organization that it names.
fn record<const N: usize>(org: &mut Org, facts: [(&str, &str, OrgId, FactKind); N]) {
    let prices = |text| PlanPrices::parse(text).unwrap();
    let prices = Prices::new(prices("price_1"), prices("price_2")).unwrap();
    let setup = Setup::without_steps("prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap());
    for (event, created, names, what) in facts {
        let event = EventId::parse(event).unwrap();
        let fact = Fact { event, created: at(created), names: Some(names), what };
        org.record(&fact, &prices, &setup, at(NOW));
    }
}

/// Returns an organization in which every attribute is present.
fn org() -> Org {
    let now = at(NOW);
    let mut org = acme(now);
    let setup = Setup::without_steps("prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap());
    let user = org.admins[0].user;
    org.start_trial(Trial::start(now, 14, vec![3, 1]), &setup, now);
    org.trial.as_mut().unwrap().extensions.push(Extension {
        at: now,
        by: Some(user),
        name: Name::parse("Ann").unwrap(),
        days: Days::parse("7").unwrap(),
        reason: Reason::parse("Their budget comes in March").unwrap(),
        ends_at: at("2025-01-29T10:20:30Z"),
        request: Hash::of(&[b"form"]),
    });
    record_facts(&mut org);
    org.dates_seen = Some(at("2025-02-08T10:20:31Z"));
    org.billing.link(&customer("cus_1"));
    org.billing.link(&customer("cus_3"));
    org.billing.note(Conflict::Session { event: EventId::parse("evt_9").unwrap() });
    org.complete_from_host("project.created", Some("api".to_owned()), now, now);
    org.checklist.skipped.insert("created_time_entry".to_owned(), now);
    org.checklist.dismissed_at = Some(now);
    org.onboarding = Onboarding {
        definition: Some("agency".to_owned()),
        industry: Some("agency".to_owned()),
        plan: Some(Plan::Team),
        seen_at: Some(now),
    };
    let claim = Claim("abc".to_owned());
    let letters = org.claim_mail(&claim, 9, None, now);
    let delivery = org.outbox.delivery_mut(&letters[0]).unwrap();
    *delivery = delivery.record_outcome(&claim, Outcome::Ambiguous, 0, now).unwrap();
    assert_eq!(org.outbox.0.len(), 3, "a welcome, a started plan, and a failed payment");
    org.suppress(user, SuppressionReason::Complained, now);
    org.billing.settled = InvoiceMarks::new([1, u64::MAX].into(), 0);
    org.billing.mailed = InvoiceMarks::new([7 << 32 | 9].into(), 5);
    org.billing.ended = SubscriptionMarks::new([0, 3].into());
    org
}

/// Returns an organization without a trial, after one event.
fn with_event(what: FactKind) -> Org {
    let mut org = acme(at(NOW));
    let facts = [("evt_1", "2025-01-08T10:20:31Z", org.id, what)];
    record(&mut org, facts);
    org
}

/// Returns an imported organization with an ended trial, a read subscription, and an open request.
fn imported() -> Org {
    let now = at(NOW);
    let setup = Setup::without_steps("prj_0198c0de-0000-7000-8000-000000000003".parse().unwrap());
    let mut org = acme(at("2024-01-08T10:20:30Z"));
    let trial = Some(Trial::start(org.signed_up_at, 14, vec![3]));
    let completed_tasks = ["created_project".to_owned()].into();
    org.import(&History { trial, completed_tasks }, setup.project, now).unwrap();
    let prices = |text| PlanPrices::parse(text).unwrap();
    let prices = Prices::new(prices("price_1"), prices("price_2")).unwrap();
    org.import_customer(&customer("cus_1"), [], &prices, &setup, now);
    let read = SubscriptionFact {
        items: vec![Item::of_price("price_2".to_owned())],
        ..SubscriptionFact::new(Change::Read, SubscriptionStatus::Active)
    };
    let fact = Fact {
        event: EventId::of_read(now),
        created: at("2025-01-08T10:20:31Z"),
        names: None,
        what: subscribed(read),
    };
    org.record(&fact, &prices, &setup, now);
    org
}

#[test]
fn earlier_version_can_read_an_import() {
    // Values that an earlier version parses, and its attributes with parts that it does not know.
    let item = encode(&imported(), 7).unwrap();
    let json: serde_json::Value = serde_dynamo::from_item(item).unwrap();
    assert_eq!((&json["provisioned"]["trigger"], &json["origin"]), (&"trial".into(), &"import".into()));
    let facts = json["billing"]["subscriptions"]["sub_1"]["facts"].as_object().unwrap();
    for (event, fact) in facts {
        assert!(EventId::parse(event).is_ok(), "{event}");
        assert_eq!(fact["change"], "created");
    }
    assert_eq!(json["mail"], serde_json::json!({ "trial_ended/2024-01-22T10:20:30Z": {} }));
    assert_eq!(json["work_at"], "2025-01-08T10:20:30.500Z");
    assert!(json["work_pk"].as_str().unwrap().starts_with("ASK#"));
}

#[test]
fn organization_round_trips() {
    let subscription = SubscriptionFact::new(Change::Created, SubscriptionStatus::Active);
    let paid = InvoiceFact::Paid { amount: 500 };
    let failed = InvoiceFact::Failed { due: Some(eur(1200)), next_attempt: None };
    for (case, org, trigger) in [
        ("every attribute", org(), Some(Trigger::Trial)),
        ("only a subscription", with_event(subscribed(subscription)), Some(Trigger::Subscription)),
        ("an import", imported(), Some(Trigger::Import)),
        ("only a payment", with_event(invoiced("in_1", None, NOW, paid)), Some(Trigger::Payment)),
        ("only an amount to pay", with_event(invoiced("in_1", None, NOW, failed)), None),
    ] {
        assert_eq!(org.provisioned.as_ref().map(|it| it.trigger), trigger, "{case}");
        let stored = decode(encode(&org, 7).unwrap()).unwrap();
        assert_eq!((stored.value, stored.version), (org, 7), "{case}");
    }
}

#[test]
fn plan_and_end_that_an_earlier_version_stored_are_read() {
    let end = Some(at("2025-03-01T00:00:00Z"));
    let team = SubscriptionFact {
        items: vec![domain::billing::Item::of_price("price_2".to_owned())],
        cancel_at: end,
        ..SubscriptionFact::new(Change::Created, SubscriptionStatus::Active)
    };
    let mut stored = encode(&with_event(subscribed(team)), 7).unwrap();
    assert!(stored.remove("billing_details").is_some());
    let org = decode(stored).unwrap().value;
    let subscription = org.billing.subscriptions.values().next().unwrap();
    let fact = &subscription.facts.values().flat_map(|facts| facts.values()).next().unwrap().fact;
    assert_eq!((fact.items.len(), fact.cancel_at), (1, end));
}

#[test]
fn unknown_attributes_are_ignored() {
    let mut item = encode(&org(), 7).unwrap();
    item.insert("from_the_future".to_owned(), number(1));
    assert_eq!(decode(item).unwrap().value, org());
}

#[test]
fn newer_kinds_of_notices_are_kept_apart() {
    let mut org = org();
    org.outbox.0.retain(|key, _| !matches!(key, NoticeKey::PlanStarted { .. }));
    let mut changed = org.clone();
    changed.outbox.enqueue_membership_changed(changed.admins[0].user, at(NOW));
    let item = encode(&changed, 7).unwrap();
    let attribute = |name: &str| item[name].as_m().unwrap().keys().cloned().collect::<Vec<_>>().concat();
    assert!(!attribute("mail").contains("membership_changed"), "an earlier version cannot read it");
    assert!(attribute("notices2").contains("membership_changed"));

    // A notice of a later version is skipped, and a write keeps it.
    let mut stored = item;
    let unknown = AttributeValue::M([("later/1".to_owned(), AttributeValue::M(Attributes::new()))].into());
    stored.insert("notices2".to_owned(), unknown);
    let before = decode(stored).unwrap();
    assert_eq!(before.value, org);
    let after =
        crate::Store::org_change(&before, &changed, crate::org::OrgWrite::at(jiff::Timestamp::UNIX_EPOCH))
            .unwrap()
            .unwrap()
            .applied_to(&before.item);
    assert_eq!(after["notices2"].as_m().unwrap().len(), 2);
    let both = decode(after).unwrap();
    let last = crate::Store::org_change(&both, &org, crate::org::OrgWrite::at(jiff::Timestamp::UNIX_EPOCH))
        .unwrap()
        .unwrap()
        .applied_to(&both.item);
    assert!(last["notices2"].as_m().unwrap().keys().eq(["later/1"]));
}

#[test]
fn corrupt_item_error_contains_no_content() {
    let mut item = encode(&org(), 7).unwrap();
    item.insert("profile".to_owned(), AttributeValue::S("Jo Doe".to_owned()));
    let error = decode(item).unwrap_err().to_string();
    assert!(error.starts_with("a stored item is corrupt"), "{error}");
}
