//! Unsubscribing from trial reminders.

use serde_json::{Value, json};
use stack::Config;

use e2e::driver::{TestResponse, World};

/// Starts a stack that sends reminders three days and one day before the end of the trial.
async fn world() -> World {
    World::with(Config::memory().set("TRIAL_REMINDER_DAYS", "3,1")).await
}

/// Returns the path of the unsubscribe link in a reminder. Fails if the header, the text, and the
/// HTML do not contain the same link.
fn link(reminder: &Value) -> String {
    let header = reminder["headers"]["List-Unsubscribe"].as_str().unwrap();
    let url = header.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap();
    for part in ["text", "html"] {
        assert!(reminder[part].as_str().unwrap().contains(url), "{part}");
    }
    url.strip_prefix("http://localhost:8484").unwrap().to_owned()
}

/// Sends a one-click unsubscribe request (RFC 8058) as a mail client does: cross-site and without a
/// cookie.
async fn one_click(world: &World, path: &str) -> TestResponse {
    let headers = [
        ("accept", "*/*"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", "https://mail.example"),
        ("sec-fetch-site", "cross-site"),
    ];
    world.send("POST", path, &headers, "List-Unsubscribe=One-Click").await
}

/// Returns the recipients of the reminders, in order.
async fn reminded(world: &World) -> Vec<String> {
    let mails = world.mails("trial_ending").await;
    mails.iter().map(|mail| mail["to"][0].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn one_click_stops_only_the_reminders_of_one_organization() {
    let world = world().await;
    world.trialing("Acme", "jo@acme.example").await;
    world.trialing("Globex", "sam@globex.example").await;
    world.advance("11d").await;
    let mut to = reminded(&world).await;
    to.sort();
    assert_eq!(to, ["jo@acme.example", "sam@globex.example"]);
    let mails = world.mails("trial_ending").await;
    let reminder = mails.iter().find(|mail| mail["to"][0] == "jo@acme.example").unwrap();
    assert_eq!(reminder["headers"]["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");

    let response = one_click(&world, &link(reminder)).await;
    assert_eq!((response.status, response.json()), (200, json!({ "success": true })), "{}", response.text());
    assert_eq!(response.header("set-cookie"), "");
    // A repeated request succeeds and writes nothing.
    let again = one_click(&world, &link(reminder)).await;
    assert_eq!((again.status, world.calls_of(&again).await), (200, vec!["GetItem".to_owned(); 2]));

    world.advance("2d").await;
    assert_eq!(reminded(&world).await[2..], ["sam@globex.example"]);
    world.advance("1d").await;
    let ended = world.mails("trial_ended").await;
    assert_eq!(ended.len(), 2, "both users get the email about the end");
    assert_eq!(ended[0]["headers"]["List-Unsubscribe"], Value::Null);
}

#[tokio::test]
async fn unsubscribe_page_stops_and_restarts_reminders() {
    let world = world().await;
    world.trialing("Acme", "jo@acme.example").await;
    world.advance("11d").await;
    let path = link(&world.mails("trial_ending").await[0]);
    let mut jo = world.visitor();

    let before = world.local("GET", "/_local/table", None).await;
    for _ in 0..10 {
        let page = jo.open(&path).await;
        assert_eq!(page.status, 200);
        for part in ["Acme", "jo@acme.example", "Stop trial reminders"] {
            assert!(page.text().contains(part), "{part}: {}", page.text());
        }
    }
    assert_eq!(world.local("GET", "/_local/table", None).await, before, "opening the page changes nothing");

    let stopped = jo.submit(&path, &[]).await;
    assert_eq!(stopped.status, 200);
    assert!(stopped.text().contains("Turn reminders back on"), "{}", stopped.text());
    assert!(jo.open(&path).await.text().contains("Trial reminders are off"));

    // A cross-site request can turn reminders off, because mail clients send such a request. A
    // cross-site request cannot turn them on again.
    let undo = format!("{path}/undo");
    assert_eq!(one_click(&world, &undo).await.status, 403);
    assert!(jo.open(&path).await.text().contains("Trial reminders are off"));
    let undone = jo.submit(&undo, &[]).await;
    assert_eq!((undone.status, undone.header("location")), (303, path.as_str()));
    assert_eq!(jo.cookie, None, "the link opens no session");

    world.advance("2d").await;
    assert_eq!(reminded(&world).await.len(), 2, "the reminder of the last day is sent");
}

#[tokio::test]
async fn invalid_unsubscribe_links_return_the_same_404() {
    let world = world().await;
    let mut jo = world.trialing("Acme", "jo@acme.example").await;
    world.advance("11d").await;
    let good = link(&world.mails("trial_ending").await[0]);
    let (_, token) = good.rsplit_once('/').unwrap();
    crate::journeys::sign_in::sign_in_by_link(&world, &mut jo, "jo@acme.example").await;
    let unknown = format!("/mail/unsubscribe/{}", "0".repeat(64));
    let expected = world.visitor().open(&unknown).await;
    assert_eq!(expected.status, 404);
    assert!(!expected.text().contains("Acme") && !expected.text().contains("jo@acme.example"));

    // A token of one kind of link does not work for another kind.
    for other in ["/login", "/mail/unsubscribe"] {
        let path = format!("{other}/{}", if other == "/login" { token } else { "not-a-secret" });
        assert_eq!(world.visitor().open(&path).await.status, 404, "{path}");
    }
    world.advance("399d").await;
    assert_eq!(world.visitor().open(&good).await.status, 200, "it works for more than a year");
    world.advance("1d").await;
    for path in [good.clone(), format!("/mail/unsubscribe/{}", token.to_uppercase())] {
        let page = world.visitor().open(&path).await;
        assert_eq!((page.status, page.text()), (404, expected.text()), "{path}");
        for act in [path.clone(), format!("{path}/undo")] {
            let response = world.visitor().submit(&act, &[]).await;
            assert_eq!((response.status, response.text()), (404, expected.text()), "{act}");
        }
    }
}
