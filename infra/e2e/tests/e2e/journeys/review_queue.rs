//! The review queue: what it lists, and when an item leaves it.

use serde_json::{Value, json};

use crate::journeys::{
    operator::{OPERATOR, operator, review_items},
    sign_in::sign_in_by_link,
};
use e2e::{driver::World, signed};

#[tokio::test]
async fn review_queue_lists_items_until_they_are_resolved() {
    let world = World::new().await;
    let jo = world.pending("Acme", "jo@example.com").await;
    let mut operator = operator(&world).await;
    assert_eq!(review_items(&mut operator).await, [] as [Value; 0]);
    assert!(operator.open("/operator").await.text().contains("Nothing needs attention"));

    // Stripe sends an event of an unknown customer. Its metadata names an organization that does
    // not exist.
    let missing = "org_0198c0de-0000-7000-8000-00000000dead";
    let set = json!({ "data.object.metadata.organization_id": missing });
    world.stripe(json!({ "type": "invoice.paid", "customer": "cus_lost", "set": set })).await;
    let thin = json!({ "id": "evt_thin", "object": "v2.core.event", "type": "v1.<b>billing" });
    assert_eq!(signed::outcome(&world, &thin).await, "quarantined");
    assert_eq!(review_items(&mut operator).await.len(), 1, "a parked event needs no review at first");
    world.advance("11m").await;

    let items = review_items(&mut operator).await;
    let kinds: Vec<_> = items.iter().map(|item| &item["kind"]).collect();
    assert_eq!(kinds, ["quarantined", "parked"]);
    assert_eq!(items[0]["ids"][0], "evt_thin");
    assert_eq!(
        (&items[1]["title"], &items[1]["ids"][0]),
        (&json!("Parked: invoice.paid"), &json!("cus_lost"))
    );
    let page = operator.open("/operator").await.text();
    assert!(page.contains("cus_lost") && page.contains("Quarantined: v1.&lt;b&gt;billing"), "{page}");

    let link =
        json!({ "type": "checkout.session.completed", "customer": "cus_lost", "organization_id": jo.org() });
    world.stripe(link).await;
    let kinds: Vec<_> = review_items(&mut operator).await.iter().map(|item| item["kind"].clone()).collect();
    assert_eq!(kinds, ["quarantined"], "the link applied the parked event");
}

#[tokio::test]
async fn customer_link_deletes_the_parked_events_it_applies() {
    let world = World::new().await;
    let mut jo = world.pending("Acme", "jo@example.com").await;
    let mut operator = operator(&world).await;
    let set = json!({ "data.object.metadata.organization_id": "org_0198c0de-0000-7000-8000-00000000dead" });
    world.stripe(json!({ "type": "invoice.paid", "customer": "cus_1", "set": set })).await;
    let parked_items = world.items("CUSTOMER#cus_1").await;
    let parked_item =
        parked_items.into_iter().find(|item| item["sk"].to_string().contains("PARKED")).unwrap();
    let link =
        json!({ "type": "checkout.session.completed", "customer": "cus_1", "organization_id": jo.org() });
    assert_eq!(world.stripe(link).await, [200]);
    assert_eq!(jo.organization().await["status"], "active", "the link applied the parked payment");
    let parked = async || {
        let items = world.items("CUSTOMER#cus_1").await;
        items.iter().filter(|item| item["sk"].to_string().contains("PARKED")).count()
    };
    assert_eq!(parked().await, 0);

    // An earlier version of the code can leave a parked event in the table after it was applied.
    // Write such an item.
    world.write("PutItem", json!({ "Item": parked_item }));
    assert_eq!(parked().await, 1);
    world.advance("11m").await;
    assert_eq!((parked().await, review_items(&mut operator).await), (0, Vec::new()));
}

#[tokio::test]
async fn uncertain_sign_in_email_needs_review() {
    let world = World::new().await;
    let mut operator = operator(&world).await;
    world.trialing("Acme", "jo@example.com").await;
    world.settle().await;
    world.inject(json!([{ "service": "sesv2", "nth": 1, "kind": "error_500" }])).await;
    let asked = world.visitor().submit("/login", &[("email", "jo@example.com")]).await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    world.advance("20m").await;
    let items = review_items(&mut operator).await;
    assert_eq!((items.len(), &items[0]["kind"]), (1, &json!("mail")), "{items:?}");
    assert!(operator.open("/operator").await.text().contains("ign-in"), "the page names the kind of email");
}

#[tokio::test]
async fn events_without_metadata_have_their_own_list_until_linked() {
    let world = World::new().await;
    let jo = world.pending("Acme", "jo@example.com").await;
    let mut operator = operator(&world).await;
    world.stripe(json!({ "type": "invoice.paid", "customer": "cus_elsewhere" })).await;
    world.advance("1h").await;

    assert_eq!(review_items(&mut operator).await, [] as [Value; 0], "the event needs no review");
    let foreign = operator.read("/operator?list=foreign").await.json();
    assert_eq!(foreign["waiting"][0]["ids"][0], "cus_elsewhere");
    assert!(operator.open("/operator?list=foreign").await.text().contains("cus_elsewhere"));
    assert_eq!(operator.read("/operator?list=other").await.status, 400);

    let link = json!({ "type": "checkout.session.completed", "customer": "cus_elsewhere", "organization_id": jo.org() });
    world.stripe(link).await;
    let foreign = operator.read("/operator?list=foreign").await.json();
    assert_eq!(foreign["waiting"], json!([]), "the link applied the event");
}

#[tokio::test]
async fn conflict_of_metadata_and_link_is_shown_to_operators() {
    let world = World::new().await;
    let (jo, mo) =
        (world.pending("Acme", "jo@example.com").await, world.pending("Other", "mo@example.com").await);
    let mut operator = operator(&world).await;
    let link =
        json!({ "type": "checkout.session.completed", "customer": "cus_1", "organization_id": jo.org() });
    world.stripe(link).await;
    // An invoice without a subscription. A subscription would move to the organization that it names.
    let paid = json!({ "id": "evt_1", "object": "event", "type": "invoice.paid", "livemode": false,
        "created": world.stack.system().clock().now().as_second(), "data": { "object": { "id": "in_1",
            "customer": "cus_1", "amount_paid": 100, "metadata": { "organization_id": mo.org() } } } });
    for _ in 0..2 {
        signed::outcome(&world, &paid).await;
    }
    let items = review_items(&mut operator).await;
    assert_eq!(
        (items.len(), &items[0]["kind"]),
        (1, &json!("conflict")),
        "the conflict is listed once: {items:?}"
    );
    assert_eq!(items[0]["organization_ids"], json!([mo.org(), jo.org()]));
    let page = operator.open("/operator").await.text();
    assert!(
        page.contains(&mo.org()) && page.contains(&jo.org()) && page.contains("Check in Stripe"),
        "{page}"
    );
    let page = operator.open(&format!("/operator/organizations/{}", mo.org())).await.text();
    assert!(page.contains("Billing conflicts") && page.contains("cus_1"), "{page}");
}

#[tokio::test]
async fn uncertain_notice_needs_review() {
    let world = World::new().await;
    let mut operator = operator(&world).await;
    world.inject(json!([{ "service": "sesv2", "nth": 1, "kind": "error_500" }])).await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    world.advance("1h").await;
    let items = review_items(&mut operator).await;
    assert_eq!(items.len(), 1, "{items:?}");
    assert_eq!((&items[0]["kind"], &items[0]["organization_id"]), (&json!("mail"), &json!(jo.org())));
    assert!(items[0]["why"][0].as_str().unwrap().starts_with("Welcome email to Jo Doe: "), "{items:?}");
    let page = operator.open(&format!("/operator/organizations/{}", jo.org())).await.text();
    assert!(page.contains("unknown"), "{page}");
    let body = operator.read(&format!("/operator/organizations/{}", jo.org())).await.json();
    assert!(body["mails"][0]["why"].as_str().unwrap().contains("SES sent no event"), "{body}");
    assert_eq!(
        (&body["admins"][0]["reminders"], &body["admins"][0]["unreachable"]),
        (&json!(true), &json!(null))
    );
    world.advance("840h").await;
    sign_in_by_link(&world, &mut operator, OPERATOR).await;
    assert_eq!(review_items(&mut operator).await, [] as [Value; 0], "the item is not listed after 35 days");
}

#[tokio::test]
async fn corrupt_item_is_listed_and_hides_no_other() {
    let world = World::new().await;
    let mut operator = operator(&world).await;
    for (pk, sk, at) in [("CUSTOMER#cus_1", "PARKED#evt_1", "01"), ("STRIPE#1", "ELSE", "02")] {
        let item = json!({ "pk": { "S": pk }, "sk": { "S": sk }, "due_pk": { "S": "HELD#5" },
            "due_at": { "S": format!("2026-01-{at}T00:00:00.000Z") } });
        world.write("PutItem", json!({ "Item": item }));
    }
    signed::outcome(&world, &json!({ "id": "evt_thin", "object": "v2.core.event" })).await;
    let kinds: Vec<_> = review_items(&mut operator).await.iter().map(|item| item["kind"].clone()).collect();
    assert_eq!(kinds, ["unreadable", "unreadable", "quarantined"]);
    assert_eq!(operator.open("/operator").await.status, 200);
}

#[tokio::test]
async fn corrupt_organization_in_the_trial_sweep_needs_review() {
    let world = World::new().await;
    let mut operator = operator(&world).await;
    let pk = "ORG#org_0198c0de-0000-7000-8000-00000000dead";
    let item = json!({ "pk": { "S": pk }, "sk": { "S": "ORG" }, "due_pk": { "S": "DUE#0" },
        "due_at": { "S": "2020-01-01T00:00:00.000Z" } });
    world.write("PutItem", json!({ "Item": item }));
    world.advance("1h").await;
    let items = review_items(&mut operator).await;
    assert_eq!((items.len(), &items[0]["kind"]), (1, &json!("unreadable")), "{items:?}");
    assert_eq!(items[0]["ids"][0], json!(format!("{pk} ORG")));
}

#[tokio::test]
async fn review_queue_pages_through_all_items() {
    let world = World::new().await;
    let mut operator = operator(&world).await;
    for n in 0..60 {
        let item = json!({
            "pk": { "S": format!("STRIPE#evt_{n}") }, "sk": { "S": "QUARANTINED" },
            "due_pk": { "S": format!("HELD#{}", n % 8) },
            // Ten of these items have the same time.
            "due_at": { "S": format!("2026-01-01T00:{:02}:00.000Z", if (20..30).contains(&n) { 20 } else { n }) },
            "quarantined_at": { "S": "2026-01-01T00:00:00.000Z" }, "reason": { "S": "thin" },
        });
        world.write("PutItem", json!({ "Item": item }));
    }
    let (mut seen, mut pages, mut path) = (Vec::new(), 0, "/operator".to_owned());
    loop {
        let response = operator.read(&path).await;
        assert_eq!(response.status, 200, "{}", response.text());
        let calls = world.calls_of(&response).await;
        // The eight shards of three indexes, and the list of corrupt items.
        assert_eq!(calls.iter().filter(|call| *call == "Query").count(), 25, "{calls:?}");
        seen.extend(response.json()["waiting"].as_array().unwrap().iter().map(|item| item["ids"][0].clone()));
        pages += 1;
        match response.json()["next"].as_str() {
            Some(next) => path = format!("/operator?after={next}"),
            None => break,
        }
    }
    assert_eq!((seen.len(), pages), (60, 3));
    seen.sort_by_key(ToString::to_string);
    seen.dedup();
    assert_eq!(seen.len(), 60);
    assert!(operator.open("/operator").await.text().contains("/operator?after=2026-01-01T00:2"));
    assert_eq!(operator.open("/operator?after=yesterday").await.status, 400);
}
