//! A stack, asked at its two ends: signed events go in at the gateway, organizations are read from the table.

use std::collections::BTreeMap;

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use axum::body::Bytes;
use domain::{
    billing::{CustomerId, Fact},
    id::{OrgId, ProjectId},
    org::Org,
};
use http::{Request, Response};
use jiff::Timestamp;
use local::{Config, Stack, connector::Connector, template::Template};
use serde_json::Value;
use store::Store;
use stripe::{Event, Secret, VerifiedBody, sign};

pub const PROJECT: &str = "prj_0198c0de-0000-7000-8000-000000000003";

pub struct Wire {
    stack: Stack,
    store: Store,
    secret: Secret,
}

impl Wire {
    pub async fn new() -> Self {
        let stack = Stack::start(Config::memory()).await.unwrap();
        let cloud = &stack.system().cloud;
        // The table is read with what the webhook itself may do.
        let template = Template::parse(local::template::TEXT, &BTreeMap::new()).unwrap();
        let connector =
            Connector::new("test", &template.functions["stripe-webhook"].statements, cloud.clone());
        let credentials = Credentials::new("ASIATEST", "test", None, None, "test");
        let aws =
            boot::Aws::new(local::template::REGION.to_owned(), credentials, SharedHttpClient::new(connector));
        let store = Store::new(&aws.service("dynamodb"), cloud.engine.tables()[0].name.clone());
        let secret = Secret::parse(stack.webhook_secret()).unwrap();
        Self { stack, store, secret }
    }

    pub fn now(&self) -> Timestamp {
        self.stack.system().cloud.clock.now()
    }

    /// Sets the clock.
    pub fn set_clock(&self, now: &str) {
        self.stack.system().cloud.clock.set(now.parse().unwrap());
    }

    async fn ask(&self, request: http::request::Builder, body: impl Into<Bytes>) -> Response<Bytes> {
        self.stack.request(request.header("host", "localhost:8484").body(body.into()).unwrap()).await
    }

    /// Signs an organization up, the `n`th, from an address and a machine of its own.
    pub async fn sign_up(&self, n: usize, trial: bool) -> OrgId {
        let form = format!("name=Org+{n}&full_name=Jo&email=jo{n}%40example.com&start_trial={trial}");
        let request = Request::post("/organizations/new")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-local-source-ip", format!("10.0.{}.{}", n / 250, n % 250));
        let answer = self.ask(request, form).await;
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        cookie.strip_prefix("__Host-s=").unwrap().split('.').next().unwrap().parse().unwrap()
    }

    /// Posts an event as Stripe does, once.
    pub async fn post(&self, event: &Value) -> u16 {
        let body = format!("{event:#}");
        let header = sign(&self.secret, self.now(), body.as_bytes());
        let request = Request::post("/billing/webhooks/stripe")
            .header("content-type", "application/json; charset=utf-8")
            .header("stripe-signature", header);
        self.ask(request, body).await.status().as_u16()
    }

    /// Posts an event until it is taken. What was not made durable is sent again.
    pub async fn deliver(&self, event: &Value) {
        loop {
            match self.post(event).await {
                200 => return,
                500 => {}
                status => panic!("{status} for {event:#}"),
            }
        }
    }

    /// The organization, as stored.
    pub async fn org(&self, id: OrgId) -> Org {
        self.store.load_org(id).await.unwrap().unwrap().value
    }

    /// Everything that is under way is done: mails and events are out.
    pub async fn settle(&self) {
        assert_eq!(self.ask(Request::post("/_local/settle"), "").await.status(), 200);
    }

    /// What the control interface lists: `mail` or `events`.
    pub async fn list(&self, what: &str) -> Vec<Value> {
        let answer = self.ask(Request::get(format!("/_local/{what}")), "").await;
        serde_json::from_slice(answer.body()).unwrap()
    }
}

/// What an event says.
pub fn fact(event: &Value) -> Fact {
    let body = event.to_string();
    Event::parse(VerifiedBody::from_trusted_source(body.as_bytes())).unwrap().meaning.fact().unwrap().clone()
}

/// The organization after all that was said of it, in the order of the list.
pub fn fold(mut org: Org, linked: Option<&CustomerId>, events: &[Value], now: Timestamp) -> Org {
    let project: ProjectId = PROJECT.parse().unwrap();
    if let Some(customer) = linked {
        org.billing.link(customer);
    }
    for event in events {
        org.record(&fact(event), project, now);
    }
    org
}
