//! Delivers one message to the host's endpoint.

use std::time::Duration;

use host_endpoint::SignedCall;
use jiff::{SignedDuration, Timestamp};
use runtime::InvocationResult;
use serde_json::value::{RawValue, to_raw_value};
use store::{BatchResponse, WebhookDelivery, WebhookState};
use telemetry::{LogArea, Metric};
use tokio::time::Instant;

use crate::{
    App,
    decide::{Next, decide, is_over},
    message::{BatchIn, RecordIn, Webhook},
};

/// Maximum duration of a call to the endpoint.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum age of the cached secrets. A rotation takes effect after this time.
const SECRET_AGE: SignedDuration = SignedDuration::from_mins(5);

/// The outcome of an attempt.
#[derive(Clone, Copy, Debug, Default)]
struct Attempt {
    /// HTTP status. `None` if there was no call or no response.
    status: Option<u16>,
    duration: Duration,
}

impl App {
    /// Handles an invocation. The response names the message if it must stay in the queue.
    pub(crate) async fn handle(&self, payload: &RawValue) -> InvocationResult {
        let batch: BatchIn = serde_json::from_str(payload.get()).map_err(telemetry::JsonError::from)?;
        // The batch size is 1. A message that fails ends the batch, and Lambda keeps the rest.
        let mut failed = None;
        for record in &batch.records {
            if !self.deliver(record).await {
                failed = Some(record.message_id.clone());
                break;
            }
        }
        Ok(to_raw_value(&BatchResponse::retry(failed))?)
    }

    /// Makes one attempt. Returns whether the message is done.
    async fn deliver(&self, record: &RecordIn) -> bool {
        let Some(webhook) = Webhook::parse(&record.body) else {
            tracing::error!(area = %LogArea::Webhook, message = record.message_id, "rejected unreadable event");
            return self.give_up(record).await;
        };
        let first_at = record.first_at(self.clock.now());
        // After the retry period, the message only moves to the dead-letter queue.
        let (attempt, attempts) = match is_over(first_at, self.clock.now()) {
            true => (Attempt::default(), record.attempt().saturating_sub(1)),
            false => (self.send(&webhook).await, record.attempt()),
        };
        let now = self.clock.now();
        let random = u64::from_be_bytes(self.entropy.bytes());
        let next = decide(first_at, now, record.attempt(), attempt.status, random);
        let state = match next {
            Next::Done => WebhookState::Delivered,
            Next::Retry(_) => WebhookState::Retrying,
            Next::GiveUp => WebhookState::GivenUp,
        };
        let delivery = WebhookDelivery {
            at: first_at,
            event: webhook.id,
            kind: webhook.kind,
            organization: webhook.organization,
            state,
            status: attempt.status,
            attempts,
            ms: u64::try_from(attempt.duration.as_millis()).unwrap_or(u64::MAX),
        };
        let (is_done, ()) = tokio::join!(self.commit(record, &delivery, next, now), self.record(&delivery));
        is_done
    }

    /// Signs the webhook and calls the endpoint.
    async fn send(&self, webhook: &Webhook) -> Attempt {
        let now = self.clock.now();
        let Some(secrets) = self.secrets.get(Some(SECRET_AGE), now).await else { return Attempt::default() };
        let signature = secrets.sign(&webhook.id, now, &webhook.body);
        let call = SignedCall {
            id: &webhook.id,
            timestamp: now.as_second(),
            signature: &signature,
            body: &webhook.body,
        };
        let started = Instant::now();
        let response = self.endpoint.post(call, CALL_TIMEOUT).await;
        if let Err(error) = &response {
            tracing::info!(area = %LogArea::Webhook, event = webhook.id, %error, "got no response to webhook");
        }
        Attempt { status: response.ok().map(|response| response.status), duration: started.elapsed() }
    }

    /// Keeps the message for a retry, or moves it to the dead-letter queue. Returns whether the
    /// message is done.
    async fn commit(
        &self,
        record: &RecordIn,
        delivery: &WebhookDelivery,
        next: Next,
        now: Timestamp,
    ) -> bool {
        match next {
            Next::Done => {
                telemetry::count(Metric::HostWebhookDelivered, 1, now);
                true
            }
            Next::Retry(seconds) => {
                let WebhookDelivery { event, status, attempts, .. } = delivery;
                telemetry::count(Metric::HostWebhookFailed, 1, now);
                tracing::warn!(
                    area = %LogArea::Webhook, event, status, attempts, seconds,
                    "failed to deliver webhook; retrying"
                );
                // Without this call, the message becomes visible after the queue's own timeout.
                if let Err(cause) = self.queue.retry_after(&record.receipt_handle, seconds).await {
                    tracing::warn!(area = %LogArea::Webhook, event, cause, "failed to delay webhook");
                }
                false
            }
            Next::GiveUp => {
                tracing::error!(area = %LogArea::Webhook, event = delivery.event, "gave up webhook");
                self.give_up(record).await
            }
        }
    }

    /// Moves the message to the dead-letter queue. If that fails, the message stays and comes again.
    async fn give_up(&self, record: &RecordIn) -> bool {
        let moved = self.queue.give_up(&record.body).await;
        if let Err(cause) = &moved {
            tracing::error!(
                area = %LogArea::Webhook, message = record.message_id, cause,
                "failed to move webhook to dead-letter queue"
            );
        }
        moved.is_ok()
    }

    /// Stores the attempt for operators. The delivery does not depend on this record.
    async fn record(&self, delivery: &WebhookDelivery) {
        if let Err(error) = self.store.commit_webhook_delivery(delivery).await {
            tracing::error!(area = %LogArea::Webhook, event = delivery.event, %error, "failed to record webhook");
        }
    }
}
