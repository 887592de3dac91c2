//! The seats of a plan: inviting and joining with the plan for one person.

use serde_json::{Value, json};

use crate::journeys::invitations::{admin, invite, join, link};
use e2e::driver::{TestResponse, Visitor, World};

pub const SINGLE: &str = "price_local_single";
pub const TEAM: &str = "price_local_team";
const INVITATIONS: &str = "/members/invitations";

/// Sends Stripe's event that the organization's only subscription has this price and status.
pub async fn subscribe(world: &World, org: &str, price: &str, status: &str) {
    // Stripe's times are in whole seconds, so two events of one second would have no order.
    world.advance("2s").await;
    assert_eq!(world.stripe(subscription(org, price, status)).await, [200]);
}

fn subscription(org: &str, price: &str, status: &str) -> Value {
    let set = json!({ "data.object.items.data.0.price.id": price, "data.object.status": status });
    json!({ "type": "customer.subscription.updated", "organization_id": org, "set": set })
}

/// Sends a JSON body as a program does.
async fn send(visitor: &mut Visitor<'_>, path: &str, body: &Value) -> TestResponse {
    let headers = [("content-type", "application/json"), ("accept", "application/json")];
    visitor.send("POST", path, &headers, body.to_string()).await
}

/// Checks that a program gets the problem of an organization without a free seat.
fn assert_no_seat(response: &TestResponse, org: &str) {
    assert_eq!(
        (response.status, response.header("content-type")),
        (402, "application/problem+json"),
        "{}",
        response.text()
    );
    let problem = response.json();
    assert_eq!((&problem["code"], &problem["errors"]), (&json!("seats"), &json!([])));
    assert_eq!(problem["upgrade_url"], format!("http://localhost:8484/organizations/{org}"));
    assert!(problem["detail"].as_str().unwrap().contains("seat"), "{problem}");
}

#[tokio::test]
async fn plan_for_one_person_rejects_invitations_and_says_why() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let org = jo.org();
    assert!(!jo.open("/members").await.text().contains("seats used"), "a trial has no limit");
    for status in ["trialing", "active", "past_due"] {
        subscribe(&world, &org, SINGLE, status).await;
        let refused = send(&mut jo, INVITATIONS, &json!({ "email": "mo@example.com" })).await;
        assert_no_seat(&refused, &org);
        assert_eq!(world.calls_of(&refused).await, ["BatchGetItem", "Query"], "{status}");
    }
    let invalid = send(&mut jo, INVITATIONS, &json!({ "email": "mo" })).await;
    assert_eq!(invalid.status, 402, "access is checked before input");

    let shown = jo.open("/members").await;
    let refused = jo.submit(INVITATIONS, &[("email", "mo@example.com")]).await;
    assert_eq!((shown.status, refused.status), (200, 402));
    for page in [shown.text(), refused.text()] {
        for part in
            ["1 of 1 seats used", "Your plan has no free seat", &format!(r#"href="/organizations/{org}""#)]
        {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("Send invitation"), "the page does not offer a rejected action: {page}");
    }
    assert!(refused.text().contains("<title>Error: Members"), "{}", refused.text());
    assert_eq!(world.mails("invitation").await.len(), 0);
    assert_eq!(jo.checklist().await["tasks"][0]["completed"], false);

    subscribe(&world, &org, TEAM, "active").await;
    assert!(!jo.open("/members").await.text().contains("seats used"));
    let sent = send(&mut jo, INVITATIONS, &json!({ "email": "mo@example.com" })).await;
    assert_eq!(sent.status, 200, "{}", sent.text());
    let mut calls = world.calls_of(&sent).await;
    calls.sort();
    assert_eq!(calls, ["BatchGetItem", "GetItem", "Query", "TransactWriteItems"], "members are not counted");
}

#[tokio::test]
async fn trial_after_a_canceled_plan_has_no_limit() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let org = jo.org();
    subscribe(&world, &org, SINGLE, "active").await;
    assert_no_seat(&send(&mut jo, INVITATIONS, &json!({ "email": "mo@example.com" })).await, &org);
    subscribe(&world, &org, SINGLE, "canceled").await;
    assert_eq!(jo.organization().await["status"], "trialing");
    join(&world, &mut jo, "mo@example.com", "member").await;
    join(&world, &mut jo, "ann@example.com", "member").await;
}

#[tokio::test]
async fn invitation_from_before_a_downgrade_waits_for_a_seat() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let org = jo.org();
    let path = invite(&world, &mut jo, "mo@example.com", "member").await;
    let mut ann = admin(&world, "Mine", "ann@example.com").await;
    let to_ann = invite(&world, &mut jo, "ann@example.com", "member").await;
    subscribe(&world, &org, SINGLE, "active").await;

    // A person without an account, and a signed-in member of another organization.
    let mut mo = world.visitor();
    for (guest, path) in [(&mut mo, &path), (&mut ann, &to_ann)] {
        let cookie = guest.cookie.clone();
        let shown = guest.open(path).await;
        let refused = guest.submit(path, &[("full_name", "Mo Roe")]).await;
        assert_eq!((shown.status, refused.status), (200, 402));
        for page in [shown.text(), refused.text()] {
            for part in
                ["Acme has no free seat", "Ask an admin of <strong>Acme</strong>", "stays valid until"]
            {
                assert!(page.contains(part), "{part}: {page}");
            }
            // The header of a signed-in user has the form that signs out.
            let (_, main) = page.split_once("<main").unwrap();
            assert!(!main.contains(r#"method="post""#) && !page.contains(&org), "{page}");
        }
        assert_no_seat(&send(guest, path, &json!({})).await, &org);
        assert_eq!(guest.cookie, cookie);
    }

    let page = jo.open("/members").await.text();
    assert!(page.contains("3 of 1 seats used, including 2 pending invitations"), "{page}");
    assert!(page.contains("They can’t join until your plan has a free seat."), "{page}");
    assert!(page.contains("/revoke") && !page.contains("/resend"), "{page}");
    let resend = page.split(r#"="/members/invitations/"#).nth(1).unwrap().split('/').next().unwrap();
    let resend = format!("{INVITATIONS}/{resend}/resend");
    assert_no_seat(&send(&mut jo, &resend, &json!({})).await, &org);
    assert_eq!(jo.submit(&resend, &[]).await.status, 402);
    assert_eq!(world.mails("invitation").await.len(), 2);

    subscribe(&world, &org, TEAM, "active").await;
    world.advance("1m").await;
    assert_eq!(send(&mut jo, &resend, &json!({})).await.status, 200);
    let path = link(&world, "mo@example.com").await;
    assert!(mo.open(&path).await.text().contains("Join Acme"));
    let joined = mo.submit(&path, &[("full_name", "Mo Roe")]).await;
    assert_eq!((joined.status, mo.org()), (303, org), "{}", joined.text());
    let calls = ["BatchGetItem", "BatchGetItem", "TransactWriteItems"];
    assert_eq!(world.calls_of(&joined).await, calls, "members are not counted");
}

#[tokio::test]
async fn downgrade_removes_no_member() {
    let world = World::new().await;
    let mut jo = admin(&world, "Acme", "jo@example.com").await;
    let mut mo = join(&world, &mut jo, "mo@example.com", "admin").await;
    let org = jo.org();
    subscribe(&world, &org, SINGLE, "active").await;
    assert_eq!(mo.read("/onboarding/api/checklist").await.status, 200);
    let page = jo.open("/members").await.text();
    assert!(page.contains("2 people") && page.contains("2 of 1 seats used"), "{page}");

    // Onramp still changes roles and removes members. One seat stays used.
    let user = mo.user();
    let changed = send(&mut jo, &format!("/members/{user}/role"), &json!({ "role": "member" })).await;
    assert_eq!((changed.status, mo.open("/members").await.status), (200, 200));
    assert!(!mo.open("/members").await.text().contains("seats used"), "only admins see the seats");
    assert_eq!(jo.post(&format!("/members/{user}/remove")).await.status, 200);
    assert!(jo.open("/members").await.text().contains("1 of 1 seats used"));
    assert_no_seat(&send(&mut jo, INVITATIONS, &json!({ "email": "mo@example.com" })).await, &org);
}

#[tokio::test]
async fn downgrade_between_read_and_write_lets_no_one_in() {
    for accepts in [true, false] {
        let world = World::new().await;
        let mut jo = admin(&world, "Acme", "jo@example.com").await;
        let org = jo.org();
        let path = invite(&world, &mut jo, "mo@example.com", "member").await;
        let mut mo = world.visitor();
        world.advance("2s").await;
        // The request decides in the trial. Its write then waits, because DynamoDB reports that
        // another transaction holds the item.
        let busy = |nth: u64| json!({ "function": "sign-in", "operation": "TransactWriteItems", "nth": nth, "kind": "conflict" });
        world.inject(json!([busy(1), busy(2), busy(3)])).await;
        let change = async {
            if accepts {
                return send(&mut mo, &path, &json!({ "full_name": "Mo Roe" })).await;
            }
            send(&mut jo, INVITATIONS, &json!({ "email": "ann@example.com" })).await
        };
        let (refused, downgraded) = tokio::join!(change, world.stripe(subscription(&org, SINGLE, "active")));
        assert_eq!(downgraded, [200]);
        assert_no_seat(&refused, &org);
        let calls = world.calls_of(&refused).await;
        assert_eq!(calls.iter().filter(|call| *call == "TransactWriteItems").count(), 4, "{calls:?}");
        let page = jo.open("/members").await.text();
        assert!(page.contains("1 person") && page.contains("including 1 pending invitation"), "{page}");
    }
}
