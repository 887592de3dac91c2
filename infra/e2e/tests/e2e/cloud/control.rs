//! The control interface, and edge cases of the gateway.

use axum::body::Bytes;
use http::{Request, StatusCode};
use serde_json::{Value, json};

use e2e::bench::{behavior, bench, idle};

#[tokio::test]
async fn invalid_input_is_reported() {
    let bench = bench(idle(), idle()).await;
    for (method, path, body, status, word) in [
        ("GET", "/_local/nothing", Value::Null, 404, "/_local/nothing"),
        ("DELETE", "/_local/clock", Value::Null, 405, "DELETE"),
        ("POST", "/_local/clock", json!({"advance": "soon"}), 400, "11d"),
        ("POST", "/_local/clock", json!({"now": "noon"}), 400, "2026"),
        ("POST", "/_local/clock", json!({}), 400, "either"),
        ("POST", "/_local/faults", json!([{"kind": "meteor"}]), 400, "meteor"),
        ("POST", "/_local/faults", json!([{"kind": "hang", "nth": 0}]), 400, "nth"),
        ("POST", "/_local/events", json!({"detail": 1}), 400, "detail-type"),
        ("GET", "/_local/calls?since=x", Value::Null, 400, "since"),
        ("POST", "/_local/invoke/unknown", json!({}), 404, "worker"),
    ] {
        let (found, response) = bench.request(method, path, &body).await;
        assert_eq!(found.as_u16(), status, "{method} {path}");
        assert!(response["errors"].to_string().contains(word), "{method} {path}: {response}");
    }
}

#[tokio::test]
async fn control_rejects_other_origins_and_hosts() {
    let bench = bench(idle(), idle()).await;
    let send = async |method: &str, header: (&str, &str)| {
        let request = Request::builder().method(method).uri("/_local/mail").header(header.0, header.1);
        bench.stack.request(request.body(Bytes::new()).unwrap()).await.status()
    };
    assert_eq!(send("DELETE", ("sec-fetch-site", "cross-site")).await, StatusCode::FORBIDDEN);
    assert_eq!(send("DELETE", ("sec-fetch-site", "same-site")).await, StatusCode::FORBIDDEN);
    assert_eq!(send("DELETE", ("sec-fetch-site", "same-origin")).await, StatusCode::OK);
    for origin in ["https://evil.example", "http://localhost:9999", "https://localhost", "null", ""] {
        assert_eq!(send("DELETE", ("origin", origin)).await, StatusCode::FORBIDDEN, "{origin}");
    }
    assert_eq!(send("DELETE", ("origin", "http://localhost")).await, StatusCode::OK);
    assert_eq!(send("GET", ("host", "evil.example")).await, StatusCode::FORBIDDEN);
    assert_eq!(send("GET", ("host", "localhost:8484")).await, StatusCode::OK);
}

#[tokio::test]
async fn dynamodb_endpoint_behaves_like_dynamodb() {
    let bench = bench(idle(), idle()).await;
    let call = async |target: &str, body: Value| {
        let request =
            Request::builder().method("POST").uri("/_local/dynamodb").header("x-amz-target", target);
        let response = bench.stack.request(request.body(Bytes::from(body.to_string())).unwrap()).await;
        (response.status(), serde_json::from_slice::<Value>(response.body()).unwrap())
    };
    let table = bench.stack.system().cloud.engine.tables()[0].name.clone();
    let item = json!({"pk": {"S": "a"}, "sk": {"S": "b"}});
    let put = json!({"RequestItems": {&table: [{"PutRequest": {"Item": item}}]}});
    assert_eq!(call("DynamoDB_20120810.BatchWriteItem", put).await.0, StatusCode::OK);
    let (_, found) = call("DynamoDB_20120810.Scan", json!({"TableName": table})).await;
    assert_eq!(found["Items"], json!([item]));
    let (status, rejected) = call("DynamoDB_20120810.Scan", json!({"TableName": "none"})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(rejected["__type"].as_str().unwrap().ends_with("ResourceNotFoundException"), "{rejected}");
    assert_eq!(call("Scan", json!({})).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn invoke_returns_the_response_of_the_function() {
    let worker = behavior(|_, event| async move {
        if event["fail"] == true { Err("no".to_owned()) } else { Ok(json!({"events": event})) }
    });
    let bench = bench(worker, idle()).await;
    assert_eq!(bench.post("/_local/invoke/worker", json!({"a": 1})).await, json!({"events": {"a": 1}}));
    let failed = bench.post("/_local/invoke/worker", json!({"fail": true})).await;
    assert_eq!(failed, json!({"errorType": "Error", "errorMessage": "no"}));
}

#[tokio::test]
async fn gateway_handles_failures_and_long_bodies() {
    let worker = behavior(|_, event| async move {
        match event["rawPath"].as_str() {
            Some("/panic") => panic!("injected"),
            Some("/teapot") => Ok(json!({"statusCode": 418, "cookies": ["a=1"], "body": "short"})),
            _ => Err("no".to_owned()),
        }
    });
    let bench = bench(worker, idle()).await;
    let error = json!({"message": "Internal Server Error"});
    assert_eq!(
        bench.request("GET", "/error", &Value::Null).await,
        (StatusCode::INTERNAL_SERVER_ERROR, error.clone())
    );
    assert_eq!(
        bench.request("GET", "/panic", &Value::Null).await,
        (StatusCode::INTERNAL_SERVER_ERROR, error)
    );
    assert_eq!(bench.request("HEAD", "/teapot", &Value::Null).await.0, StatusCode::IM_A_TEAPOT);
    let long = Request::builder()
        .method("POST")
        .uri("/")
        .body(Bytes::from(vec![b'a'; 10 * 1024 * 1024 + 1]))
        .unwrap();
    assert_eq!(bench.stack.request(long).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn path_reaches_the_function_unchanged() {
    let worker =
        behavior(
            |_, event| async move { Ok(json!([event["rawPath"], event["requestContext"]["http"]["path"]])) },
        );
    let bench = bench(worker, idle()).await;
    for path in ["/organizations/%2e%2e", "/a/../b", "/a//b/./c", "/%41%2Fb%20c"] {
        assert_eq!(bench.get(path).await, json!([path, path]));
    }
}
