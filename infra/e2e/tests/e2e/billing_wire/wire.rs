//! A local stack that receives signed events through its gateway. Tests read the organizations from
//! its table.

use std::collections::BTreeMap;

use aws_credential_types::Credentials;
use aws_local::{connector::Connector, template::Template};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use axum::body::Bytes;
use domain::{
    billing::{CustomerId, Fact, PlanPrices, Prices},
    id::OrgId,
    org::{Org, Setup},
};
use http::{Request, Response};
use jiff::Timestamp;
use serde_json::Value;
use stack::{Config, Stack};
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
        // This store has the same permissions as the webhook function.
        let template = Template::parse(aws_local::template::TEXT, &BTreeMap::new()).unwrap();
        let connector =
            Connector::new("test", &template.functions["stripe-webhook"].statements, cloud.clone());
        let credentials = Credentials::new("ASIATEST", "test", None, None, "test");
        let aws = runtime::Aws::new(
            aws_local::template::REGION.to_owned(),
            credentials,
            SharedHttpClient::new(connector),
        );
        let store = Store::new(&aws.service("dynamodb"), cloud.engine.tables()[0].name.clone());
        let secret = Secret::parse(stack.webhook_secret()).unwrap();
        Self { stack, store, secret }
    }

    pub fn now(&self) -> Timestamp {
        self.stack.system().cloud.clock.now()
    }

    /// Sets the clock of the stack.
    pub fn set_clock(&self, now: &str) {
        self.stack.system().cloud.clock.set(now.parse().unwrap());
    }

    async fn send(&self, request: http::request::Builder, body: impl Into<Bytes>) -> Response<Bytes> {
        self.stack.request(request.header("host", "localhost:8484").body(body.into()).unwrap()).await
    }

    /// Signs up the `n`th organization, with a separate email address and network address.
    pub async fn sign_up(&self, n: usize, trial: bool) -> OrgId {
        let form = format!("name=Org+{n}&full_name=Jo&email=jo{n}%40example.com&start_trial={trial}");
        let request = Request::post("/organizations/new")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-local-source-ip", format!("10.0.{}.{}", n / 250, n % 250));
        let response = self.send(request, form).await;
        let cookie = response.headers()["set-cookie"].to_str().unwrap();
        cookie.strip_prefix("__Host-s=").unwrap().split('.').next().unwrap().parse().unwrap()
    }

    /// Posts an event once, signed as Stripe does.
    pub async fn post(&self, event: &Value) -> u16 {
        let body = format!("{event:#}");
        let header = sign(&self.secret, self.now(), body.as_bytes());
        let request = Request::post("/billing/webhooks/stripe")
            .header("content-type", "application/json; charset=utf-8")
            .header("stripe-signature", header);
        self.send(request, body).await.status().as_u16()
    }

    /// Posts an event until the webhook accepts it, as Stripe does after a 500.
    pub async fn deliver(&self, event: &Value) {
        loop {
            match self.post(event).await {
                200 => return,
                500 => {}
                status => panic!("{status} for {event:#}"),
            }
        }
    }

    /// Loads the stored organization.
    pub async fn org(&self, id: OrgId) -> Org {
        self.store.load_org(id).await.unwrap().unwrap().value
    }

    /// Waits until all emails and domain events are sent.
    pub async fn settle(&self) {
        assert_eq!(self.send(Request::post("/_local/settle"), "").await.status(), 200);
    }

    /// Reads the list of all emails (`mail`) or all domain events (`events`) from the control
    /// interface.
    pub async fn list(&self, name: &str) -> Vec<Value> {
        let response = self.send(Request::get(format!("/_local/{name}")), "").await;
        serde_json::from_slice(response.body()).unwrap()
    }
}

/// Parses the billing fact of an event.
pub fn fact(event: &Value) -> Fact {
    let body = event.to_string();
    Event::parse(VerifiedBody::from_trusted_source(body.as_bytes())).unwrap().meaning.fact().unwrap().clone()
}

/// Links the organization to its customer. Then applies the facts of all events, in the order of the
/// list.
pub fn fold(mut org: Org, customer: &CustomerId, events: &[Value], now: Timestamp) -> Org {
    let setup = Setup::without_steps(PROJECT.parse().unwrap());
    let prices = |text| PlanPrices::parse(text).unwrap();
    let prices = Prices::new(prices("price_local_single"), prices("price_local_team")).unwrap();
    org.billing.link(customer);
    for event in events {
        org.record(&fact(event), &prices, &setup, now);
    }
    org
}
