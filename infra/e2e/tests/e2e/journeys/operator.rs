//! Operator pages: the review queue, trial extensions, and search. Users who are not operators get
//! a 404.

use serde_json::{Value, json};
use stack::Config;

use crate::journeys::sign_in::{newest_link, sign_in_by_link};
use e2e::driver::{TestResponse, Visitor, World};

pub const OPERATOR: &str = "operator@example.com";

/// Creates an operator who is also an admin of an organization. Returns their browser, which is
/// signed in by an emailed link.
pub async fn operator(world: &World) -> Visitor<'_> {
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
pub async fn review_items(operator: &mut Visitor<'_>) -> Vec<Value> {
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
    // The second read shows whether the founder has verified their address.
    assert_eq!(world.calls_of(&page).await, ["BatchGetItem", "GetItem", "GetItem"]);
    let form = [("days", "1"), ("reason", "They asked")];
    let extended = operator.submit(&extension(&jo.org()), &form).await;
    assert_eq!(world.calls_of(&extended).await, ["BatchGetItem", "GetItem", "GetItem", "UpdateItem"]);
    let stranger = world.visitor().open("/operator").await;
    assert_eq!(world.calls_of(&stranger).await, [] as [String; 0]);
}
