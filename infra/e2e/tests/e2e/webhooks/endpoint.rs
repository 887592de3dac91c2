//! The host's endpoint in process, with a world whose webhooks go there.

use std::{
    future::pending,
    sync::{Arc, Mutex},
};

use axum::body::Bytes;
use e2e::driver::World;
use host_auth::webhook::WebhookSecrets;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};
use stack::{Config, HOST_WEBHOOK_SECRET};

/// URL of the endpoint. Nothing listens there: the tests answer in process.
pub const URL: &str = "http://localhost:9/onramp/webhooks?source=onramp";
/// ARN of the secrets. The local Secrets Manager returns the default secret for it.
pub const SECRETS: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:onramp/webhooks-local0";

/// How the endpoint responds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Up,
    Down,
    /// Calls of this event type never get a response.
    HangsAt(&'static str),
}

/// A webhook that the endpoint accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    pub id: String,
    pub body: Value,
    bytes: Bytes,
}

pub struct Endpoint {
    mode: Arc<Mutex<Mode>>,
    accepted: Arc<Mutex<Vec<Webhook>>>,
}

impl Endpoint {
    /// Starts a world with an endpoint that accepts every webhook with a valid signature.
    pub async fn start() -> (World, Self) {
        let config = Config::memory().set("HOST_WEBHOOK_URL", URL).set("HostWebhookSecretsArn", SECRETS);
        let world = World::with(config).await;
        let endpoint = Self { mode: Arc::new(Mutex::new(Mode::Up)), accepted: Arc::default() };
        let (mode, accepted) = (Arc::clone(&endpoint.mode), Arc::clone(&endpoint.accepted));
        world.stack.system().host.as_ref().unwrap().answer_with(Arc::new(move |request| {
            let (mode, accepted) = (*mode.lock().unwrap(), Arc::clone(&accepted));
            Box::pin(async move {
                let webhook = Webhook::verified(&request);
                match mode {
                    Mode::Down => return response(StatusCode::SERVICE_UNAVAILABLE),
                    Mode::HangsAt(kind) if webhook.body["type"] == kind => pending::<()>().await,
                    _ => accepted.lock().unwrap().push(webhook),
                }
                response(StatusCode::NO_CONTENT)
            })
        }));
        (world, endpoint)
    }

    pub fn set(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    /// Returns the accepted webhooks, oldest first.
    pub fn accepted(&self) -> Vec<Webhook> {
        self.accepted.lock().unwrap().clone()
    }

    /// Forgets the accepted webhooks.
    pub fn clear(&self) {
        self.accepted.lock().unwrap().clear();
    }
}

impl Webhook {
    /// Verifies the signature and parses the body.
    fn verified(request: &Request<Bytes>) -> Self {
        let header = |name: &str| request.headers()[name].to_str().unwrap();
        let (id, time) = (header("webhook-id"), header("webhook-timestamp").parse().unwrap());
        let secrets = WebhookSecrets::parse(HOST_WEBHOOK_SECRET).unwrap();
        assert!(secrets.verify(id, time, request.body(), header("webhook-signature")), "{id}");
        let body = serde_json::from_slice(request.body()).unwrap();
        Self { id: id.to_owned(), body, bytes: request.body().clone() }
    }
}

fn response(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

/// Returns the IDs of the domain events on the bus, sorted.
pub async fn published(world: &World) -> Vec<String> {
    world.settle().await;
    let events = world.local("GET", "/_local/events", None).await;
    let own = events.as_array().unwrap().iter().filter(|event| event["source"] == "onramp");
    let mut ids: Vec<String> = own.map(|it| it["detail"]["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

/// Returns the IDs of webhooks, sorted, each once. Fails if two webhooks with the same ID differ.
pub fn ids(webhooks: &[Webhook]) -> Vec<String> {
    for webhook in webhooks {
        assert!(webhooks.iter().all(|other| other.id != webhook.id || other.bytes == webhook.bytes));
    }
    let mut ids: Vec<String> = webhooks.iter().map(|webhook| webhook.id.clone()).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// Moves all messages from the dead-letter queue back, as an operator does with the AWS CLI.
pub async fn redrive(world: &World) {
    let arn = |name: &str| format!("arn:aws:sqs:us-east-1:123456789012:onramp-{name}");
    let task = json!({ "SourceArn": arn("UndeliveredWebhooks"), "DestinationArn": arn("Webhooks") });
    let target = [("x-amz-target", "AmazonSQS.StartMessageMoveTask")];
    let moved = world.send("POST", "/_local/sqs", &target, task.to_string()).await;
    assert_eq!(moved.status, 200, "{}", moved.text());
    world.settle().await;
}
