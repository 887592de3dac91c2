//! Orders of events that other Stripe integrations are known to handle incorrectly.

use serde_json::Value;

use crate::billing_wire::wire::Wire;

/// Sends all events in the JSON text `file`, and returns the status of the organization. Replaces
/// `{organization}` in the text with the organization's id. If `backwards` is true, sends the last
/// event first.
async fn status_after(file: &str, backwards: bool) -> &'static str {
    let wire = Wire::new().await;
    wire.set_clock("2026-11-18T12:00:00Z");
    let id = wire.sign_up(0, false).await;
    let mut events: Vec<Value> =
        serde_json::from_str(&file.replace("{organization}", &id.to_string())).unwrap();
    if backwards {
        events.reverse();
    }
    for event in &events {
        assert_eq!(wire.post(event).await, 200, "{event:#}");
    }
    wire.org(id).await.status(wire.now()).as_str()
}

#[tokio::test]
async fn known_histories_end_correctly_in_every_order() {
    for (name, file, expected) in [
        ("updated-created-paid", include_str!("known/updated-created-paid.json"), "active"),
        (
            "created-and-updated-in-one-second",
            include_str!("known/created-and-updated-in-one-second.json"),
            "active",
        ),
        ("deleted-then-late-update", include_str!("known/deleted-then-late-update.json"), "canceled"),
    ] {
        for backwards in [false, true] {
            assert_eq!(status_after(file, backwards).await, expected, "{name}, backwards: {backwards}");
        }
    }
}
