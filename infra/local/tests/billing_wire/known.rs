//! Event orders that other Stripe integrations are known to have handled wrongly.

use serde_json::Value;

use crate::wire::Wire;

/// Returns the organization's status after all events of a file were sent. `{organization}` in the
/// file is replaced by the organization's id.
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
