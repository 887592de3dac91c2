//! Tests of events about invoices.

use domain::billing::{Fact, FactKind, InvoiceFact, InvoiceId, MAX_AMOUNT, SubscriptionId};

use super::*;

#[test]
fn invoices_are_parsed_alike_in_every_version() {
    for version in VERSIONS {
        for (kind, says) in [
            ("invoice.paid", InvoiceFact::Paid { amount: 2900 }),
            ("invoice.payment_succeeded", InvoiceFact::Paid { amount: 2900 }),
            ("invoice.payment_failed", InvoiceFact::Failed { due: eur(2900), next_attempt: None }),
            (
                "invoice.payment_action_required",
                InvoiceFact::ActionRequired { due: eur(2900), next_attempt: None },
            ),
            ("invoice.voided", InvoiceFact::Voided),
            ("invoice.marked_uncollectible", InvoiceFact::Uncollectible),
        ] {
            let event = parse(&event(version, kind, &invoice(version), &Value::Null)).unwrap();
            assert_eq!(event.kind, kind);
            assert_eq!(event.api_version.as_deref(), Some(version));
            assert_eq!(event.organization_id.as_deref(), Some(ONE), "{version} {kind}");
            assert_eq!(event.customer, CustomerId::parse("cus_1").ok());
            let expected = Fact {
                event: event.id.clone(),
                created: at(CREATED),
                names: Some(ONE.parse().unwrap()),
                what: FactKind::Invoice {
                    invoice: InvoiceId::parse("in_1").unwrap(),
                    subscription: SubscriptionId::parse("sub_1").ok(),
                    customer: CustomerId::parse("cus_1").unwrap(),
                    invoice_created: at(CREATED - 60),
                    prices: vec!["price_team".to_owned()],
                    fact: says,
                },
            };
            assert_eq!(event.meaning, StripeEventKind::Fact(expected), "{version} {kind}");
        }
    }
}

#[test]
fn invoice_organization_is_found_in_all_six_places() {
    let expanded = json!({ "id": "sub_1", "metadata": { "organization_id": "org_expanded" } });
    let subscription = |org: &str| json!({ "metadata": { "organization_id": org }, "subscription": "sub_1" });
    let lines = json!({ "data": [{ "metadata": {} }, { "metadata": { "organization_id": "org_line" } }] });
    let own = json!({ "organization_id": "org_own" });
    for (extra, expected) in [
        (json!({}), None),
        (json!({ "metadata": { "organization_id": "" } }), None),
        (json!({ "metadata": { "organization_id": 7 } }), None),
        (json!({ "lines": lines }), Some("org_line")),
        (json!({ "lines": lines, "metadata": own }), Some("org_own")),
        (json!({ "metadata": own, "subscription_details": subscription("org_old") }), Some("org_old")),
        (
            json!({ "metadata": own, "subscription_details": subscription("org_old"),
                "parent": { "subscription_details": subscription("org_new") } }),
            Some("org_new"),
        ),
        (json!({ "metadata": own, "parent": { "subscription_details": null } }), Some("org_own")),
        // The invoice contains the expanded subscription, but no copy of the subscription's
        // metadata.
        (json!({ "metadata": own, "subscription": expanded }), Some("org_expanded")),
        (
            json!({ "metadata": own, "parent": { "subscription_details": { "subscription": expanded } } }),
            Some("org_expanded"),
        ),
    ] {
        let mut invoice = json!({ "id": "in_1", "customer": { "id": "cus_1" }, "amount_paid": 0 });
        invoice.as_object_mut().unwrap().append(extra.clone().as_object_mut().unwrap());
        assert_eq!(read("invoice.paid", &invoice).organization_id.as_deref(), expected, "{extra}");
    }
}

#[test]
fn expanded_object_is_equal_to_its_id() {
    let mut invoice = super::invoice(NEWEST);
    invoice["customer"] = json!({ "id": "cus_1", "object": "customer" });
    invoice["parent"]["subscription_details"]["subscription"] = json!({ "id": "sub_1" });
    let plain = read("invoice.paid", &super::invoice(NEWEST));
    assert_eq!(read("invoice.paid", &invoice), plain);
}

#[test]
fn upcoming_invoice_announces_the_next_future_date() {
    let parent =
        json!({ "type": "subscription_details", "subscription_details": { "subscription": "sub_1" } });
    let announced =
        |object: &Value| read("invoice.upcoming", object).meaning.fact().map(|fact| fact.what.clone());
    let upcoming = |more: Value| {
        let mut object = json!({ "object": "invoice", "customer": "cus_1", "parent": parent,
            "amount_due": 2900, "currency": "eur" });
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    for (dates, date) in [
        (json!({ "period_end": CREATED + 9 }), Some(9)),
        (json!({ "period_end": CREATED }), Some(0)),
        (json!({ "period_end": CREATED - 9, "next_payment_attempt": CREATED + 7 }), Some(7)),
        (json!({ "created": CREATED + 5 }), Some(5)),
        (json!({ "period_end": CREATED - 1 }), None),
    ] {
        let expected = date.map(|date| FactKind::Upcoming {
            subscription: SubscriptionId::parse("sub_1").unwrap(),
            customer: CustomerId::parse("cus_1").unwrap(),
            date: at(CREATED + date),
            amount: eur(2900).unwrap(),
        });
        assert_eq!(announced(&upcoming(dates.clone())), expected, "{dates}");
    }
    assert_eq!(announced(&upcoming(json!({ "period_end": CREATED, "parent": null }))), None);
}

#[test]
fn line_that_names_a_subscription_makes_no_one_off() {
    for line in [
        json!({ "subscription": "sub_9" }),
        json!({ "parent": { "subscription_item_details": { "subscription": "sub_9" } } }),
        json!({ "parent": { "invoice_item_details": { "subscription": "sub_9" } } }),
    ] {
        let object = json!({ "id": "in_1", "object": "invoice", "customer": "cus_1", "created": CREATED,
            "amount_paid": 500, "lines": { "data": [{ "id": "il_0" }, line] } });
        let event = read("invoice.paid", &object);
        assert_eq!(event.meaning.fact().unwrap().subscription().unwrap().as_str(), "sub_9", "{line}");
    }
}

#[test]
fn unpaid_invoice_states_what_is_due_unless_it_is_nothing() {
    for (amounts, due) in [
        (json!({ "amount_remaining": 900, "amount_due": 2900 }), eur(900)),
        (json!({ "amount_due": 1 }), eur(1)),
        (json!({ "amount_due": 0 }), None),
        (json!({ "amount_due": MAX_AMOUNT }), eur(MAX_AMOUNT)),
        (json!({ "amount_due": MAX_AMOUNT + 1 }), None),
    ] {
        let mut object = json!({ "id": "in_1", "customer": "cus_1", "currency": "eur" });
        object.as_object_mut().unwrap().extend(amounts.as_object().unwrap().clone());
        for (kind, expected) in [
            ("invoice.payment_failed", InvoiceFact::Failed { due, next_attempt: None }),
            ("invoice.payment_action_required", InvoiceFact::ActionRequired { due, next_attempt: None }),
        ] {
            let event = read(kind, &object);
            let FactKind::Invoice { fact, invoice_created, .. } = what(&event) else { panic!("{event:?}") };
            assert_eq!(fact, &expected, "{amounts}");
            assert_eq!(*invoice_created, at(CREATED), "without its own time");
        }
    }
}

#[test]
fn prices_of_an_invoice_have_limits() {
    let prices = |lines: Vec<Value>| {
        let object =
            json!({ "id": "in_1", "customer": "cus_1", "amount_paid": 0, "lines": { "data": lines } });
        match what(&read("invoice.paid", &object)) {
            FactKind::Invoice { prices, .. } => prices.clone(),
            other => panic!("{other:?}"),
        }
    };
    let line = |price: &str| json!({ "price": { "id": price } });
    assert_eq!(prices((10..31).map(|number| line(&format!("price_{number}"))).collect()).len(), 20);
    assert_eq!(
        prices(vec![line("price_2"), json!({}), line("price_1"), line("price_2")]),
        ["price_1", "price_2"]
    );
    let longest = "p".repeat(255);
    assert_eq!(prices(vec![line(&longest), line(&format!("{longest}p"))]), [longest]);
}
