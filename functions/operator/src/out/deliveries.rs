//! The webhooks to the host's endpoint as JSON.

use jiff::Timestamp;
use serde::Serialize;
use store::{WebhookDelivery, WebhookDeliveryPage, WebhookState};

/// Response of `GET /operator/deliveries`.
#[derive(Debug, Serialize)]
pub struct DeliveriesOut {
    deliveries: Vec<DeliveryOut>,
    /// Value of the parameter `after` that requests the next page. Null on the last page.
    next: Option<String>,
}

#[derive(Debug, Serialize)]
struct DeliveryOut {
    id: String,
    r#type: String,
    organization_id: Option<String>,
    /// `delivered`, `retrying`, or `given_up`.
    state: WebhookState,
    /// HTTP status of the last attempt. Null without a response.
    status: Option<u16>,
    attempts: u32,
    /// Duration of the last attempt in milliseconds.
    ms: u64,
    /// Time of the first attempt.
    at: Timestamp,
}

impl DeliveriesOut {
    /// Converts a page of the store.
    pub fn of(page: &WebhookDeliveryPage) -> Self {
        Self {
            deliveries: page.deliveries.iter().map(DeliveryOut::of).collect(),
            next: page.next.as_ref().map(ToString::to_string),
        }
    }
}

impl DeliveryOut {
    fn of(delivery: &WebhookDelivery) -> Self {
        Self {
            id: delivery.event.clone(),
            r#type: delivery.kind.clone(),
            organization_id: delivery.organization.clone(),
            state: delivery.state,
            status: delivery.status,
            attempts: delivery.attempts,
            ms: delivery.ms,
            at: delivery.at,
        }
    }
}
