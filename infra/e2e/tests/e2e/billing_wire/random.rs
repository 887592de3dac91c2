//! Two hundred random histories, shuffled, repeated, and partly in parallel.

use std::collections::BTreeMap;

use domain::{
    id::OrgId,
    mail::{Delivery, NoticeKey},
    org::Org,
};
use futures_util::{StreamExt, future::join_all, stream};
use serde_json::Value;

use crate::billing_wire::{
    history::History,
    rng::TestRng,
    wire::{Wire, fold},
};

const HISTORIES: usize = 200;
const SEED: u64 = 20_250_331;

/// Delivers the `n`th history to the stack. Returns the organization's id and its expected state.
async fn deliver_history(wire: &Wire, n: usize) -> (OrgId, Org) {
    let mut rng = TestRng::new(SEED + n as u64);
    let id = wire.sign_up(n, rng.percent(50)).await;
    let before = wire.org(id).await;
    let history = History::random(&mut rng, n, id, wire.now().as_second());
    let mut deliveries: Vec<&Value> = history.events.iter().collect();
    for event in &history.events {
        if rng.percent(30) {
            deliveries.push(event);
        }
    }
    rng.shuffle(&mut deliveries);
    let mut remaining = &deliveries[..];
    while !remaining.is_empty() {
        let (now, later) = remaining.split_at(remaining.len().min(1 + rng.below(3)));
        join_all(now.iter().map(|event| wire.deliver(event))).await;
        remaining = later;
    }
    (id, fold(before, &history.customer, &history.events, wire.now()))
}

/// Counts the JSON values in `list` for each organization id. `pointer` is the JSON pointer of that
/// id in a value.
fn by_org<'a>(list: impl Iterator<Item = &'a Value>, pointer: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for one in list {
        *counts.entry(one.pointer(pointer).unwrap().as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_histories_end_in_the_state_of_their_facts() {
    let wire = Wire::new().await;
    let outcomes: Vec<(OrgId, Org)> =
        stream::iter(0..HISTORIES).map(|n| deliver_history(&wire, n)).buffer_unordered(8).collect().await;
    wire.settle().await;
    let (mails, events) = (wire.list("mail").await, wire.list("events").await);
    let welcomes = by_org(mails.iter().filter(|mail| mail["kind"] == "welcome"), "/organization_id");
    let provisioned = events.iter().filter(|event| event["detail-type"] == "organization.provisioned");
    let provisioned = by_org(provisioned, "/detail/organization_id");
    let mut paid = 0;
    for (id, expected) in outcomes {
        let org = wire.org(id).await;
        assert_eq!(org.billing, expected.billing, "{id}");
        assert_eq!(org.status(wire.now()), expected.status(wire.now()), "{id}");
        let times = usize::from(expected.provisioned.is_some());
        assert_eq!(provisioned.get(&id.to_string()).copied().unwrap_or(0), times, "{id}");
        assert_eq!(welcomes.get(&id.to_string()).copied().unwrap_or(0), times, "{id}");
        paid += times;
        for (key, recipients) in &org.outbox.0 {
            let NoticeKey::PaymentFailed { invoice } = key else { continue };
            let awaited = org.billing.awaited_payment(invoice, wire.now()).is_some();
            for delivery in recipients.values() {
                // At the end of the history, the email was sent or dropped. If the invoice still
                // awaits its payment, the email was sent.
                let done = matches!(delivery, Delivery::Sent { .. } | Delivery::Dropped { .. });
                assert!(done && (!awaited || matches!(delivery, Delivery::Sent { .. })), "{id} {key}");
            }
        }
    }
    assert!(paid > HISTORIES / 2, "too few histories provision an organization: {paid}");
}
