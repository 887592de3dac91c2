//! The mail brake: a flood of sign-ups delays welcome emails, refuses no one, and loses none.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::driver::{Answer, Visitor, World};

/// A stack with a budget, whose clock stands shortly after a full hour.
async fn braked_at(budget: &str) -> World {
    let world = World::with(local::Config::memory().set("SIGNUP_HOURLY_BUDGET", budget)).await;
    to_the_next_hour(&world).await;
    world.advance("1m").await;
    world
}

async fn to_the_next_hour(world: &World) {
    let now = world.stack.system().clock().now();
    world.advance(&format!("{}s", 3600 - now.as_second().rem_euclid(3600))).await;
}

/// Signs a new person up from a network of their own.
async fn sign_up<'w>(world: &'w World, n: usize) -> (Visitor<'w>, Answer) {
    let mut visitor = world.visitor();
    visitor.ip = format!("2001:db8:{n:x}::1");
    let answer = visitor.sign_up("Acme", &format!("jo{n}@example.com"), true).await;
    assert_eq!(answer.header("location"), "/onboarding/welcome");
    (visitor, answer)
}

/// Whom the welcome mails went to.
async fn welcomed(world: &World) -> Vec<String> {
    let mails = world.mails("welcome").await;
    mails.iter().map(|mail| mail["to"][0].as_str().unwrap().to_owned()).collect()
}

/// Has SES say that a mail bounced.
async fn bounce(world: &World, mail: &Value) {
    let mut tags = json!({ "ses:configuration-set": ["onramp-mail"] });
    for (name, value) in mail["tags"].as_object().unwrap() {
        tags[name] = json!([value]);
    }
    let detail =
        json!({ "eventType": "Bounce", "bounce": { "bounceType": "Permanent" }, "mail": { "tags": tags } });
    let event = json!({ "source": "aws.ses", "detail-type": "Email Bounced", "detail": detail });
    world.local("POST", "/_local/events", Some(event)).await;
    world.settle().await;
}

#[tokio::test(start_paused = true)]
async fn flood_lets_everyone_in_and_mails_the_rest_next_hour() {
    let world = braked_at("4").await;
    let mut at_home = Vec::new();
    for n in 0..12 {
        let (mut visitor, _) = sign_up(&world, n).await;
        assert_eq!(visitor.organization().await["status"], "trialing", "{n}");
        at_home.push(visitor.org());
    }
    // A sign-up tries three of the four counters.
    let at_once = welcomed(&world).await.len();
    assert!((3..=4).contains(&at_once), "{at_once}");
    world.advance("30m").await;
    assert_eq!(welcomed(&world).await.len(), at_once, "the hour is not over");
    to_the_next_hour(&world).await;
    world.advance("6m").await;
    let all = welcomed(&world).await;
    assert_eq!((all.len(), all.iter().collect::<BTreeSet<_>>().len()), (12, 12), "none lost, none twice");
    assert_eq!(at_home.iter().collect::<BTreeSet<_>>().len(), 12);
    world.advance("3h").await;
    assert_eq!(welcomed(&world).await.len(), 12);
}

#[tokio::test]
async fn sign_up_is_one_round_trip_and_four_beyond_the_budget() {
    let world = braked_at("3").await;
    let mut calls = Vec::new();
    for n in 0..4 {
        let (_, answer) = sign_up(&world, n).await;
        calls.push(world.calls_of(&answer).await);
    }
    let written = |n: usize| vec!["TransactWriteItems".to_owned(); n];
    assert_eq!(calls[0], written(1));
    assert_eq!(calls[3], written(4));
    // Another hour has its own budget.
    to_the_next_hour(&world).await;
    world.settle().await;
    let (_, answer) = sign_up(&world, 5).await;
    assert_eq!(world.calls_of(&answer).await, written(1));
}

#[tokio::test]
async fn brake_exempts_verified_people_and_replays() {
    let world = braked_at("1").await;
    let (mut jo, _) = sign_up(&world, 0).await;
    crate::sign_in::by_link(&world, &mut jo, "jo0@example.com").await;
    assert_eq!(welcomed(&world).await.len(), 1, "the budget is used up");

    let form = [
        ("name", "Beta"),
        ("full_name", "Jo"),
        ("email", "beta@example.com"),
        ("start_trial", "true"),
        ("form_token", "5f2b8c0e9d7a4b6c8e1f3a5d7c9b0e2f"),
    ];
    let mut first = world.visitor();
    assert_eq!(first.submit("/organizations/new", &form).await.status, 303);
    assert_eq!(welcomed(&world).await.len(), 1, "this one waits");
    let mut again = world.visitor();
    let repeated = again.submit("/organizations/new", &form).await;
    assert_eq!((repeated.status, again.org()), (303, first.org()));
    assert_eq!(world.calls_of(&repeated).await, ["TransactWriteItems"; 2], "found by its first write");

    // A verified person gets the mail of a further organization at once: it is provisioned by a payment.
    assert_eq!(jo.submit("/organizations/new", &[("name", "Second")]).await.status, 303);
    world.stripe(json!({ "type": "invoice.paid", "organization_id": jo.org() })).await;
    assert_eq!(welcomed(&world).await, ["jo0@example.com", "jo0@example.com"]);
}

#[tokio::test(start_paused = true)]
async fn bounced_first_mails_delay_the_next_until_others_arrive() {
    let world = braked_at("1000000").await;
    for n in 0..10 {
        sign_up(&world, n).await;
    }
    let mails = world.mails("welcome").await;
    assert_eq!(mails.len(), 10);
    for mail in &mails[..4] {
        bounce(&world, mail).await;
        bounce(&world, mail).await;
    }
    sign_up(&world, 10).await;
    assert_eq!(welcomed(&world).await.len(), 11, "4 of the last 200 are 2 %");
    bounce(&world, &mails[4]).await;
    let (mut kim, _) = sign_up(&world, 11).await;
    assert_eq!(kim.organization().await["status"], "trialing");
    assert_eq!(welcomed(&world).await.len(), 11, "it waits");
    to_the_next_hour(&world).await;
    world.advance("6m").await;
    assert_eq!(welcomed(&world).await.len(), 12);
    sign_up(&world, 12).await;
    assert_eq!(welcomed(&world).await.len(), 12, "the share is the same in the next hour");

    // Many others go out; with the one that waits they are 200 since the first bounces.
    let key = json!({ "pk": { "S": "FEED" }, "sk": { "S": "FIRST" } });
    let sent = json!({ ":sent": { "N": "209" } });
    world.write(
        "UpdateItem",
        json!({ "Key": key, "UpdateExpression": "SET sent = :sent", "ExpressionAttributeValues": sent }),
    );
    to_the_next_hour(&world).await;
    world.advance("6m").await;
    assert_eq!(welcomed(&world).await.len(), 13);
    sign_up(&world, 13).await;
    assert_eq!(welcomed(&world).await.len(), 14, "the brake is open again");
}

#[tokio::test]
async fn record_of_first_mails_survives_a_repeated_bounce() {
    let world = braked_at("1000000").await;
    sign_up(&world, 0).await;
    let mails = world.mails("welcome").await;
    for _ in 0..9 {
        bounce(&world, &mails[0]).await;
    }
    sign_up(&world, 1).await;
    assert_eq!(welcomed(&world).await.len(), 2, "one mail that bounced once");
}

#[tokio::test]
async fn ipv6_site_signs_up_four_times_as_often_as_a_network() {
    let world = World::with(local::Config::memory().set("SIGNUP_LIMIT_PER_IP", "2")).await;
    to_the_next_hour(&world).await;
    world.advance("59m").await;
    let mut statuses = Vec::new();
    for n in 0..9 {
        let mut visitor = world.visitor();
        visitor.ip = format!("2001:db8:1:{n}::1");
        let email = format!("jo{n}@example.com");
        let form = [("name", "Acme"), ("full_name", "Jo"), ("email", email.as_str())];
        let answer = visitor.submit("/organizations/new", &form).await;
        let wait = answer.header("retry-after").parse::<u64>().ok();
        statuses.push((answer.status, wait.map(|wait| (1..=60).contains(&wait))));
    }
    assert_eq!(statuses[..8], [(303, None); 8]);
    assert_eq!(statuses[8], (429, Some(true)), "until the hour is over");
    let mut elsewhere = world.visitor();
    elsewhere.ip = "2001:db8:2:1::1".to_owned();
    elsewhere.sign_up("Acme", "other@example.com", true).await;
    world.advance("1m").await;
    let mut later = world.visitor();
    later.ip = "2001:db8:1:9::1".to_owned();
    later.sign_up("Acme", "later@example.com", true).await;
}

#[tokio::test]
async fn network_limit_is_what_is_configured() {
    let world = World::with(local::Config::memory().set("SIGNUP_LIMIT_PER_IP", "2")).await;
    let mut statuses = Vec::new();
    for n in 0..3 {
        let email = format!("jo{n}@example.com");
        let form = [("name", "Acme"), ("full_name", "Jo"), ("email", email.as_str())];
        let answer = world.visitor().submit("/organizations/new", &form).await;
        statuses.push((answer.status, answer.header("retry-after").is_empty()));
    }
    assert_eq!(statuses, [(303, true), (303, true), (429, false)]);
}
