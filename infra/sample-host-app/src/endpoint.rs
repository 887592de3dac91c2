//! The endpoint that Onramp calls: webhooks and provisioning steps, verified in the same way.

use std::sync::Arc;

use axum::body::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::json;
use tokio::time::sleep;

use super::{
    HostApp, lock, page,
    tenants::{StepCall, StepReply},
};

impl HostApp {
    /// Handles a webhook, or a provisioning step.
    pub(super) async fn receive(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let verified = lock(&self.webhooks).verified(request, self.cloud.clock.now());
        let Some((id, message)) = verified else {
            return self.page(StatusCode::BAD_REQUEST, page::redirect("/"));
        };
        match StepCall::read(&id, &message) {
            Some(call) => self.step(call).await,
            None => self.page(lock(&self.webhooks).receive(id, &message), page::redirect("/")),
        }
    }

    /// Handles a provisioning step as the switch says.
    async fn step(&self, call: StepCall) -> Response<Bytes> {
        let reply = lock(&self.tenants).begin(&call);
        let (status, body) = match reply {
            StepReply::Done(result) => (StatusCode::OK, result),
            StepReply::Slow(wait) => {
                sleep(wait).await;
                (StatusCode::OK, lock(&self.tenants).finish(&call))
            }
            StepReply::Failed(message) => (StatusCode::UNPROCESSABLE_ENTITY, json!({ "message": message })),
            StepReply::Later(wait) => {
                let (tenants, api) = (Arc::clone(&self.tenants), self.api.clone());
                tokio::spawn(async move {
                    sleep(wait).await;
                    let result = lock(&tenants).finish(&call);
                    api.report(&call.callback_url, &result).await;
                });
                (StatusCode::ACCEPTED, json!({}))
            }
        };
        let mut response = self.json(Some(body));
        *response.status_mut() = status;
        response
    }
}
