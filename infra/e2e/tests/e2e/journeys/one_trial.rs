//! One trial per mailbox: trial records, and sign-ups that continue without a trial.

use domain::people::Address;
use serde_json::{Value, json};

use crate::journeys::sign_in::sign_in_by_link;
use e2e::driver::{TestResponse, Visitor, World};

const TOKEN: &str = "5f2b8c0e9d7a4b6c8e1f3a5d7c9b0e2f";

/// Returns the trial records of the mailbox of an address.
async fn records(world: &World, address: &str) -> Vec<Value> {
    let mailbox = Address::parse(address).unwrap().mailbox_hash();
    world.items(&format!("TRIAL#{mailbox}")).await
}

/// Returns a visitor from a network that no other visitor shares.
fn from_network(world: &World, n: usize) -> Visitor<'_> {
    let mut visitor = world.visitor();
    visitor.ip = format!("2001:db8:{n:x}::1");
    visitor
}

/// Checks that a sign-up created an organization without a trial.
async fn assert_pending(visitor: &mut Visitor<'_>, response: &TestResponse) {
    assert_eq!(response.header("location"), format!("/organizations/{}", visitor.org()));
    assert_eq!(visitor.organization().await["status"], "pending");
}

#[tokio::test]
async fn second_address_of_a_mailbox_gets_no_trial() {
    let world = World::new().await;
    for (n, (address, trial)) in [
        ("jo@example.com", true),
        ("jo+1@example.com", false),
        ("JO+two@example.com", false),
        ("j.o@example.com", true),
        ("j.doe+x@gmail.com", true),
        ("jdoe@googlemail.com", false),
        ("jd.oe@gmail.com", false),
    ]
    .into_iter()
    .enumerate()
    {
        let mut jo = from_network(&world, n);
        let response = jo.sign_up("Acme", address, true).await;
        if trial {
            assert_eq!(response.header("location"), "/onboarding/welcome", "{address}");
            assert_eq!(world.calls_of(&response).await, ["TransactWriteItems"], "{address}");
        } else {
            assert_pending(&mut jo, &response).await;
            assert_eq!(world.calls_of(&response).await, ["TransactWriteItems"; 2], "{address}");
        }
        // The address itself stays as the user typed it.
        let items = world.items(&format!("USER#{}", jo.user())).await;
        let user = items.iter().find(|item| item["sk"]["S"] == "USER").unwrap();
        assert_eq!(user["address"]["S"], address.to_lowercase());
    }
    let welcomed = world.mails("welcome").await;
    let to: Vec<_> = welcomed.iter().map(|mail| mail["to"][0].as_str().unwrap()).collect();
    assert_eq!(to, ["jo@example.com", "j.o@example.com", "j.doe+x@gmail.com"]);
}

#[tokio::test]
async fn trial_record_contains_no_address_and_never_expires() {
    let world = World::new().await;
    let jo = world.trialing("Acme", "jo+1@example.com").await;
    let found = records(&world, "jo@example.com").await;
    let names: Vec<_> = found[0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["created_at", "pk", "sk", "user"]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["user"]["S"], jo.user());
}

#[tokio::test]
async fn sign_up_without_a_trial_leaves_the_trial_for_later() {
    let world = World::new().await;
    let mut jo = world.pending("First", "jo@example.com").await;
    assert!(records(&world, "jo@example.com").await.is_empty());
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    let second = jo.submit("/organizations/new", &[("name", "Second")]).await;
    assert_eq!(second.header("location"), "/onboarding/welcome", "{}", second.text());
    assert_eq!(records(&world, "jo@example.com").await.len(), 1);
    let mut other = world.visitor();
    let response = other.sign_up("Third", "jo+1@example.com", true).await;
    assert_pending(&mut other, &response).await;
}

#[tokio::test]
async fn signed_in_user_of_a_known_mailbox_gets_no_trial() {
    let world = World::new().await;
    world.trialing("First", "jo+1@example.com").await;
    let mut jo = world.pending("Second", "jo@example.com").await;
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    let response = jo.submit("/organizations/new", &[("name", "Third")]).await;
    assert_pending(&mut jo, &response).await;
    assert_eq!(jo.organization().await["name"], "Third");
}

#[tokio::test]
async fn repeated_form_without_a_second_trial_opens_the_same_page() {
    let world = World::new().await;
    world.trialing("First", "jo@example.com").await;
    let form =
        [("name", "Second"), ("full_name", "Jo"), ("email", "jo+1@example.com"), ("form_token", TOKEN)];
    let (mut jo, mut again) = (world.visitor(), world.visitor());
    let first = jo.submit("/organizations/new", &form).await;
    assert_pending(&mut jo, &first).await;
    // The response was lost, so the browser sends the form again without a session.
    let second = again.submit("/organizations/new", &form).await;
    assert_pending(&mut again, &second).await;
    assert_eq!(jo.org(), again.org());
}

#[tokio::test]
async fn parallel_sign_ups_of_one_mailbox_start_one_trial() {
    let world = World::new().await;
    let (mut one, mut two) = (world.visitor(), world.visitor());
    let (first, second) = tokio::join!(
        one.sign_up("One", "jo+1@example.com", true),
        two.sign_up("Two", "jo+2@example.com", true)
    );
    let trials = [&first, &second].iter().filter(|it| it.header("location") == "/onboarding/welcome").count();
    assert_eq!(trials, 1, "{} {}", first.header("location"), second.header("location"));
    let mut statuses =
        [one.organization().await["status"].clone(), two.organization().await["status"].clone()]
            .map(|status| status.as_str().unwrap().to_owned());
    statuses.sort();
    assert_eq!(statuses, ["pending", "trialing"]);
    assert_eq!(world.mails("welcome").await.len(), 1);
}

#[tokio::test]
async fn trial_record_counts_after_limits_and_before_the_brake() {
    let world = World::with(stack::Config::memory().set("SIGNUP_HOURLY_BUDGET", "1")).await;
    world.trialing("First", "jo@example.com").await;
    // The budget is used up. A sign-up without a trial needs no welcome email, so it does not wait.
    let mut jo = world.visitor();
    let response = jo.sign_up("Second", "jo+1@example.com", true).await;
    assert_pending(&mut jo, &response).await;
    assert_eq!(world.calls_of(&response).await, ["TransactWriteItems"; 2]);

    for n in 2..5 {
        world.visitor().sign_up("Acme", &format!("jo+{n}@example.com"), true).await;
    }
    let form = [("name", "Acme"), ("full_name", "Jo"), ("email", "jo+5@example.com")];
    assert_eq!(world.visitor().submit("/organizations/new", &form).await.status, 429);
    let known = [("name", "Acme"), ("full_name", "Jo"), ("email", "jo@example.com")];
    assert_eq!(from_network(&world, 1).submit("/organizations/new", &known).await.status, 409);
}

#[tokio::test]
async fn operator_can_grant_another_trial() {
    const OPERATOR: &str = "operator@example.com";
    let world = World::new().await;
    world.trialing("First", "jo@example.com").await;
    let mut jo = world.visitor();
    jo.sign_up("Second", "jo+1@example.com", true).await;
    let mut operator = world.trialing("Host", OPERATOR).await;
    sign_in_by_link(&world, &mut operator, OPERATOR).await;
    let json_body = [("content-type", "application/json"), ("accept", "application/json")];
    let path = format!("/operator/organizations/{}/extend-trial", jo.org());
    let days = json!({ "days": 7, "reason": "Another team" }).to_string();
    let extended = operator.send("POST", &path, &json_body, days).await;
    assert_eq!(extended.status, 200, "{}", extended.text());
    assert_eq!(jo.organization().await["status"], "trialing");
}
