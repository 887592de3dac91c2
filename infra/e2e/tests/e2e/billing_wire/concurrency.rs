//! Tests that Onramp handles 500 events of one organization at once.

use std::sync::Arc;

use domain::billing::CustomerId;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::billing_wire::wire::{Wire, fold};

const EVENTS: usize = 500;

/// Builds events about renewals of one subscription: status changes, payments, and some failed
/// payments.
fn events(org: &str, now: i64) -> Vec<Value> {
    let metadata = json!({ "organization_id": org });
    let event = |n: usize, kind: &str, object: Value| {
        json!({ "id": format!("evt_{n}"), "object": "event", "type": kind,
            "created": now - 5000 + n as i64, "livemode": false, "data": { "object": object } })
    };
    let nth = |n: usize| match n % 5 {
        0 => {
            let status = if n.is_multiple_of(2) { "active" } else { "past_due" };
            event(
                n,
                "customer.subscription.updated",
                json!({ "id": "sub_1", "customer": "cus_1", "status": status, "metadata": metadata }),
            )
        }
        kind => {
            let kind =
                ["invoice.payment_failed", "invoice.paid", "invoice.payment_succeeded", "invoice.paid"]
                    [kind - 1];
            let invoice = json!({ "id": format!("in_{}", n / 50), "customer": "cus_1", "subscription": "sub_1",
                "amount_paid": 2900, "created": now - 5000 + (n / 50) as i64, "metadata": metadata });
            event(n, kind, invoice)
        }
    };
    (0..EVENTS).map(nth).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_events_are_all_counted() {
    let wire = Arc::new(Wire::new().await);
    let id = wire.sign_up(0, false).await;
    let before = wire.org(id).await;
    let sent_events = events(&id.to_string(), wire.now().as_second());
    let mut open: Vec<&Value> = sent_events.iter().collect();
    let mut rounds = Vec::new();
    while !open.is_empty() {
        // Send each request in its own task, so that the requests run in parallel.
        let posts = open.iter().map(|event| {
            let (wire, event) = (Arc::clone(&wire), (*event).clone());
            tokio::spawn(async move { wire.post(&event).await })
        });
        let statuses: Vec<u16> = join_all(posts).await.into_iter().map(|status| status.unwrap()).collect();
        assert!(statuses.iter().all(|status| [200, 500].contains(status)), "{statuses:?}");
        let posted = open.len();
        open = open
            .into_iter()
            .zip(statuses)
            .filter(|(_, status)| *status != 200)
            .map(|(event, _)| event)
            .collect();
        assert!(open.len() < posted, "no event of this round was accepted");
        rounds.push(posted - open.len());
    }
    eprintln!(
        "{} of {EVENTS} concurrent events were accepted at the first attempt; rounds: {rounds:?}",
        rounds[0]
    );
    let customer = CustomerId::parse("cus_1").unwrap();
    let expected = fold(before, &customer, &sent_events, wire.now());
    let org = wire.org(id).await;
    assert_eq!(org.billing, expected.billing);
    wire.settle().await;
    assert_eq!(wire.list("mail").await.iter().filter(|mail| mail["kind"] == "welcome").count(), 1);
}
