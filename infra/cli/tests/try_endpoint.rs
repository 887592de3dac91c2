//! Tests `onramp try-endpoint` against small endpoints: right ones, and one for each fault.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed precondition fails the test"
)]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use cli::try_endpoint::{Report, Target, run};
use host_auth::webhook::WebhookSecrets;
use runtime::{Clock, OutboundHttp, Rng};
use serde_json::{Value, json};

const SECRET: &str = "whsec_bG9jYWwtb25yYW1wLXdlYmhvb2stc2VjcmV0LTAwMDA=";
/// Seconds since 1970 at which all tests run.
const NOW: i64 = 1_800_000_000;

/// The one thing that an endpoint does in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Right,
    Unreachable,
    KnowsOtherSecret,
    Redirects,
    Slow,
    Page,
    Huge,
    BadLink,
    ForgetsIds,
    KeepsAttempts,
    LeavesGap,
    ReadsOneSignature,
    AcceptsAnySignature,
    AcceptsAnyTime,
    CrashesWithoutHeaders,
    ParsesStrictly,
    LimitsBody,
    RejectsUnknownEvents,
    RejectsUnknownTenants,
    Async,
}

/// What an endpoint remembers.
#[derive(Debug, Default)]
struct Memory {
    /// Results by `webhook-id`. `None` is an attempt without a result.
    calls: BTreeMap<String, Option<Value>>,
    tenants: BTreeMap<String, usize>,
    created: usize,
}

#[derive(Debug, Clone)]
struct Endpoint(Way, Arc<Mutex<Memory>>);

impl HttpConnector for Endpoint {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let endpoint = self.clone();
        HttpConnectorFuture::new(async move {
            if endpoint.0 == Way::Unreachable {
                return Err(ConnectorError::io("refused".into()));
            }
            let (status, body) = endpoint.respond(&request).await;
            let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body.clone()));
            if body.starts_with('{') {
                response.headers_mut().insert("content-type", "application/json");
            }
            Ok(response)
        })
    }
}

impl Endpoint {
    async fn respond(&self, request: &HttpRequest) -> (u16, String) {
        let header = |name: &str| request.headers().get(name);
        let body = request.body().bytes().unwrap();
        let signed = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
        let (Some(id), Some(time), Some(signatures)) = signed else {
            return (if self.0 == Way::CrashesWithoutHeaders { 500 } else { 400 }, String::new());
        };
        if !self.verifies(id, time.parse().unwrap(), body, signatures) {
            return (if self.0 == Way::KnowsOtherSecret { 401 } else { 400 }, String::new());
        }
        let message: Value = serde_json::from_slice(body).unwrap();
        match self.0 {
            Way::LimitsBody if body.len() > 16 * 1024 => return (413, String::new()),
            Way::ParsesStrictly if message.get("added_later").is_some() => return (422, String::new()),
            _ => {}
        }
        if message["type"] != "provisioning.step" {
            return (if self.0 == Way::RejectsUnknownEvents { 400 } else { 204 }, String::new());
        }
        self.step(id, &message).await
    }

    fn verifies(&self, id: &str, time: i64, body: &[u8], signatures: &str) -> bool {
        let first = signatures.split(' ').next().unwrap();
        let signatures = if self.0 == Way::ReadsOneSignature { first } else { signatures };
        let is_recent = self.0 == Way::AcceptsAnyTime || NOW.abs_diff(time) <= 300;
        let secrets = WebhookSecrets::parse(SECRET).unwrap();
        let is_signed = self.0 == Way::AcceptsAnySignature || secrets.verify(id, time, body, signatures);
        is_recent && is_signed && self.0 != Way::KnowsOtherSecret
    }

    async fn step(&self, id: &str, message: &Value) -> (u16, String) {
        let memory = || self.1.lock().unwrap();
        match memory().calls.get(id) {
            Some(None) => return (409, String::new()),
            Some(Some(result)) if self.0 != Way::ForgetsIds => return self.result(result),
            _ => {}
        }
        if self.0 == Way::KeepsAttempts {
            memory().calls.insert(id.to_owned(), None);
        }
        // The work takes time. A closed connection ends it here.
        tokio::time::sleep(Duration::from_secs(if self.0 == Way::Slow { 11 } else { 1 })).await;
        let mut memory = memory();
        if !matches!(self.0, Way::ForgetsIds | Way::LeavesGap)
            && let Some(Some(result)) = memory.calls.get(id)
        {
            return self.result(result);
        }
        let organization = message["organization"]["id"].as_str().unwrap().to_owned();
        let result = if message["action"] == "deprovision" {
            if memory.tenants.remove(&organization).is_none() && self.0 == Way::RejectsUnknownTenants {
                return (404, String::new());
            }
            json!({})
        } else {
            memory.created += 1;
            let number = memory.created;
            memory.tenants.insert(organization, number);
            json!({ "outputs": { "tenant": number } })
        };
        memory.calls.insert(id.to_owned(), Some(result.clone()));
        self.result(&result)
    }

    fn result(&self, result: &Value) -> (u16, String) {
        match self.0 {
            Way::Async => (202, String::new()),
            Way::Redirects => (302, String::new()),
            Way::Page => (200, "<!DOCTYPE html>".to_owned()),
            Way::Huge => (200, json!({ "outputs": { "text": "x".repeat(4096) } }).to_string()),
            Way::BadLink => (200, json!({ "app_url": "/tenants/1" }).to_string()),
            _ => (200, result.to_string()),
        }
    }
}

async fn report(way: Way) -> (Report, Arc<Mutex<Memory>>) {
    let memory = Arc::default();
    let endpoint = Endpoint(way, Arc::clone(&memory));
    let target = Target {
        url: "https://app.example.com/onramp/webhooks".parse().unwrap(),
        secrets: WebhookSecrets::parse(SECRET).unwrap(),
        step: "workspace".parse().unwrap(),
        timeout: Duration::from_secs(10),
        http: OutboundHttp::new(SharedHttpConnector::new(endpoint)),
        clock: Clock::new(|| jiff::Timestamp::from_second(NOW).unwrap()),
        entropy: Rng::system(),
    };
    (run(&target, |_| {}).await, memory)
}

#[tokio::test(start_paused = true)]
async fn right_endpoint_passes_and_keeps_no_tenant() {
    for way in [Way::Right, Way::Async] {
        let (report, memory) = report(way).await;
        assert!(report.passed(), "{report:#?}");
        assert_eq!((report.checks.len(), report.is_async), (12, way == Way::Async));
        let memory = memory.lock().unwrap();
        assert_eq!((memory.created, memory.tenants.len()), (5, 0), "{way:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_fault_is_found_by_its_check() {
    for (way, failed, message) in [
        (Way::Unreachable, "correct call", "has no connection"),
        (Way::KnowsOtherSecret, "correct call", "Check the secret"),
        (Way::Redirects, "correct call", "follows no redirect"),
        (Way::Slow, "correct call", "Respond 202"),
        (Way::Page, "correct call", "not application/json"),
        (Way::Huge, "correct call", "more than 4 KB"),
        (Way::BadLink, "correct call", "app_url"),
        (Way::ForgetsIds, "same call again", "has another result"),
        (Way::KeepsAttempts, "lost response", "only together with its successful result"),
        (Way::LeavesGap, "two calls at once", "has two results"),
        (Way::ReadsOneSignature, "two signatures", "responds 400"),
        (Way::AcceptsAnySignature, "wrong signature", "accepts a wrong signature"),
        (Way::AcceptsAnyTime, "wrong time", "accepts a timestamp 6 minutes ago"),
        (Way::CrashesWithoutHeaders, "missing header", "responds 500 to a call without webhook-id"),
        (Way::ParsesStrictly, "large call, new fields", "responds 422"),
        (Way::LimitsBody, "large call, new fields", "responds 413"),
        (Way::RejectsUnknownEvents, "event of unknown type", "Ignore unknown types"),
        (Way::RejectsUnknownTenants, "deprovision", "responds 404"),
    ] {
        let (report, _) = report(way).await;
        let found = report.checks.iter().find(|check| !check.passed);
        let found = found.unwrap_or_else(|| panic!("{way:?} passes"));
        assert_eq!(found.name, failed, "{way:?}: {}", found.message);
        assert!(found.message.contains(message), "{way:?}: {}", found.message);
        assert_eq!(report.stopped, failed == "correct call", "{way:?}");
    }
}
