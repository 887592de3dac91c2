//! Payments without effect: an operator links their customer to an organization.

use serde_json::{Value, json};

use crate::journeys::{
    operator::operator,
    review_actions::{REASON, checkout, invoice, items, items_of, keys, link_item, link_path, send},
};
use e2e::driver::World;

#[tokio::test]
async fn payment_by_link_gets_effect_when_operator_links_it() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let mut ann = operator(&world).await;
    let org = jo.org();
    let session = checkout("cus_2", Some(&org), None);
    assert_eq!(send(&world, "evt_1", "checkout.session.completed", session).await, "parked");
    let paid = invoice("in_1", "cus_2", "price_local_team", "payer@elsewhere.example");
    assert_eq!(send(&world, "evt_2", "invoice.paid", paid).await, "parked");
    assert_eq!(items(&mut ann).await, [] as [Value; 0], "the sweep judges it after ten minutes");
    world.advance("11m").await;

    let waiting = items(&mut ann).await;
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    let item = &waiting[0];
    assert_eq!(item["kind"], "unlinked_payment");
    assert_eq!(item["title"], "Payment without a linked customer: €29.00");
    assert_eq!((&item["id"], &item["ids"]), (&json!("cus_2.evt_1"), &json!(["cus_2", "evt_1"])));
    assert_eq!(item["organization_ids"], json!([org]));
    assert_eq!(item["actions"], json!(["link-customer", "dismiss"]));
    let page = ann.open("/operator").await.text();
    for part in [
        format!(r#"action="{}""#, link_path(&org)),
        r#"<input type="hidden" name="customer" value="cus_2">"#.to_owned(),
        r#"action="/operator/review/cus_2.evt_1/dismiss""#.to_owned(),
    ] {
        assert!(page.contains(&part), "{part} in {page}");
    }

    let form = [("customer", "cus_2"), REASON[0]];
    for _ in 0..2 {
        let response = ann.submit(&link_path(&org), &form).await;
        assert_eq!((response.status, response.header("location")), (303, "/operator"));
    }
    assert_eq!(items(&mut ann).await, [] as [Value; 0]);
    assert_eq!(jo.organization().await["status"], "active", "the link applied the parked payment");
    assert_eq!(keys(&world, "cus_2").await, ["LINK"]);
    let linked_by = link_item(&world, "cus_2").await["linked_by"]["M"].clone();
    assert_eq!(linked_by["reason"]["S"], "They <b>called</b> us");
    assert_eq!((&linked_by["by"]["S"], &linked_by["name"]["S"]), (&json!(ann.user()), &json!("Jo Doe")));
    assert!(linked_by["at"]["S"].as_str().unwrap().ends_with('Z'));
    assert_eq!(world.mails("welcome").await.iter().filter(|mail| mail["organization_id"] == *org).count(), 1);
    let body = json!({ "customer": " cus_2 ", "reason": "Again" }).to_string();
    let headers = [("accept", "application/json"), ("content-type", "application/json")];
    let response = ann.send("POST", &link_path(&org), &headers, body).await;
    assert_eq!(response.status, 200, "{}", response.text());
    assert_eq!(
        (&response.json()["success"], &response.json()["organization"]["id"]),
        (&json!(true), &json!(org))
    );
    assert_eq!(link_item(&world, "cus_2").await["linked_by"]["M"], linked_by, "a repetition changes nothing");
}

#[tokio::test]
async fn parked_event_is_judged_by_names_address_and_price() {
    let world = World::new().await;
    let jo = world.pending("Acme", "jo@example.com").await;
    let paying = world.pending("Paying", "mo@example.com").await;
    let subscription = json!({ "type": "customer.subscription.created", "organization_id": paying.org() });
    assert_eq!(world.stripe(subscription).await, [200]);
    let mut ann = operator(&world).await;
    let (org, upper) = (jo.org(), jo.org().to_uppercase());
    let missing = "org_0198c0de-0000-7000-8000-00000000dead";
    let session = "checkout.session.completed";
    let team = "price_local_team";
    let expected = [
        (session, checkout("cus_1", Some(&org), None), "unlinked_payment"),
        (session, checkout("cus_2", Some(&format!(" {upper} ")), None), "unlinked_payment"),
        (session, checkout("cus_3", None, Some(&upper)), "unlinked_payment"),
        ("invoice.paid", invoice("in_4", "cus_4", team, "JO@example.com"), "payment_by_known_address"),
        (session, checkout("cus_5", None, Some(missing)), "parked"),
        (session, checkout("cus_6", Some("acme"), None), ""),
        ("invoice.paid", invoice("in_7", "cus_7", team, "mo@example.com"), ""),
        ("invoice.paid", invoice("in_8", "cus_8", team, "nobody@example.com"), ""),
        ("invoice.paid", invoice("in_9", "cus_9", "price_newsletter", "jo@example.com"), ""),
    ];
    for (kind, object, _) in &expected {
        let customer = object["customer"].as_str().unwrap();
        let outcome = send(&world, &format!("evt_{customer}"), kind, object.clone()).await;
        assert_eq!(outcome, "parked", "{customer}");
    }
    world.advance("11m").await;
    let (waiting, foreign) = (items(&mut ann).await, items_of(&mut ann, "/operator?list=foreign").await);
    for (_, object, kind) in &expected {
        let of = |items: &[Value]| items.iter().find(|item| item["ids"][0] == object["customer"]).cloned();
        match (of(&waiting), of(&foreign)) {
            (Some(item), None) => {
                assert_eq!(item["kind"], *kind, "{item}");
                let orgs = if *kind == "parked" { json!([]) } else { json!([org]) };
                assert_eq!(item["organization_ids"], orgs, "{item}");
            }
            (None, Some(item)) => {
                assert_eq!((*kind, &item["actions"]), ("", &json!(["dismiss"])), "{item}");
            }
            found => panic!("{object}: {found:?}"),
        }
    }
}

#[tokio::test]
async fn customer_of_another_organization_is_never_linked() {
    let world = World::new().await;
    let (jo, mut mo) =
        (world.pending("Acme", "jo@example.com").await, world.pending("Other", "mo@example.com").await);
    let mut ann = operator(&world).await;
    let link =
        json!({ "type": "checkout.session.completed", "customer": "cus_1", "organization_id": jo.org() });
    assert_eq!(world.stripe(link).await, [200]);
    let before = (link_item(&world, "cus_1").await, mo.organization().await);
    let refused = ann.submit(&link_path(&mo.org()), &[("customer", "cus_1"), REASON[0]]).await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    assert!(refused.text().contains("linked to another organization"), "{}", refused.text());
    assert_eq!((link_item(&world, "cus_1").await, mo.organization().await), before);
}

#[tokio::test]
async fn link_that_shows_a_second_plan_leads_to_the_organization() {
    let world = World::new().await;
    let jo = world.pending("Acme", "jo@example.com").await;
    let mut ann = operator(&world).await;
    let subscription = |id: &str, customer: &str, org: Option<String>| {
        json!({ "id": id, "object": "subscription", "customer": customer, "status": "active",
            "metadata": { "organization_id": org }, "items": { "data": [{ "price": { "id": "price_local_team" } }] } })
    };
    let created = "customer.subscription.created";
    send(&world, "evt_1", created, subscription("sub_1", "cus_1", Some(jo.org()))).await;
    assert_eq!(send(&world, "evt_2", created, subscription("sub_2", "cus_2", None)).await, "parked");
    let response = ann.submit(&link_path(&jo.org()), &[("customer", "cus_2"), REASON[0]]).await;
    let page = format!("/operator/organizations/{}", jo.org());
    assert_eq!((response.status, response.header("location")), (303, page.as_str()));
    assert!(ann.open(&page).await.text().contains("Several subscriptions are live"));
}
