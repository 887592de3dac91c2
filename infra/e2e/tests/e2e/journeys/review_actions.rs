//! Payments without effect, as operators review them: the queue, and the actions that resolve its
//! items.

use serde_json::{Value, json};

use crate::journeys::operator::operator;
use e2e::{
    driver::{Visitor, World},
    signed,
};

pub const REASON: [(&str, &str); 1] = [("reason", "They <b>called</b> us")];

/// Returns the items of a list of the review queue.
pub async fn items_of(operator: &mut Visitor<'_>, path: &str) -> Vec<Value> {
    let response = operator.read(path).await;
    assert_eq!(response.status, 200, "{}", response.text());
    response.json()["waiting"].as_array().unwrap().clone()
}

pub async fn items(operator: &mut Visitor<'_>) -> Vec<Value> {
    items_of(operator, "/operator").await
}

pub async fn kinds(operator: &mut Visitor<'_>) -> Vec<Value> {
    items(operator).await.into_iter().map(|item| item["kind"].clone()).collect()
}

/// Posts a signed event. Stripe created it at the present time.
pub async fn send(world: &World, id: &str, kind: &str, object: Value) -> String {
    let created = world.stack.system().clock().now().as_second();
    let event = json!({ "id": id, "object": "event", "type": kind, "livemode": false, "created": created,
        "api_version": "2025-03-31.basil", "data": { "object": object } });
    signed::outcome(world, &event).await
}

/// Returns a paid invoice for a price. Nothing in it names an organization.
pub fn invoice(id: &str, customer: &str, price: &str, email: &str) -> Value {
    json!({ "id": id, "object": "invoice", "customer": customer, "amount_paid": 2900, "currency": "eur",
        "customer_email": email, "parent": { "subscription_details": { "subscription": format!("sub_{customer}") } },
        "lines": { "data": [{ "pricing": { "price_details": { "price": price } } }] } })
}

/// Returns a completed Checkout session of a payment link.
pub fn checkout(customer: &str, reference: Option<&str>, metadata: Option<&str>) -> Value {
    json!({ "id": "cs_1", "object": "checkout.session", "customer": customer, "amount_total": 2900, "currency": "eur",
        "client_reference_id": reference, "metadata": { "organization_id": metadata },
        "customer_details": { "email": "payer@elsewhere.example" } })
}

pub fn dispute(customer: Option<&str>) -> Value {
    json!({ "id": "dp_1", "object": "dispute", "charge": "ch_1", "customer": customer, "amount": 2900, "currency": "eur" })
}

pub fn link_path(org: &str) -> String {
    format!("/operator/organizations/{org}/link-customer")
}

pub fn release_path(org: &str) -> String {
    format!("/operator/organizations/{org}/release-parked")
}

/// Returns the sort keys of the items of a Stripe customer.
pub async fn keys(world: &World, customer: &str) -> Vec<String> {
    let items = world.items(&format!("CUSTOMER#{customer}")).await;
    items.iter().map(|item| item["sk"]["S"].as_str().unwrap().to_owned()).collect()
}

/// Returns the link item of a Stripe customer.
pub async fn link_item(world: &World, customer: &str) -> Value {
    let items = world.items(&format!("CUSTOMER#{customer}")).await;
    items.into_iter().find(|item| item["sk"]["S"] == "LINK").unwrap()
}

#[tokio::test]
async fn dismissed_event_leaves_the_queue_but_is_kept() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let mut ann = operator(&world).await;
    send(&world, "evt_dispute", "charge.dispute.created", dispute(None)).await;
    let missing = "org_0198c0de-0000-7000-8000-00000000dead";
    let mut paid = invoice("in_1", "cus_2", "price_local_team", "payer@elsewhere.example");
    paid["metadata"] = json!({ "organization_id": missing });
    send(&world, "evt_paid", "invoice.paid", paid).await;
    let early = ann.submit("/operator/review/cus_2.evt_paid/dismiss", &REASON).await;
    assert_eq!(early.status, 404, "the sweep has not judged the event yet");
    world.advance("11m").await;
    let waiting = items(&mut ann).await;
    let of = |name: &str| waiting.iter().map(|item| item[name].clone()).collect::<Vec<_>>();
    assert_eq!(of("kind"), ["dispute", "parked"]);
    assert_eq!(
        (&waiting[0]["title"], &waiting[0]["ids"]),
        (&json!("Disputed payment: €29.00"), &json!(["evt_dispute", "ch_1"]))
    );
    for id in of("id") {
        let path = format!("/operator/review/{}/dismiss", id.as_str().unwrap());
        for _ in 0..2 {
            let response = ann.submit(&path, &REASON).await;
            assert_eq!((response.status, response.header("location")), (303, "/operator"), "{id}");
        }
    }
    assert_eq!(items(&mut ann).await, [] as [Value; 0]);
    let kept = world.items("STRIPE#evt_dispute").await.remove(0);
    let record = &kept["dismissed_by"]["M"];
    assert_eq!((&record["reason"]["S"], &record["by"]["S"]), (&json!(REASON[0].1), &json!(ann.user())));
    assert!(kept.get("body").is_some() && kept.get("due_pk").is_none(), "{kept}");

    let form = [("customer", "cus_2"), REASON[0]];
    assert_eq!(ann.submit(&link_path(&jo.org()), &form).await.status, 303);
    assert_eq!(jo.organization().await["status"], "active", "the dismissed event applies with the link");
    for id in ["evt_none", "cus_2.evt_paid", "cus_2", "a.b.c", "%00", "STRIPE%23evt_dispute"] {
        let path = format!("/operator/review/{id}/dismiss");
        assert_eq!(ann.submit(&path, &REASON).await.status, 404, "{id}");
    }
}

#[tokio::test]
async fn release_applies_events_that_are_still_parked() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let mut ann = operator(&world).await;
    let org = jo.org();
    let link = json!({ "type": "checkout.session.completed", "customer": "cus_0", "organization_id": org });
    assert_eq!(world.stripe(link).await, [200]);
    // An earlier version of the code recorded a subscription by its metadata and linked no customer.
    // Restore that state: the customer is not linked, and its payment is still parked.
    let subscription = json!({ "id": "sub_cus_1", "object": "subscription", "customer": "cus_1", "status": "incomplete",
        "metadata": { "organization_id": org }, "items": { "data": [{ "price": { "id": "price_local_team" } }] } });
    assert_eq!(send(&world, "evt_1", "customer.subscription.created", subscription).await, "linked");
    let key = json!({ "pk": { "S": "CUSTOMER#cus_1" }, "sk": { "S": "LINK" } });
    world.write("UpdateItem", json!({ "Key": key, "UpdateExpression": "REMOVE org" }));
    world.advance("1m").await;
    let paid = invoice("in_1", "cus_1", "price_local_team", "payer@elsewhere.example");
    assert_eq!(send(&world, "evt_2", "invoice.paid", paid.clone()).await, "parked");
    // The customer of this subscription belongs to another organization, and an event is still
    // parked there.
    let mo = world.pending("Other", "mo@example.com").await;
    let link =
        json!({ "type": "checkout.session.completed", "customer": "cus_2", "organization_id": mo.org() });
    assert_eq!(world.stripe(link).await, [200]);
    let moved = json!({ "id": "sub_cus_2", "object": "subscription", "customer": "cus_2", "status": "incomplete",
        "metadata": { "organization_id": org }, "items": { "data": [{ "price": { "id": "price_local_team" } }] } });
    send(&world, "evt_3", "customer.subscription.created", moved).await;
    let mut parked = world.items("CUSTOMER#cus_1").await;
    let mut parked = parked.remove(parked.iter().position(|item| item["sk"]["S"] == "PARKED#evt_2").unwrap());
    parked["pk"] = json!({ "S": "CUSTOMER#cus_2" });
    world.write("PutItem", json!({ "Item": parked }));

    assert_eq!(jo.organization().await["status"], "incomplete");
    for _ in 0..2 {
        let response = ann.submit(&release_path(&org), &REASON).await;
        assert_eq!(response.status, 303, "{}", response.text());
    }
    assert_eq!(jo.organization().await["status"], "active");
    assert_eq!(keys(&world, "cus_1").await, ["LINK"], "the released event is deleted");
    let link = link_item(&world, "cus_1").await;
    assert_eq!(
        (&link["org"]["S"], &link["linked_by"]["M"]["reason"]["S"]),
        (&json!(org), &json!(REASON[0].1))
    );
    assert_eq!(
        keys(&world, "cus_2").await,
        ["LINK", "PARKED#evt_2"],
        "the event of another organization stays"
    );

    // A linked customer: the deletion of a released event failed.
    parked["pk"] = json!({ "S": "CUSTOMER#cus_1" });
    parked["sk"] = json!({ "S": "PARKED#evt_4" });
    parked["event"] = json!({ "S": "evt_4" });
    let body = parked["body"]["S"].as_str().unwrap().replace("evt_2", "evt_4").replace("in_1", "in_4");
    parked["body"] = json!({ "S": body });
    world.write("PutItem", json!({ "Item": parked }));
    let headers = [("accept", "application/json"), ("content-type", "application/json")];
    let body = json!({ "reason": "Still parked" }).to_string();
    let response = ann.send("POST", &release_path(&org), &headers, body).await;
    assert_eq!(response.status, 200, "{}", response.text());
    let invoices = response.json()["organization"]["billing"]["invoices"].as_array().unwrap().clone();
    assert!(invoices.iter().any(|invoice| invoice["id"] == "in_4"), "{invoices:?}");
    assert_eq!(keys(&world, "cus_1").await, ["LINK"]);
    assert_eq!(link_item(&world, "cus_1").await["released_by"]["M"]["reason"]["S"], "Still parked");
}

#[tokio::test]
async fn invalid_action_names_its_fields_and_changes_nothing() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let mut ann = operator(&world).await;
    send(&world, "evt_1", "charge.dispute.created", dispute(None)).await;
    let before = jo.organization().await;
    let (org, long) = (jo.org(), "x".repeat(501));
    let dismiss = "/operator/review/evt_1/dismiss".to_owned();
    for (path, customer, reason, faults) in [
        (link_path(&org), "cus_1", "", vec!["reason"]),
        (link_path(&org), "sub_1", "They called", vec!["customer"]),
        (link_path(&org), "cus_1#LINK", "They called", vec!["customer"]),
        (link_path(&org), "", &long, vec!["customer", "reason"]),
        (release_path(&org), "", "two\nlines", vec!["reason"]),
        (dismiss.clone(), "", " ", vec!["reason"]),
    ] {
        let body = json!({ "customer": customer, "reason": reason }).to_string();
        let headers = [("accept", "application/json"), ("content-type", "application/json")];
        let response = ann.send("POST", &path, &headers, body).await;
        assert_eq!(response.status, 422, "{path}");
        let body = response.json();
        let named: Vec<_> = body["errors"].as_array().unwrap().iter().map(|fault| &fault["field"]).collect();
        assert_eq!(named, faults, "{path} {customer} {reason}");

        let page = ann.submit(&path, &[("customer", customer), ("reason", reason)]).await;
        assert_eq!(page.status, 422);
        let text = page.text();
        assert_eq!(text.matches("class=\"field-error\"").count(), faults.len(), "{text}");
        assert!(text.contains(&format!(r#"action="{path}""#)), "the form is shown again: {text}");
    }
    assert_eq!(jo.organization().await, before);
    assert_eq!(kinds(&mut ann).await, ["dispute"]);
    assert_eq!(ann.submit(&dismiss, &[("reason", &"x".repeat(500))]).await.status, 303);
}

#[tokio::test]
async fn second_subscription_is_a_warning_until_it_ends() {
    let world = World::new().await;
    let jo = world.pending("Acme", "jo@example.com").await;
    let mut ann = operator(&world).await;
    let page = format!("/operator/organizations/{}", jo.org());
    let subscription = |id: &str, status: &str| {
        json!({ "id": id, "object": "subscription", "customer": "cus_1", "status": status,
            "metadata": { "organization_id": jo.org() },
            "items": { "data": [{ "price": { "id": "price_local_team", "unit_amount": 4900, "currency": "eur",
                "billing_scheme": "per_unit", "recurring": { "interval": "month", "interval_count": 1 } },
                "quantity": 1 }] } })
    };
    for id in ["sub_1", "sub_2"] {
        send(&world, &format!("evt_{id}"), "customer.subscription.created", subscription(id, "active")).await;
    }
    world.advance("11m").await;
    assert_eq!(kinds(&mut ann).await, ["double_subscription"]);
    let seen = ann.read(&page).await.json();
    assert_eq!(seen["billing"]["without_effect"], json!(["Several subscriptions are live: sub_1, sub_2."]));
    let listed = &seen["billing"]["subscriptions"][0];
    assert_eq!((&listed["status"], &listed["counts"]), (&json!("active"), &json!(true)));
    assert_eq!(listed["prices"], json!(["price_local_team"]));
    assert_eq!((&seen["plan"]["key"], &seen["plan"]["amount"]), (&json!("team"), &json!(4900)), "{seen}");
    assert!(seen["next"]["kind"].is_string(), "{seen}");
    let text = ann.open(&page).await.text();
    for part in ["Payments without effect", "sub_1, sub_2", "team, €49.00 per month", "price_local_team"] {
        assert!(text.contains(part), "{part} in {text}");
    }

    send(&world, "evt_3", "customer.subscription.deleted", subscription("sub_2", "canceled")).await;
    let seen = ann.read(&page).await.json();
    assert_eq!(seen["billing"]["without_effect"], json!([]));
    let path = format!("/operator/review/{}/dismiss", items(&mut ann).await[0]["id"].as_str().unwrap());
    assert_eq!(ann.submit(&path, &REASON).await.status, 303);
    assert_eq!(items(&mut ann).await, [] as [Value; 0]);
}

#[tokio::test]
async fn event_with_a_kind_of_a_later_version_stays_in_the_queue() {
    let world = World::new().await;
    let mut ann = operator(&world).await;
    send(&world, "evt_1", "charge.dispute.created", dispute(None)).await;
    world.write(
        "UpdateItem",
        json!({
            "Key": { "pk": { "S": "STRIPE#evt_1" }, "sk": { "S": "QUARANTINED" } },
            "UpdateExpression": "SET kind = :kind",
            "ExpressionAttributeValues": { ":kind": { "S": "later_kind" } },
        }),
    );
    world.advance("11m").await;
    assert_eq!(items(&mut ann).await.len(), 1);
}

#[tokio::test]
async fn review_page_shows_all_items_of_one_millisecond() {
    let world = World::new().await;
    let mut ann = operator(&world).await;
    for n in 0..60 {
        let at = if n < 5 { "00" } else { "01" };
        let item = json!({
            "pk": { "S": format!("STRIPE#evt_{n}") }, "sk": { "S": "QUARANTINED" }, "due_pk": { "S": "HELD#3" },
            "due_at": { "S": format!("2026-01-01T00:{at}:00.000Z") },
            "quarantined_at": { "S": "2026-01-01T00:00:00.000Z" }, "reason": { "S": "thin" },
        });
        world.write("PutItem", json!({ "Item": item }));
    }
    let response = ann.read("/operator").await.json();
    assert_eq!(response["waiting"].as_array().unwrap().len(), 60);
    assert_eq!(response["next"], json!(null));
}

#[tokio::test]
async fn operator_actions_make_only_the_expected_calls() {
    let world = World::new().await;
    let jo = world.pending("Acme", "jo@example.com").await;
    let mut ann = operator(&world).await;
    send(&world, "evt_1", "charge.dispute.created", dispute(None)).await;
    let dismissed = ann.submit("/operator/review/evt_1/dismiss", &REASON).await;
    assert_eq!(world.calls_of(&dismissed).await, ["BatchGetItem", "GetItem", "UpdateItem"]);
    let form = [("customer", "cus_1"), REASON[0]];
    let linked = ann.submit(&link_path(&jo.org()), &form).await;
    let calls = ["BatchGetItem", "GetItem", "BatchGetItem", "TransactWriteItems"];
    assert_eq!(world.calls_of(&linked).await, calls);
    let again = ann.submit(&link_path(&jo.org()), &form).await;
    assert_eq!(world.calls_of(&again).await, ["BatchGetItem", "GetItem", "BatchGetItem"]);
    let released = ann.submit(&release_path(&jo.org()), &REASON).await;
    assert_eq!(world.calls_of(&released).await, ["BatchGetItem", "GetItem", "BatchGetItem", "Query"]);
}
