//! Metrics that alarms watch.

use std::cell::RefCell;

use event_publisher::start;
use serde_json::{Value, json};
use test_support::{
    events::{recorded, with},
    function::Function,
};

thread_local! {
    static LINES: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
}

#[tokio::test]
async fn corrupt_and_large_items_are_counted_for_their_alarms() {
    // The functions of a test run on its own thread.
    telemetry::collect(|line| {
        LINES.with_borrow_mut(|lines| lines.push(serde_json::from_str(line).unwrap()));
    });
    let event = recorded("event-publisher", "stream-signed-up");
    let changed =
        |attribute, text| with(event.clone(), &format!("/Records/0/dynamodb/NewImage/{attribute}/S"), text);
    for (event, expected) in [
        (event.clone(), [0, 0]),
        (changed("pk", "x".repeat(40_000)), [0, 1]),
        (with(event.clone(), "/Records/0/dynamodb/NewImage/profile", json!({ "S": "corrupt" })), [1, 0]),
    ] {
        let function = Function::seeded("event-publisher", start).await;
        let (response, _) = function.invoke(&event).await;
        assert_eq!(response.unwrap(), json!({ "batchItemFailures": [] }));
        let lines = LINES.take();
        let counted = ["ChangeUnreadable", "ItemLarge"]
            .map(|metric| lines.iter().filter_map(|line| line[metric].as_u64()).sum::<u64>());
        assert_eq!(counted, expected);
    }
}
