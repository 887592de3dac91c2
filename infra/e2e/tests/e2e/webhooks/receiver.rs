//! A receiver that keeps the highest version of each organization.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::webhooks::endpoint::{Endpoint, Webhook};

/// Number of webhooks that are permuted.
const LIFE: usize = 8;

/// The state of the only organization that a receiver knows.
#[derive(Default)]
struct Receiver<'a>(Option<&'a Value>);

impl<'a> Receiver<'a> {
    fn receive(&mut self, webhook: &'a Webhook) {
        let state = &webhook.body["data"]["organization"];
        let version = |state: &Value| state["version"].as_u64().unwrap();
        if self.0.is_none_or(|known| version(known) < version(state)) {
            self.0 = Some(state);
        }
    }
}

#[tokio::test]
async fn receiver_is_right_in_any_order_with_duplicates() {
    let (world, endpoint) = Endpoint::start().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    for task in ["created_project", "created_client", "set_working_hours", "generated_report"] {
        jo.post(&format!("/onboarding/api/checklist/complete/{task}")).await;
    }
    world.settle().await;
    for kind in ["checkout.session.completed", "customer.subscription.created", "invoice.paid"] {
        let event = json!({ "type": kind, "organization_id": jo.org(), "customer": "cus_1" });
        assert_eq!(world.stripe(event).await, [200]);
    }
    world.settle().await;
    // One webhook of each version, because one change can send several events with the same state.
    let by_version: BTreeMap<u64, Webhook> = endpoint
        .accepted()
        .into_iter()
        .map(|it| (it.body["data"]["organization"]["version"].as_u64().unwrap(), it))
        .collect();
    let life: Vec<Webhook> = by_version.into_values().rev().take(LIFE).collect();
    let newest = life[0].body["data"]["organization"].clone();
    assert_eq!(newest["status"], "active");
    let mut orders = 0;
    let mut order: Vec<usize> = (0..life.len()).collect();
    permute(&mut order, 0, &mut |order| {
        orders += 1;
        let mut receiver = Receiver::default();
        // Each webhook arrives twice, the second time in the opposite order.
        order.iter().chain(order.iter().rev()).for_each(|index| receiver.receive(&life[*index]));
        assert_eq!(receiver.0, Some(&newest), "{order:?}");
    });
    assert_eq!((life.len(), orders), (LIFE, 40_320));
}

/// Calls `visit` with every order of the elements from `start`.
fn permute(order: &mut [usize], start: usize, visit: &mut impl FnMut(&[usize])) {
    if start == order.len() {
        return visit(order);
    }
    for index in start..order.len() {
        order.swap(start, index);
        permute(order, start + 1, visit);
        order.swap(start, index);
    }
}
