//! The host's endpoint in process. A script gives the responses to the calls of steps, and webhooks are
//! accepted.

use std::{
    collections::VecDeque,
    future::pending,
    mem,
    sync::{Arc, Mutex},
};

use axum::body::Bytes;
use e2e::driver::World;
use host_auth::webhook::WebhookSecrets;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};
use stack::{Config, HOST_WEBHOOK_SECRET};

use crate::{
    journeys::operator::OPERATOR,
    webhooks::endpoint::{SECRETS, URL},
};

/// How the endpoint responds to a call.
#[derive(Clone, Copy, Debug)]
pub enum Reply {
    /// A status with a JSON body.
    Json(u16, &'static str),
    /// 429 with `Retry-After` in seconds.
    RetryAfter(u32),
    /// A status with a body that is not JSON.
    Page(u16),
    /// A body above the limit.
    Huge,
    /// No response arrives at all.
    Hangs,
}

/// A call of a step.
#[derive(Clone, Debug)]
pub struct Call {
    /// Value of the header `webhook-id`.
    pub id: String,
    pub run: String,
    pub step: String,
    pub body: Value,
    pub accepted: bool,
}

fn config() -> Config {
    Config::memory()
        .set("HOST_WEBHOOK_URL", URL)
        .set("HostWebhookSecretsArn", SECRETS)
        .set("PROVISIONING_STEPS", "workspace")
        .set("OPERATOR_EMAILS", OPERATOR)
}

type Script = Box<dyn FnMut(&Call) -> Reply + Send>;

#[derive(Clone)]
pub struct Host {
    script: Arc<Mutex<Script>>,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Host {
    /// Starts a world with one step. The endpoint does every step at once.
    pub async fn start() -> (World, Self) {
        Self::start_with(config()).await
    }

    /// Starts a world in which no function reads the table's stream. So there are no domain events.
    pub async fn start_without_streams() -> (World, Self) {
        let mut config = config();
        let position = "StartingPosition: TRIM_HORIZON\n";
        config.template =
            config.template.replace(position, &format!("{position}            Enabled: false\n"));
        Self::start_with(config).await
    }

    async fn start_with(config: Config) -> (World, Self) {
        let world = World::with(config).await;
        let host = Self { script: Arc::new(Mutex::new(Box::new(|_| DONE))), calls: Arc::default() };
        let endpoint = host.clone();
        world.stack.system().host.as_ref().unwrap().answer_with(Arc::new(move |request| {
            let reply = endpoint.reply(&request);
            Box::pin(async move {
                match reply {
                    Reply::Hangs => pending().await,
                    reply => response(reply),
                }
            })
        }));
        (world, host)
    }

    /// Responds to the next calls with these replies, and to later ones with success.
    pub fn reply_with(&self, replies: &[Reply]) {
        let mut replies: VecDeque<Reply> = replies.iter().copied().collect();
        self.respond_with(move |_| replies.pop_front().unwrap_or(DONE));
    }

    /// Responds to every call as `script` says.
    pub fn respond_with(&self, script: impl FnMut(&Call) -> Reply + Send + 'static) {
        *self.script.lock().unwrap() = Box::new(script);
    }

    /// Returns the calls since the last time, oldest first.
    pub fn take_calls(&self) -> Vec<Call> {
        mem::take(&mut *self.calls.lock().unwrap())
    }

    fn reply(&self, request: &Request<Bytes>) -> Reply {
        let header = |name: &str| request.headers()[name].to_str().unwrap();
        let (id, time) = (header("webhook-id"), header("webhook-timestamp").parse().unwrap());
        let secrets = WebhookSecrets::parse(HOST_WEBHOOK_SECRET).unwrap();
        assert!(secrets.verify(id, time, request.body(), header("webhook-signature")), "{id}");
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        if body["type"] != "provisioning.step" {
            return Reply::Json(204, "");
        }
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        let (run, step) = (text("run"), text("step"));
        let mut call = Call { id: id.to_owned(), run, step, body, accepted: false };
        let reply = (self.script.lock().unwrap())(&call);
        call.accepted = matches!(reply, Reply::Json(202, _));
        self.calls.lock().unwrap().push(call);
        reply
    }
}

/// The reply to a step that is done.
pub const DONE: Reply = Reply::Json(200, "{}");

fn response(reply: Reply) -> Response<Bytes> {
    let (status, kind, body) = match reply {
        Reply::Json(status, body) => (status, "application/json", body.to_owned()),
        Reply::RetryAfter(_) => (429, "application/json", String::new()),
        Reply::Page(status) => (status, "text/html", "<!DOCTYPE html><title>Sign in</title>".to_owned()),
        Reply::Huge => (200, "application/json", format!("{{\"outputs\": \"{}\"}}", "x".repeat(5000))),
        Reply::Hangs => (599, "", String::new()),
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response.headers_mut().insert("content-type", kind.parse().unwrap());
    if let Reply::RetryAfter(seconds) = reply {
        response.headers_mut().insert("retry-after", seconds.into());
    }
    response
}

/// Reports the result of a step as the host does, and returns the status and the body.
pub async fn report(world: &World, run: &str, step: &str, body: Value) -> (u16, Value) {
    let key = format!("Bearer {}", stack::API_KEYS.replacen(':', ".", 1));
    let path = format!("/api/v1/provisioning/{run}/steps/{step}");
    let response = world.send("POST", &path, &[("authorization", key.as_str())], body.to_string()).await;
    (response.status, response.json())
}

/// The result of a step that is done.
pub fn done() -> Value {
    json!({ "status": "done" })
}
