//! Operator pages: the review queue, trial extensions, and search. Users who are not operators get
//! a 404.

use serde_json::{Value, json};
use stack::Config;

use crate::journeys::sign_in::{newest_link, sign_in_by_link};
use e2e::{
    driver::{TestResponse, Visitor, World},
    signed,
};

const OPERATOR: &str = "operator@example.com";

/// Creates an operator who is also an admin of an organization. Returns their browser, which is
/// signed in by an emailed link.
async fn operator(world: &World) -> Visitor<'_> {
    world.trialing("Host", OPERATOR).await;
    let mut operator = world.visitor();
    sign_in_by_link(world, &mut operator, OPERATOR).await;
    operator
}

#[tokio::test]
async fn operator_pages_require_a_sign_in_within_eight_hours() {
    let world = World::new().await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    let mut ann = operator(&world).await;
    let page = format!("/operator/organizations/{}", jo.org());
    world.advance("479m").await;
    assert_eq!(ann.open("/operator").await.status, 200);
    // Creating another organization does not renew the sign-in.
    ann.submit("/organizations/new", &[("name", "Further")]).await;
    world.advance("1m").await;
    for (path, back) in [("/operator", "/operator"), (page.as_str(), page.as_str())] {
        let redirect = ann.open(path).await;
        assert_eq!(
            (redirect.status, redirect.header("location")),
            (303, format!("/login?next={back}").as_str())
        );
        assert_eq!(ann.read(path).await.status, 401);
    }
    let form = [("days", "3"), ("reason", "Late")];
    let redirect = ann.submit(&extension(&jo.org()), &form).await;
    assert_eq!((redirect.status, redirect.header("location")), (303, "/login?next=/operator"));
    assert_eq!(ann.post(&extension(&jo.org())).await.status, 401);

    let login = ann.open("/login?next=/operator").await.text();
    assert!(login.contains("Send sign-in link"), "the sign-in form, not a redirect loop: {login}");
    ann.submit("/login", &[("email", OPERATOR), ("next", "/operator")]).await;
    let signed_in = ann.submit(&newest_link(&world).await, &[]).await;
    assert_eq!(signed_in.header("location"), "/operator");
    assert_eq!(ann.open("/operator").await.status, 200);
}

fn extension(org: &str) -> String {
    format!("/operator/organizations/{org}/extend-trial")
}

/// Returns the items of the review queue.
async fn review_items(operator: &mut Visitor<'_>) -> Vec<Value> {
    let response = operator.read("/operator").await;
    assert_eq!(response.status, 200, "{}", response.text());
    response.json()["waiting"].as_array().unwrap().clone()
}

/// Returns the parts of a response that a client could compare with another response. Omits the two
/// request IDs, because each response has different ones.
fn visible(response: &TestResponse) -> (u16, Vec<(String, String)>, String) {
    let ids = ["x-request-id", "apigw-requestid"];
    let headers = response.inner.headers().iter().filter(|(name, _)| !ids.contains(&name.as_str()));
    let mut headers: Vec<_> =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    (response.status, headers, response.text())
}

#[tokio::test]
async fn operator_pages_look_missing_to_other_users() {
    let world = World::with(Config::memory().set("APP_URL", "https://app.example.com")).await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    let mut verified = world.visitor();
    sign_in_by_link(&world, &mut verified, "jo@example.com").await;
    // A stranger can sign up with an operator's address. This does not verify the address.
    let unverified = world.trialing("Host", OPERATOR).await;
    let mut forged = world.visitor();
    let items = verified.cookie.as_deref().unwrap();
    forged.cookie = Some(format!("{}00000000", items.split_at(items.len() - 8).0));

    let org = format!("/operator/organizations/{}", jo.org());
    let paths = [
        "/operator".to_owned(),
        org.clone(),
        extension(&jo.org()),
        format!("{org}/link-customer"),
        format!("{org}/release-parked"),
        "/operator/review/evt_1/dismiss".to_owned(),
    ];
    for (caller, mut visitor) in [
        ("signed-out visitor", world.visitor()),
        ("an admin", verified),
        ("unverified", unverified),
        ("forged", forged),
    ] {
        for method in ["GET", "POST", "PUT", "DELETE"] {
            for accept in ["text/html", "application/json"] {
                let form = [("accept", accept), ("content-type", "application/x-www-form-urlencoded")];
                let missing = visitor.send(method, "/nowhere", &form, "days=1&reason=x").await;
                assert_eq!(missing.status, 404);
                for path in &paths {
                    let response = visitor.send(method, path, &form, "days=1&reason=x").await;
                    assert_eq!(
                        visible(&response),
                        visible(&missing),
                        "{caller}: {method} {path} as {accept}"
                    );
                }
            }
        }
        if visitor.cookie.is_some() {
            let table = json!([{ "function": "operator", "service": "dynamodb", "kind": "error_500" }]);
            world.inject(table).await;
            for path in &paths[..2] {
                let response = visitor.send("GET", path, &[("accept", "text/html")], "").await;
                assert_eq!(response.status, 503, "{caller}, while the table fails: {path}");
                assert_eq!(response.header("retry-after"), "2", "{caller}: {path}");
            }
            world.local("DELETE", "/_local/faults", None).await;
        }
        let evil =
            [("accept", "text/html"), ("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")];
        let missing = visitor.send("POST", "/nowhere", &evil, "").await;
        assert_eq!(missing.status, 403);
        for path in &paths[2..] {
            let response = visitor.send("POST", path, &evil, "").await;
            assert_eq!(visible(&response), visible(&missing), "{caller}: {path}");
        }
    }
}

#[tokio::test]
async fn operator_pages_return_404_when_no_operator_is_configured() {
    let world = World::with(Config::memory().set("OPERATOR_EMAILS", "")).await;
    assert_eq!(operator(&world).await.open("/operator").await.status, 404);
    let world =
        World::with(Config::memory().set("OPERATOR_EMAILS", "ann@example.com, operator@example.com")).await;
    let mut operator = operator(&world).await;
    assert_eq!(operator.open("/operator").await.status, 200);
    operator.submit("/logout", &[]).await;
    assert_eq!(operator.open("/operator").await.status, 404);
}

#[tokio::test]
async fn extension_restarts_an_ended_trial_and_its_emails() {
    let world = World::new().await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    let org = jo.org();
    world.advance("15d").await;
    assert_eq!((world.mails("trial_ending").await.len(), world.mails("trial_ended").await.len()), (1, 1));
    let mut jo = world.visitor();
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    assert_eq!(jo.post("/onboarding/api/checklist/complete/created_project").await.status, 402);

    let mut operator = operator(&world).await;
    let page = operator.open(&format!("/operator/organizations/{org}")).await;
    assert!(page.text().contains("trial expired") && page.text().contains("Extend trial"), "{}", page.text());
    let token = "t".repeat(32);
    let form = [("days", "10"), ("reason", "Their <b>budget</b> comes in March"), ("form_token", &*token)];
    for _ in 0..3 {
        let response = operator.submit(&extension(&org), &form).await;
        assert_eq!(
            (response.status, response.header("location")),
            (303, &*format!("/operator/organizations/{org}"))
        );
    }
    let page = operator.open(&format!("/operator/organizations/{org}")).await.text();
    assert!(
        page.contains("Added 10 days") && page.contains("Their &lt;b&gt;budget&lt;/b&gt; comes in March"),
        "{page}"
    );

    let organization = jo.organization().await;
    assert_eq!(
        (&organization["status"], &organization["trial_days_remaining"]),
        (&json!("trialing"), &json!(10)),
        "repeated forms extend the trial once"
    );
    assert_eq!(jo.post("/onboarding/api/checklist/complete/created_project").await.status, 200);
    let events = world.events("trial.extended").await;
    assert_eq!((events.len(), &events[0]["detail"]["days"]), (1, &json!(10)));

    world.advance("7d").await;
    assert_eq!(world.mails("trial_ending").await.len(), 2);
    world.advance("4d").await;
    assert_eq!(world.mails("trial_ended").await.len(), 2);
    assert_eq!(world.events("trial.expired").await.len(), 2);
}

#[tokio::test]
async fn operator_can_grant_a_second_trial() {
    let world = World::new().await;
    world.trialing("First", "jo@example.com").await;
    let mut jo = world.visitor();
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    jo.submit("/organizations/new", &[("name", "Second"), ("start_trial", "true")]).await;
    let org = jo.org();
    assert_eq!(jo.organization().await["status"], "pending");

    let mut operator = operator(&world).await;
    let response = operator
        .send(
            "POST",
            &extension(&org),
            &[("accept", "application/json"), ("content-type", "application/json")],
            r#"{"days": 5, "reason": "A second product"}"#,
        )
        .await;
    assert_eq!(response.status, 200, "{}", response.text());
    let body = response.json();
    assert_eq!(
        (&body["success"], &body["status"], &body["trial_days_remaining"]),
        (&json!(true), &json!("trialing"), &json!(5))
    );
    assert_eq!(jo.organization().await["access"], "full");
    let welcomes = world.mails("welcome").await;
    assert!(
        welcomes.iter().any(|mail| mail["organization_id"] == *org),
        "the organization is provisioned and the admin gets the welcome email"
    );
    let seen = operator.read(&format!("/operator/organizations/{org}")).await.json();
    assert_eq!((&seen["provisioned_by"], &seen["extensions"][0]["days"]), (&json!("trial"), &json!(5)));
    world.advance("2d").await;
    assert_eq!(
        world.mails("trial_ending").await.iter().filter(|mail| mail["organization_id"] == *org).count(),
        1
    );
}

#[tokio::test]
async fn trial_extension_is_rejected_when_a_subscription_exists() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    world.stripe(json!({ "type": "customer.subscription.created", "organization_id": jo.org() })).await;
    let before = jo.organization().await;
    let mut operator = operator(&world).await;
    let form = [("days", "10"), ("reason", "They asked")];
    let refused = operator.submit(&extension(&jo.org()), &form).await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    assert!(refused.text().contains("has a subscription"), "{}", refused.text());
    assert_eq!(jo.organization().await, before);
    let page = operator.open(&format!("/operator/organizations/{}", jo.org())).await.text();
    assert!(!page.contains("Extend trial") && page.contains("sub_"), "{page}");
}

#[tokio::test]
async fn invalid_extension_names_its_fields_and_changes_nothing() {
    let world = World::new().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let mut operator = operator(&world).await;
    let before = jo.organization().await;
    for (days, reason, faults) in [
        ("0", "They asked", vec!["days"]),
        ("731", "They asked", vec!["days"]),
        ("7", " ", vec!["reason"]),
        ("a week", "two\nlines", vec!["days", "reason"]),
        ("", "", vec!["days", "reason"]),
        ("7", &"x".repeat(501), vec!["reason"]),
    ] {
        let body = json!({ "days": days, "reason": reason }).to_string();
        let headers = [("accept", "application/json"), ("content-type", "application/json")];
        let response = operator.send("POST", &extension(&jo.org()), &headers, body).await;
        assert_eq!(response.status, 422, "{days} {reason}");
        let body = response.json();
        let named: Vec<_> = body["errors"].as_array().unwrap().iter().map(|fault| &fault["field"]).collect();
        assert_eq!(named, faults, "{days} {reason}");

        let page = operator.submit(&extension(&jo.org()), &[("days", days), ("reason", reason)]).await;
        assert_eq!(page.status, 422);
        assert_eq!(page.text().matches("class=\"field-error\"").count(), faults.len(), "{}", page.text());
    }
    assert_eq!(jo.organization().await, before);
    let missing = "org_0198c0de-0000-7000-8000-00000000dead";
    for id in [missing, "org_1", "%00", "%ff"] {
        assert_eq!(
            operator.submit(&extension(id), &[("days", "1"), ("reason", "x")]).await.status,
            404,
            "{id}"
        );
        assert_eq!(operator.open(&format!("/operator/organizations/{id}")).await.status, 404, "{id}");
    }
}

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
        assert!(calls.iter().filter(|call| *call == "Query").count() == 17, "{calls:?}");
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

#[tokio::test]
async fn operator_finds_organization_by_id_and_by_email() {
    let world = World::new().await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    let mut operator = operator(&world).await;
    let page = format!("/operator/organizations/{}", jo.org());
    for typed in [&*jo.org(), " jo@example.com ", "JO@example.com"] {
        let typed = typed.replace(' ', "+").replace('@', "%40");
        let found = operator.open(&format!("/operator?find={typed}")).await;
        assert_eq!((found.status, found.header("location")), (303, page.as_str()), "{typed}");
        let found = operator.read(&format!("/operator?find={typed}")).await;
        assert_eq!(found.json(), json!({ "organizations": [jo.org()] }));
    }
    for (typed, status, words) in [
        ("mo%40example.com", 200, "Nothing found"),
        // Addresses of accounts from before the present rules can be found too.
        ("mo..lee%40example.com", 200, "Nothing found"),
        ("org_0198c0de-0000-7000-8000-00000000dead", 200, "Nothing found"),
        ("%3Cscript%3E", 422, "&lt;script&gt;"),
        ("", 200, "Nothing needs attention"),
    ] {
        let response = operator.open(&format!("/operator?find={typed}")).await;
        assert_eq!(response.status, status, "{typed}");
        assert!(response.text().contains(words), "{typed}: {}", response.text());
    }
}

#[tokio::test]
async fn operator_pages_make_only_the_expected_calls() {
    let world = World::new().await;
    let jo = world.trialing("Acme", "jo@example.com").await;
    let mut operator = operator(&world).await;
    let page = operator.open(&format!("/operator/organizations/{}", jo.org())).await;
    assert_eq!(world.calls_of(&page).await, ["BatchGetItem", "GetItem"]);
    let form = [("days", "1"), ("reason", "They asked")];
    let extended = operator.submit(&extension(&jo.org()), &form).await;
    assert_eq!(world.calls_of(&extended).await, ["BatchGetItem", "GetItem", "GetItem", "UpdateItem"]);
    let stranger = world.visitor().open("/operator").await;
    assert_eq!(world.calls_of(&stranger).await, [] as [String; 0]);
}
