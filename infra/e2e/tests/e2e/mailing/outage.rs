//! Tests how the mailer finds pending emails through the index `by-mail`. It must find them after
//! days without SES, without stream records, with repeated and split batches, and next to corrupt
//! items.

use std::time::Duration;

use serde_json::{Value, json};
use stack::Config;
use tokio::time::Instant;

use crate::mailing::scenario::JO;
use e2e::{
    counted::{begin, counted, measured},
    driver::World,
};

/// Stream event of a new organization. The tests write copies of this organization.
const EVENT: &str = include_str!("../../../../../events/mailer/stream-welcome.json");

/// Returns the id of the n-th organization.
fn org(n: usize) -> String {
    format!("org_0198c0de-0000-7000-8000-{n:012}")
}

/// Writes organizations with a pending welcome email, without stream records.
fn enqueue_welcomes(world: &World, count: usize, address: impl Fn(usize) -> String) {
    let event: Value = serde_json::from_str(EVENT).unwrap();
    let mut item = event["Records"][0]["dynamodb"]["NewImage"].clone();
    // Remove the trial, which would be over by now. So only the welcome email is due.
    for name in ["mail_ready", "trial", "due_pk", "due_at"] {
        item.as_object_mut().unwrap().remove(name);
    }
    for n in 0..count {
        item["pk"]["S"] = json!(format!("ORG#{}", org(n)));
        item["profile"]["M"]["id"]["S"] = json!(org(n));
        item["admins"]["L"][0]["M"]["address"]["S"] = json!(address(n));
        item["mail_pk"]["S"] = json!(format!("MAIL#{}", n % 8));
        world.write("PutItem", json!({ "Item": item }));
    }
}

fn user_address(n: usize) -> String {
    format!("p{n}@example.com")
}

/// Returns how many welcome emails each of `count` users got.
async fn welcomes(world: &World, count: usize) -> Vec<usize> {
    let mails = world.mails("welcome").await;
    let to = |n: usize| mails.iter().filter(|mail| mail["to"][0] == user_address(n)).count();
    (0..count).map(to).collect()
}

#[tokio::test(start_paused = true)]
async fn emails_survive_three_days_without_ses() {
    begin();
    let world = World::new().await;
    world.inject(json!([{ "service": "sesv2", "rate": 1.0, "kind": "reset" }])).await;
    for n in 0..2 {
        world.trialing("Acme", &user_address(n)).await;
    }
    world.advance("72h").await;
    assert_eq!(welcomes(&world, 2).await, [0; 2]);
    // The mailer waits at most half an hour between two attempts.
    let oldest = *measured("MailOldestOwed").iter().max().unwrap();
    assert!((71 * 3600..=72 * 3600).contains(&oldest), "the metric of the alarm: {oldest} s");
    world.clear_faults().await;
    world.advance("40m").await;
    assert_eq!(measured("MailOldestOwed").last(), Some(&0));
    let before = counted("MailRoundRan");
    let scheduled = include_str!("../../../../../events/mailer/scheduled.json");
    world.local("POST", "/_local/invoke/mailer", serde_json::from_str(scheduled).ok()).await;
    assert_eq!(counted("MailRoundRan"), before + 1, "each run is a heartbeat");
    assert_eq!(welcomes(&world, 2).await, [1; 2]);
    world.advance("1d").await;
    assert_eq!(welcomes(&world, 2).await, [1; 2]);
    assert_eq!((counted("MailSent"), counted("MailFailed"), counted("MailUnknown")), (2, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn emails_survive_three_days_of_throttling() {
    let world = World::with(Config::memory().set("MAIL_SEND_RATE", "1")).await;
    // Set the clock to the day on which the copied organization signed up.
    world.stack.system().set_clock("2026-01-15T09:00:00Z".parse().unwrap()).await;
    enqueue_welcomes(&world, 3, user_address);
    world.inject(json!([{ "service": "sesv2", "rate": 1.0, "kind": "throttle" }])).await;
    // Tokio's clock is paused and advances only while a task sleeps. So `waited` is the time during
    // which tasks slept.
    let start = Instant::now();
    world.advance("72h").await;
    let waited = start.elapsed();
    assert!(waited < Duration::from_millis(500), "{waited:?}");
    world.clear_faults().await;
    world.advance("40m").await;
    assert_eq!(welcomes(&world, 3).await, [1; 3]);
}

#[tokio::test(start_paused = true)]
async fn only_the_nearest_delayed_reminder_is_sent() {
    let world = World::with(Config::memory().set("TRIAL_REMINDER_DAYS", "3,2,1")).await;
    world.trialing("Acme", JO).await;
    world.advance("252h").await;
    world.inject(json!([{ "service": "sesv2", "rate": 1.0, "kind": "throttle" }])).await;
    world.advance("72h").await;
    let links = async || {
        let items = world.local("GET", "/_local/table", None).await;
        items.as_array().unwrap().iter().filter(|item| item["sk"]["S"] == "UNSUBSCRIBE").count()
    };
    assert_eq!(links().await, 0, "an unsent reminder leaves no link in the table");
    world.clear_faults().await;
    world.advance("40m").await;
    let reminders = world.mails("trial_ending").await;
    assert_eq!((reminders.len(), links().await), (1, 1), "{reminders:?}");
    let mut states: Vec<_> =
        world.states("trial_ending").await.into_iter().map(|it| it.0["state"].clone()).collect();
    states.sort_by_key(ToString::to_string);
    assert_eq!(states, ["dropped", "dropped", "sent"]);
}

#[tokio::test(start_paused = true)]
async fn delayed_emails_leave_at_the_send_rate() {
    let world = World::with(Config::memory().set("MAIL_SEND_RATE", "2")).await;
    enqueue_welcomes(&world, 40, user_address);
    let clock = world.stack.system().clock();
    let start = clock.now();
    // `driver` advances the stack's clock during each sleep. So the clock shows how long the run
    // took.
    let driver = clock.start_advance();
    world.run_schedules().await;
    drop(driver);
    let (sent, took) = (world.mails("welcome").await.len(), clock.now().duration_since(start).as_secs());
    assert!(took <= 16 && sent <= 31, "{sent} in {took} s");
    assert!(sent >= 25, "{sent}: the run uses its time");
    // At its end, the first run releases the emails that it claimed and had no time to send. A
    // release does not count as an attempt.
    world.run_schedules().await;
    world.advance("10m").await;
    assert_eq!(welcomes(&world, 40).await, [1; 40]);
}

#[tokio::test(start_paused = true)]
async fn silent_stream_delays_no_email() {
    let world = World::new().await;
    world.inject(json!([{ "function": "mailer", "rate": 1.0, "kind": "crash" }])).await;
    world.trialing("Acme", JO).await;
    assert_eq!(world.mails_to("welcome", JO).await, 0);
    world.clear_faults().await;
    world.advance("6m").await;
    assert_eq!(world.mails_to("welcome", JO).await, 1);
}

#[tokio::test(start_paused = true)]
async fn repeated_and_split_batches_send_one_email_each() {
    let world = World::new().await;
    enqueue_welcomes(&world, 6, user_address);
    let record = |n: usize| {
        let keys = json!({ "pk": { "S": format!("ORG#{}", org(n)) }, "sk": { "S": "ORG" } });
        json!({ "dynamodb": { "Keys": keys, "SequenceNumber": n.to_string() } })
    };
    let batch = |numbers: &[usize]| {
        let records: Vec<_> = numbers.iter().map(|n| record(*n)).collect();
        world.local("POST", "/_local/invoke/mailer", Some(json!({ "Records": records })))
    };
    // Deliver four batches at the same time, and then the first one again.
    let (first, second, third, fourth) = tokio::join!(
        batch(&[0, 1, 2, 3, 4, 5]),
        batch(&[5, 4, 3, 2, 1, 0]),
        batch(&[0, 0, 1]),
        batch(&[2, 3])
    );
    for response in [first, second, third, fourth, batch(&[0, 1, 2, 3, 4, 5]).await] {
        assert_eq!(response, json!({ "batchItemFailures": [] }));
    }
    world.advance("1h").await;
    assert_eq!(welcomes(&world, 6).await, [1; 6]);
}

#[tokio::test(start_paused = true)]
async fn corrupt_item_is_sent_after_its_repair() {
    begin();
    let world = World::new().await;
    let original = corrupt_second_item(&world).await;
    set_profile(&world, &original).await;
    for _ in 0..2 {
        world.run_schedules().await;
    }
    assert_eq!((welcomes(&world, 2).await, counted("MailUnreadable")), (vec![1, 1], 1));
    assert_eq!(stored(&world).await.get("mail_pk"), None);
}

#[tokio::test(start_paused = true)]
async fn repaired_item_is_sent_with_its_next_write() {
    begin();
    let world = World::new().await;
    let original = corrupt_second_item(&world).await;
    set_profile(&world, &original).await;
    world.host_event("project.created", json!({ "organization_id": org(1) })).await;
    world.settle().await;
    assert_eq!(welcomes(&world, 2).await, [1, 1]);
    assert_eq!(stored(&world).await.get("mail_pk"), None);
}

/// Enqueues two welcome emails and corrupts the second item. Runs the schedules until the mailer
/// moves this item to the partition `UNREADABLE`. Returns the original profile of the item.
async fn corrupt_second_item(world: &World) -> Value {
    enqueue_welcomes(world, 2, user_address);
    let original = stored(world).await["profile"].clone();
    set_profile(world, &json!({ "S": "corrupt" })).await;
    for _ in 0..3 {
        world.run_schedules().await;
    }
    assert_eq!((welcomes(world, 2).await, counted("MailUnreadable")), (vec![1, 0], 1));
    assert_eq!(stored(world).await["mail_pk"]["S"], "UNREADABLE");
    original
}

async fn stored(world: &World) -> Value {
    world.items(&format!("ORG#{}", org(1))).await.remove(0)
}

async fn set_profile(world: &World, profile: &Value) {
    let mut item = stored(world).await;
    item["profile"] = profile.clone();
    world.write("PutItem", json!({ "Item": item }));
}

#[tokio::test(start_paused = true)]
async fn two_corrupt_items_block_no_other_email() {
    begin();
    let world = World::with(Config::memory().set("MAIL_SEND_RATE", "500")).await;
    // SES rejects the address of organization 500 permanently. The item of organization 8 is
    // corrupt, and is the first of its index partition.
    enqueue_welcomes(&world, 1000, |n| if n == 500 { "no-at-sign".to_owned() } else { user_address(n) });
    let mut unreadable = world.items(&format!("ORG#{}", org(8))).await.remove(0);
    unreadable["profile"] = json!({ "S": "corrupt" });
    unreadable["mail_at"] = json!({ "S": "2020-01-01T00:00:00.000Z" });
    world.write("PutItem", json!({ "Item": unreadable }));

    // A run ends after 15 seconds of the local clock. On a slow machine, it then returns the emails
    // that it claimed but did not send. They are due again four minutes later.
    world.run_schedules().await;
    for _ in 0..20 {
        if world.mails("welcome").await.len() == 998 {
            break;
        }
        world.advance("5m").await;
        world.run_schedules().await;
    }
    let welcomes = welcomes(&world, 1000).await;
    let without: Vec<_> = (0..1000).filter(|n| welcomes[*n] != 1).collect();
    assert_eq!(without, [8, 500]);
    assert_eq!(world.mails("welcome").await.len(), 998);
    assert_eq!((counted("MailSent"), counted("MailBounced"), counted("MailUnreadable")), (998, 1, 1));
    let in_review = world.local("GET", "/_local/table", None).await;
    let in_review = in_review.as_array().unwrap().iter().filter(|item| {
        let partition = item.get("mail_pk").map_or("", |partition| partition["S"].as_str().unwrap());
        partition.starts_with("HELD#") || partition == "UNREADABLE"
    });
    let in_review: Vec<_> = in_review.map(|item| item["pk"]["S"].as_str().unwrap().to_owned()).collect();
    assert_eq!(in_review.len(), 2, "both need review: {in_review:?}");
    // The next run counts neither of the two corrupt items again.
    world.run_schedules().await;
    assert_eq!((counted("MailBounced"), counted("MailUnreadable")), (1, 1));
}
