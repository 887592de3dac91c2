//! Tasks that run as long as a stack.

use std::{sync::Arc, time::Duration};

use tokio::task::{AbortHandle, JoinSet};

use crate::system::System;

/// How often the scheduler checks the clock for due schedules.
const SCHEDULE_INTERVAL: Duration = Duration::from_millis(500);

/// Spawns the background tasks: stream and queue pollers, deliveries from the bus, Stripe's webhooks, and the
/// schedules.
pub(crate) fn background(system: &Arc<System>) -> Vec<AbortHandle> {
    let mut tasks = Vec::new();
    for poller in &system.pollers {
        let (poller, cloud) = (Arc::clone(poller), Arc::clone(&system.cloud));
        tasks.push(
            tokio::spawn(async move { poller.run(&cloud.engine, cloud.engine.writes()).await })
                .abort_handle(),
        );
    }
    for poller in &system.queue_pollers {
        let poller = Arc::clone(poller);
        tasks.push(tokio::spawn(async move { poller.run().await }).abort_handle());
    }
    if let Some(mut waiting) = system.cloud.bus.deliveries() {
        let (fleet, cloud) = (Arc::clone(&system.fleet), Arc::clone(&system.cloud));
        let deliveries = async move {
            // Dropping the set aborts its tasks, so no delivery outlives the stack.
            let mut running = JoinSet::new();
            while let Some(pending) = waiting.recv().await {
                while running.try_join_next().is_some() {}
                let (fleet, cloud) = (Arc::clone(&fleet), Arc::clone(&cloud));
                running.spawn(async move {
                    let delivery = &pending.delivery;
                    fleet.deliver(&delivery.function, &delivery.event, &delivery.rule).await;
                    cloud.bus.delivered(&pending);
                });
            }
        };
        tasks.push(tokio::spawn(deliveries).abort_handle());
    }
    let stripe = Arc::clone(system);
    tasks.push(tokio::spawn(async move { stripe.webhooks.watch().await }).abort_handle());
    let scheduler = Arc::clone(system);
    let schedules = async move {
        loop {
            tokio::time::sleep(SCHEDULE_INTERVAL).await;
            scheduler.run_due_schedules().await;
        }
    };
    tasks.push(tokio::spawn(schedules).abort_handle());
    tasks
}
