//! Tests that the local gateway builds the same events as those recorded in `events/`. Values that
//! differ between APIs are removed first.

use aws_local::{
    gateway::{IncomingRequest, Router},
    template::{TEXT, Template},
};
use axum::body::Bytes;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};
use test_support::events::cases;

/// Builds the HTTP request for which the gateway would create this event.
fn request(event: &Value) -> Request<Bytes> {
    let text = |path: &str| event.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let query = if text("/rawQueryString").is_empty() {
        String::new()
    } else {
        format!("?{}", text("/rawQueryString"))
    };
    let mut request = Request::builder()
        .method(text("/requestContext/http/method"))
        .uri(format!("{}{query}", text("/rawPath")))
        .header("x-local-source-ip", text("/requestContext/http/sourceIp"));
    for (name, value) in event["headers"].as_object().unwrap() {
        if !name.starts_with("x-forwarded-") && name != "x-amzn-trace-id" {
            request = request.header(name, value.as_str().unwrap());
        }
    }
    if let Some(cookies) = event.get("cookies").and_then(Value::as_array) {
        let cookies: Vec<&str> = cookies.iter().filter_map(Value::as_str).collect();
        request = request.header("cookie", cookies.join("; "));
    }
    let body = match event["isBase64Encoded"].as_bool() {
        Some(true) => STANDARD.decode(text("/body")).unwrap(),
        _ => text("/body").as_bytes().to_vec(),
    };
    request.body(Bytes::from(body)).unwrap()
}

/// Removes the values of an event that differ between APIs.
fn without_api_values(mut event: Value) -> Value {
    for name in ["x-amzn-trace-id", "x-forwarded-port", "x-forwarded-proto"] {
        event["headers"].as_object_mut().unwrap().remove(name);
    }
    for name in ["accountId", "apiId"] {
        event["requestContext"][name] = json!("any");
    }
    event
}

#[test]
fn gateway_builds_the_recorded_events() {
    let template = Template::parse(TEXT, &Default::default()).unwrap();
    let router = Router::new(&template.routes);
    for function in template.functions.keys() {
        let cases = cases(function).into_iter().filter(|(_, event)| event["version"] == "2.0");
        for (case, event) in cases {
            let request = request(&event);
            let matched = router.find(request.method().as_str(), request.uri().path()).unwrap();
            assert_eq!(matched.function, *function, "{case}");
            let now =
                Timestamp::from_millisecond(event["requestContext"]["timeEpoch"].as_i64().unwrap()).unwrap();
            let request_id = event["requestContext"]["requestId"].as_str().unwrap();
            let built = IncomingRequest { request: &request, matched: &matched, request_id, now }.event();
            assert_eq!(without_api_values(built), without_api_values(event), "{case}");
        }
    }
}
