//! Tests of the mail brake. Many sign-ups delay welcome emails, but Onramp rejects no sign-up and
//! loses no email.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use e2e::driver::{TestResponse, Visitor, World};

/// Starts a stack with the hourly budget `budget` for first emails. Sets its clock to one minute
/// after a full hour.
async fn world_with_budget(budget: &str) -> World {
    let world = World::with(stack::Config::memory().set("SIGNUP_HOURLY_BUDGET", budget)).await;
    to_the_next_hour(&world).await;
    world.advance("1m").await;
    world
}

/// Advances the clock to the next full hour.
async fn to_the_next_hour(world: &World) {
    let now = world.stack.system().clock().now();
    world.advance(&format!("{}s", 3600 - now.as_second().rem_euclid(3600))).await;
}

/// Signs up a new user from a network that no other user shares.
async fn sign_up<'w>(world: &'w World, n: usize) -> (Visitor<'w>, TestResponse) {
    let mut visitor = world.visitor();
    visitor.ip = format!("2001:db8:{n:x}::1");
    let response = visitor.sign_up("Acme", &format!("jo{n}@example.com"), true).await;
    assert_eq!(response.header("location"), "/onboarding/welcome");
    (visitor, response)
}

/// Returns the recipients of the welcome emails.
async fn welcomed(world: &World) -> Vec<String> {
    let mails = world.mails("welcome").await;
    mails.iter().map(|mail| mail["to"][0].as_str().unwrap().to_owned()).collect()
}

/// Sends an SES bounce event for an email.
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
async fn mail_brake_delays_welcome_emails_beyond_the_hourly_budget() {
    let world = world_with_budget("4").await;
    let mut orgs = Vec::new();
    for n in 0..12 {
        let (mut visitor, _) = sign_up(&world, n).await;
        assert_eq!(visitor.organization().await["status"], "trialing", "{n}");
        orgs.push(visitor.org());
    }
    // The budget is split into four counters, and a sign-up tries three of them. If only the fourth
    // counter has budget left, the sign-up delays its email.
    let immediate = welcomed(&world).await.len();
    assert!((3..=4).contains(&immediate), "{immediate}");
    world.advance("30m").await;
    assert_eq!(welcomed(&world).await.len(), immediate, "the budget of this hour is used up");
    to_the_next_hour(&world).await;
    world.advance("6m").await;
    let all = welcomed(&world).await;
    assert_eq!(
        (all.len(), all.iter().collect::<BTreeSet<_>>().len()),
        (12, 12),
        "every user gets exactly one email"
    );
    assert_eq!(orgs.iter().collect::<BTreeSet<_>>().len(), 12);
    world.advance("3h").await;
    assert_eq!(welcomed(&world).await.len(), 12);
}

#[tokio::test]
async fn sign_up_is_one_call_within_and_four_beyond_the_budget() {
    let world = world_with_budget("3").await;
    let mut calls = Vec::new();
    for n in 0..4 {
        let (_, response) = sign_up(&world, n).await;
        calls.push(world.calls_of(&response).await);
    }
    let written = |n: usize| vec!["TransactWriteItems".to_owned(); n];
    assert_eq!(calls[0], written(1));
    assert_eq!(calls[3], written(4));
    // The next hour has a new budget.
    to_the_next_hour(&world).await;
    world.settle().await;
    let (_, response) = sign_up(&world, 5).await;
    assert_eq!(world.calls_of(&response).await, written(1));
}

#[tokio::test]
async fn mail_brake_exempts_verified_users_and_replays() {
    let world = world_with_budget("1").await;
    let (mut jo, _) = sign_up(&world, 0).await;
    crate::journeys::sign_in::sign_in_by_link(&world, &mut jo, "jo0@example.com").await;
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
    assert_eq!(welcomed(&world).await.len(), 1, "this email is delayed");
    let mut again = world.visitor();
    let repeated = again.submit("/organizations/new", &form).await;
    assert_eq!((repeated.status, again.org()), (303, first.org()));
    assert_eq!(
        world.calls_of(&repeated).await,
        ["TransactWriteItems"; 2],
        "two calls: the first one finds the earlier sign-up"
    );

    // A verified user creates a second organization. When a payment provisions that organization,
    // its welcome email is sent immediately.
    assert_eq!(jo.submit("/organizations/new", &[("name", "Second")]).await.status, 303);
    world.stripe(json!({ "type": "invoice.paid", "organization_id": jo.org() })).await;
    assert_eq!(welcomed(&world).await, ["jo0@example.com", "jo0@example.com"]);
}

#[tokio::test(start_paused = true)]
async fn bounced_first_emails_delay_the_next_until_others_arrive() {
    let world = world_with_budget("1000000").await;
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
    assert_eq!(welcomed(&world).await.len(), 11, "4 bounces of 200 are 2 %");
    bounce(&world, &mails[4]).await;
    let (mut kim, _) = sign_up(&world, 11).await;
    assert_eq!(kim.organization().await["status"], "trialing");
    assert_eq!(welcomed(&world).await.len(), 11, "the email is delayed");
    to_the_next_hour(&world).await;
    world.advance("6m").await;
    assert_eq!(welcomed(&world).await.len(), 12);
    sign_up(&world, 12).await;
    assert_eq!(welcomed(&world).await.len(), 12, "the bounce rate is unchanged in the next hour");

    // Set the counter of sent welcome emails to 209. The delayed email then makes it 210, which is
    // 200 more than at the first bounces. So not all five bounces are among the last 200 emails.
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
    assert_eq!(welcomed(&world).await.len(), 14, "the brake is released");
}

#[tokio::test]
async fn repeated_bounce_of_one_email_counts_once() {
    let world = world_with_budget("1000000").await;
    sign_up(&world, 0).await;
    let mails = world.mails("welcome").await;
    for _ in 0..9 {
        bounce(&world, &mails[0]).await;
    }
    sign_up(&world, 1).await;
    assert_eq!(welcomed(&world).await.len(), 2, "repeated bounces of an email count once");
}

#[tokio::test]
async fn ipv6_site_may_sign_up_four_times_as_often_as_a_network() {
    let world = World::with(stack::Config::memory().set("SIGNUP_LIMIT_PER_IP", "2")).await;
    to_the_next_hour(&world).await;
    world.advance("59m").await;
    let mut statuses = Vec::new();
    for n in 0..9 {
        let mut visitor = world.visitor();
        visitor.ip = format!("2001:db8:1:{n}::1");
        let email = format!("jo{n}@example.com");
        let form = [("name", "Acme"), ("full_name", "Jo"), ("email", email.as_str())];
        let response = visitor.submit("/organizations/new", &form).await;
        let wait = response.header("retry-after").parse::<u64>().ok();
        statuses.push((response.status, wait.map(|wait| (1..=60).contains(&wait))));
    }
    assert_eq!(statuses[..8], [(303, None); 8]);
    assert_eq!(statuses[8], (429, Some(true)), "until the end of the hour");
    let mut other_site = world.visitor();
    other_site.ip = "2001:db8:2:1::1".to_owned();
    other_site.sign_up("Acme", "other@example.com", true).await;
    world.advance("1m").await;
    let mut later = world.visitor();
    later.ip = "2001:db8:1:9::1".to_owned();
    later.sign_up("Acme", "later@example.com", true).await;
}

#[tokio::test]
async fn network_limit_follows_its_setting() {
    let world = World::with(stack::Config::memory().set("SIGNUP_LIMIT_PER_IP", "2")).await;
    let mut statuses = Vec::new();
    for n in 0..3 {
        let email = format!("jo{n}@example.com");
        let form = [("name", "Acme"), ("full_name", "Jo"), ("email", email.as_str())];
        let response = world.visitor().submit("/organizations/new", &form).await;
        statuses.push((response.status, response.header("retry-after").is_empty()));
    }
    assert_eq!(statuses, [(303, true), (303, true), (429, false)]);
}
