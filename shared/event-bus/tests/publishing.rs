//! Tests of the publisher with an HTTP client that simulates EventBridge.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::sync::{Arc, Mutex};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::{
    client::{
        behavior_version::BehaviorVersion,
        http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
        orchestrator::HttpRequest,
        runtime_components::RuntimeComponents,
    },
    http::{Response, StatusCode},
};
use aws_smithy_types::body::SdkBody;
use aws_types::{SdkConfig, region::Region};
use event_bus::{Outgoing, PublishError, Publisher};
use serde_json::{Value, json};

/// A simulated event bus. It rejects each event whose detail is in `rejected`, and records all
/// requests.
#[derive(Clone, Debug, Default)]
struct Bus {
    rejected: Vec<&'static str>,
    requests: Arc<Mutex<Vec<Value>>>,
}

impl HttpConnector for Bus {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let results: Vec<Value> =
            request["Entries"].as_array().unwrap().iter().map(|entry| self.take(entry)).collect();
        let failed = results.iter().filter(|result| result.get("ErrorCode").is_some()).count();
        self.requests.lock().unwrap().push(request);
        let body = json!({"FailedEntryCount": failed, "Entries": results}).to_string();
        HttpConnectorFuture::ready(Ok(Response::new(StatusCode::try_from(200).unwrap(), SdkBody::from(body))))
    }
}

impl Bus {
    fn take(&self, entry: &Value) -> Value {
        if self.rejected.contains(&entry["Detail"].as_str().unwrap()) {
            json!({"ErrorCode": "InternalFailure", "ErrorMessage": "no"})
        } else {
            json!({"EventId": "1"})
        }
    }

    fn publisher(&self) -> Publisher {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::from_keys(
                "key", "secret", None,
            )))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .http_client(self.clone())
            .build();
        Publisher::new(&config, "acme-bus".to_owned())
    }
}

impl HttpClient for Bus {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

fn events(count: usize) -> Vec<Outgoing> {
    let at = "2025-01-08T10:20:30Z".parse().unwrap();
    let one = |n| Outgoing { detail_type: "checklist.completed", at, detail: format!("{{\"n\":{n}}}") };
    (0..count).map(one).collect()
}

#[tokio::test]
async fn events_are_sent_in_order_in_requests_of_ten() {
    let bus = Bus::default();
    assert_eq!(bus.publisher().publish(&events(23)).await, Ok(()));
    let requests = bus.requests.lock().unwrap();
    let sizes: Vec<_> = requests.iter().map(|it| it["Entries"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [10, 10, 3]);
    let first = &requests[0]["Entries"][0];
    assert_eq!(first["Source"], "onramp");
    assert_eq!(first["EventBusName"], "acme-bus");
    assert_eq!(first["DetailType"], "checklist.completed");
    assert_eq!(first["Time"], 1_736_331_630);
    assert_eq!(requests[2]["Entries"][2]["Detail"], "{\"n\":22}");
}

#[tokio::test]
async fn rejected_entry_stops_publishing_after_its_request() {
    let bus = Bus { rejected: vec!["{\"n\":13}", "{\"n\":15}"], ..Bus::default() };
    let stopped = PublishError { first: 13, code: "InternalFailure".to_owned() };
    assert_eq!(bus.publisher().publish(&events(23)).await, Err(stopped));
    assert_eq!(bus.requests.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn no_request_is_sent_without_events() {
    let bus = Bus::default();
    assert_eq!(bus.publisher().publish(&[]).await, Ok(()));
    assert!(bus.requests.lock().unwrap().is_empty());
}
