//! Tests the days and dates of a trial. All pages, emails, and JSON responses show the same values
//! to users in any time zone.

use serde_json::json;

use crate::journeys::sign_in::sign_in_by_link;
use e2e::driver::{Visitor, World};

/// Sets the clock to `start` and signs up with a time zone.
async fn sign_up<'w>(world: &'w World, start: &str, zone: &str) -> Visitor<'w> {
    world.local("POST", "/_local/clock", Some(json!({ "now": start }))).await;
    let mut jo = world.visitor();
    let form = [
        ("name", "Acme"),
        ("full_name", "Jo Doe"),
        ("email", "jo@example.com"),
        ("start_trial", "true"),
        ("time_zone", zone),
    ];
    assert_eq!(jo.submit("/organizations/new", &form).await.status, 303);
    jo
}

#[tokio::test]
async fn pages_emails_and_json_show_the_same_days_and_date() {
    for (zone, start, ends_on) in [
        ("Pacific/Pago_Pago", "2026-12-18T10:30:00Z", "December 31, 2026"),
        ("Pacific/Kiritimati", "2026-12-18T10:30:00Z", "January 2, 2027"),
        ("America/New_York", "2027-03-01T04:30:00Z", "March 15, 2027"),
        ("Europe/Berlin", "2027-10-17T22:30:00Z", "October 31, 2027"),
        ("Asia/Kathmandu", "2028-02-14T18:30:00Z", "February 29, 2028"),
    ] {
        let world = World::new().await;
        let mut jo = sign_up(&world, start, zone).await;
        for (advance, days) in [("1s", 14), ("6d", 8), ("5d", 3), ("2d", 1)] {
            world.advance(advance).await;
            let mut again = world.visitor();
            if advance != "1s" {
                sign_in_by_link(&world, &mut again, "jo@example.com").await;
                jo = again;
            }
            let organization = jo.organization().await;
            assert_eq!(organization["trial_days_remaining"], days, "{zone} {advance}");
            let left = if days == 1 { "1 day left".to_owned() } else { format!("{days} days left") };
            for path in ["/onboarding/banner", "/dashboard", &format!("/organizations/{}", jo.org())] {
                let page = jo.open(path).await.text();
                assert!(
                    page.contains(&left) && page.contains(ends_on),
                    "{zone} {path}: {left}, {ends_on}: {page}"
                );
            }
        }
        let welcome = world.mails("welcome").await.remove(0);
        let reminder = world.mails("trial_ending").await.remove(0);
        for (mail, days) in [(welcome, "14 days"), (reminder, "3 days")] {
            for part in ["text", "html"] {
                let part = mail[part].as_str().unwrap();
                assert!(part.contains(days) && part.contains(ends_on), "{zone}: {days}, {ends_on}: {part}");
            }
        }
        world.advance("2d").await;
        let ended = world.mails("trial_ended").await.remove(0);
        assert!(ended["text"].as_str().unwrap().contains(ends_on), "{zone}: {}", ended["text"]);
    }
}

#[tokio::test]
async fn late_reminder_shows_the_days_that_remain() {
    let world = World::new().await;
    sign_up(&world, "2027-01-01T09:00:00Z", "UTC").await;
    world.inject(json!([{ "function": "trial-reminder", "rate": 1.0, "kind": "crash" }])).await;
    world.advance("12d").await;
    world.local("DELETE", "/_local/faults", None).await;
    world.advance("5m").await;
    let reminders = world.mails("trial_ending").await;
    assert_eq!(reminders.len(), 1);
    let text = reminders[0]["text"].as_str().unwrap();
    assert!(text.contains("2 days") && !text.contains("3 days"), "{text}");
}

#[tokio::test]
async fn repeated_and_parallel_trial_sweeps_remind_once() {
    let world = World::new().await;
    sign_up(&world, "2027-01-01T09:00:00Z", "UTC").await;
    world.inject(json!([{ "function": "trial-reminder", "rate": 1.0, "kind": "crash" }])).await;
    world.advance("11d").await;
    world.local("DELETE", "/_local/faults", None).await;
    let event: serde_json::Value =
        serde_json::from_str(include_str!("../../../../../events/trial-reminder/scheduled.json")).unwrap();
    let run = || world.local("POST", "/_local/invoke/trial-reminder", Some(event.clone()));
    tokio::join!(run(), run(), run());
    run().await;
    assert_eq!(world.mails("trial_ending").await.len(), 1);
    assert_eq!(world.events("trial.ending").await.len(), 1);
}

#[tokio::test]
async fn stripe_trial_end_event_sends_no_second_reminder() {
    let world = World::new().await;
    let jo = sign_up(&world, "2027-01-01T09:00:00Z", "UTC").await;
    // A subscription that takes over the rest of the trial ends its trial at the same second.
    let end = "2027-01-15T09:00:00Z".parse::<jiff::Timestamp>().unwrap().as_second();
    let set = json!({ "data.object.status": "trialing", "data.object.trial_end": end });
    world.advance("11d").await;
    assert_eq!(world.mails("trial_ending").await.len(), 1);
    for kind in ["customer.subscription.created", "customer.subscription.trial_will_end"] {
        world.stripe(json!({ "type": kind, "organization_id": jo.org(), "set": set })).await;
    }
    assert_eq!(world.mails("trial_ending").await.len(), 1);
}

#[tokio::test]
async fn writes_return_402_with_upgrade_url_after_the_trial() {
    let world = World::new().await;
    let old = sign_up(&world, "2027-01-01T09:00:00Z", "UTC").await;
    let plans = format!("/organizations/{}", old.org());
    world.advance("15d").await;
    let mut jo = world.visitor();
    sign_in_by_link(&world, &mut jo, "jo@example.com").await;
    let task = "/onboarding/api/checklist";
    let writes = [
        "complete/created_project",
        "skip/created_project",
        "unskip/created_project",
        "dismiss",
        "restore",
        "seen",
    ];
    for write in writes {
        let path = format!("{task}/{write}");
        let response = jo.post(&path).await;
        assert_eq!(
            (response.status, response.header("content-type")),
            (402, "application/problem+json"),
            "{path}"
        );
        let upgrade = response.json()["upgrade_url"].as_str().unwrap().to_owned();
        assert_eq!(upgrade, format!("http://localhost:8484{plans}"), "{path}");
        let page = jo.submit(&path, &[]).await;
        assert_eq!(page.status, 402, "{path}");
        assert!(page.text().contains(&plans), "{path}: {}", page.text());
    }
    // Onramp checks access before it checks the task key, so an unknown key also gives 402.
    assert_eq!(jo.post(&format!("{task}/complete/nonsense")).await.status, 402);
    for path in ["/dashboard", "/onboarding/checklist", &plans] {
        assert_eq!(jo.open(path).await.status, 200, "{path} is readable");
    }
    assert!(jo.open(&plans).await.text().contains(r#"action="/billing/checkout""#), "a plan can be chosen");
}

#[tokio::test]
async fn trial_expired_event_reports_whether_a_card_is_on_file() {
    for (checkout, on_file) in [(false, false), (true, true)] {
        let world = World::new().await;
        let jo = sign_up(&world, "2027-01-01T09:00:00Z", "UTC").await;
        if checkout {
            let done = json!({ "type": "checkout.session.completed", "customer": "cus_1", "organization_id": jo.org() });
            assert_eq!(world.stripe(done).await, [200]);
        }
        world.advance("15d").await;
        let ends = world.events("trial.expired").await;
        assert_eq!(
            (ends.len(), &ends[0]["detail"]["has_payment_method"]),
            (1, &json!(on_file)),
            "{checkout}"
        );
    }
}
