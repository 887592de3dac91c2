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
    /// The status and the body of every response, instead of those that follow from `rejected`.
    response: Option<(u16, Value)>,
    requests: Arc<Mutex<Vec<Value>>>,
}

impl HttpConnector for Bus {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let results: Vec<Value> =
            request["Entries"].as_array().unwrap().iter().map(|entry| self.take(entry)).collect();
        let failed = results.iter().filter(|result| result.get("ErrorCode").is_some()).count();
        self.requests.lock().unwrap().push(request);
        let usual = (200, json!({"FailedEntryCount": failed, "Entries": results}));
        let (status, body) = self.response.clone().unwrap_or(usual);
        let body = SdkBody::from(body.to_string());
        HttpConnectorFuture::ready(Ok(Response::new(StatusCode::try_from(status).unwrap(), body)))
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

    /// Returns the number of events in each request.
    fn sizes(&self) -> Vec<usize> {
        self.requests.lock().unwrap().iter().map(|it| it["Entries"].as_array().unwrap().len()).collect()
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
    assert_eq!(bus.sizes(), [10, 10, 3]);
    let requests = bus.requests.lock().unwrap();
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
    assert_eq!(bus.sizes(), [10, 10]);
}

#[tokio::test]
async fn request_has_one_to_ten_events() {
    for (events, requests) in [(0, vec![]), (1, vec![1]), (10, vec![10]), (11, vec![10, 1])] {
        let bus = Bus::default();
        assert_eq!(bus.publisher().publish(&self::events(events)).await, Ok(()));
        assert_eq!(bus.sizes(), requests, "{events} events");
    }
}

#[tokio::test]
async fn each_sign_of_a_missing_event_is_an_error() {
    let sent = json!({ "EventId": "1" });
    for (status, body, first, code) in [
        (200, json!({ "FailedEntryCount": 1, "Entries": [sent, sent] }), 0, "no error code"),
        (200, json!({ "FailedEntryCount": 0, "Entries": [sent] }), 0, "no error code"),
        (200, json!({ "FailedEntryCount": 0, "Entries": [sent, {}] }), 1, "no error code"),
        (200, json!({ "FailedEntryCount": 0, "Entries": [{ "ErrorCode": "X" }, sent] }), 0, "X"),
        (400, json!({ "__type": "AccessDeniedException" }), 0, "AccessDeniedException"),
        (400, json!({}), 0, "service error"),
    ] {
        let bus = Bus { response: Some((status, body.clone())), ..Bus::default() };
        let error = PublishError { first, code: code.to_owned() };
        assert_eq!(bus.publisher().publish(&events(2)).await, Err(error), "{body}");
    }
}
