use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, Uri},
    response::AppendHeaders,
    routing::{self, post},
};
use proptest::prelude::*;
use serde_json::{Value, json, value::RawValue};

use super::*;

fn event(text: &str) -> Event {
    LambdaEvent::new(RawValue::from_string(text.to_owned()).unwrap(), lambda_runtime::Context::default())
}

fn recorded(path: &str) -> String {
    std::fs::read_to_string(format!("{}/../../events/{path}.json", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[tokio::test]
async fn body_is_decoded_and_cookies_are_returned_apart() {
    let router = Router::new().route(
        "/organizations/new",
        post(|headers: HeaderMap, body: Bytes| async move {
            assert!(body.starts_with(b"------"), "base64 is decoded");
            assert_eq!(headers["content-length"], body.len().to_string());
            ([("set-cookie", "a=1"), ("x-seen", "yes")], "done")
        }),
    );
    let response = handler(router)(event(&recorded("org-signup/post-multipart"))).await.unwrap();
    let response: serde_json::Value = serde_json::from_str(response.get()).unwrap();
    assert_eq!(response["statusCode"], 200);
    assert_eq!(response["body"], "done");
    assert_eq!(response["cookies"][0], "a=1");
    assert_eq!(response["headers"]["x-seen"], "yes");
}

#[tokio::test]
async fn body_is_base64_unless_it_is_text() {
    for (body, media, expected, base64) in
        [("é".as_bytes(), "text/html; charset=utf-8", "é", false), (&[0x1f, 0x8b], "image/png", "H4s=", true)]
    {
        let router =
            Router::new().fallback(async move || ([("content-type", media)], Bytes::from_static(body)));
        let response = handler(router)(event(&recorded("sign-in/get-login"))).await.unwrap();
        let response: Value = serde_json::from_str(response.get()).unwrap();
        assert_eq!((&response["body"], &response["isBase64Encoded"]), (&json!(expected), &json!(base64)));
    }
}

#[tokio::test]
async fn repeated_header_is_joined_and_cookies_are_not() {
    let router = Router::new().fallback(async || {
        let headers = [("vary", "cookie"), ("vary", "accept"), ("set-cookie", "a=1"), ("set-cookie", "b=2")];
        (AppendHeaders(headers), "")
    });
    let response = handler(router)(event(&recorded("sign-in/get-login"))).await.unwrap();
    let response: Value = serde_json::from_str(response.get()).unwrap();
    assert_eq!(response["headers"]["vary"], "cookie, accept");
    assert_eq!(response["headers"]["set-cookie"], Value::Null);
    assert_eq!(response["cookies"], json!(["a=1", "b=2"]));
}

#[tokio::test]
async fn field_can_be_missing_or_null() {
    for field in ["rawPath", "rawQueryString", "cookies", "headers", "body"] {
        let mut missing: Value = serde_json::from_str(&recorded("sign-in/get-login")).unwrap();
        missing.as_object_mut().unwrap().remove(field);
        let mut null = missing.clone();
        null[field] = Value::Null;
        for case in [missing, null] {
            let router = Router::new().fallback(async || "ok");
            let response = handler(router)(event(&case.to_string())).await.unwrap();
            let response: Value = serde_json::from_str(response.get()).unwrap();
            assert_eq!(response["body"], "ok", "{field}");
        }
    }
}

#[tokio::test]
async fn event_of_another_shape_is_an_error() {
    assert!(handler(Router::new())(event(r#"{"Records":[]}"#)).await.is_err());
    let not_base64 = with(&recorded("sign-in/post-login"), &[("/body", json!("*"))]);
    assert!(handler(Router::new())(event(&not_base64)).await.is_err());
}

/// Replaces values of an event, each at a JSON pointer.
fn with(event: &str, changes: &[(&str, Value)]) -> String {
    let mut event: Value = serde_json::from_str(event).unwrap();
    for (pointer, value) in changes {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        event.pointer_mut(parent).unwrap()[name] = value.clone();
    }
    event.to_string()
}

/// Sends a changed event to a router that returns the URI and the host.
async fn echo(changes: &[(&str, Value)]) -> InvocationResult {
    let echoes = routing::any(|uri: Uri, headers: HeaderMap| async move {
        format!("{uri} {}", headers["host"].to_str().unwrap_or("unreadable"))
    });
    let router = Router::new().fallback(echoes);
    handler(router)(event(&with(&recorded("sign-in/get-login"), changes))).await
}

#[tokio::test]
async fn header_name_is_case_insensitive() {
    for name in ["host", "Host", "HOST"] {
        let response = echo(&[("/headers", json!({ name: "a.example" }))]).await.unwrap();
        let response: Value = serde_json::from_str(response.get()).unwrap();
        assert_eq!(response["body"], "/login?next=%2Fonboarding%2Fchecklist a.example", "{name}");
    }
}

#[tokio::test]
async fn path_is_unchanged_and_odd_host_is_kept() {
    for (path, query, host, seen) in [
        ("/login", "next=/dashboard", "a.example", "/login?next=/dashboard a.example"),
        ("/assets/%2e%2e/login", "", "a.example", "/assets/%2e%2e/login a.example"),
        ("/assets/../login", "", "a.example", "/assets/../login a.example"),
        ("//evil.example/login", "", "a.example", "//evil.example/login a.example"),
        ("/a b?c#d", "e f#g?", "a.example", "/a%20b%3Fc%23d?e%20f%23g? a.example"),
        ("/ä", "", "a.example", "/%C3%A4 a.example"),
        ("", "", "a.example", "/ a.example"),
        (":99999", "", "a.example", "/:99999 a.example"),
        ("/", "", "[", "/ ["),
        ("/", "", "a:99999999", "/ a:99999999"),
        ("/", "", "", "/ "),
    ] {
        let changes = [
            ("/rawPath", json!(path)),
            ("/rawQueryString", json!(query)),
            ("/headers/host", json!(host)),
            ("/headers/x-forwarded-proto", json!("no scheme")),
        ];
        let response: Value = serde_json::from_str(echo(&changes).await.unwrap().get()).unwrap();
        assert_eq!(response["body"], seen, "{path} {query} {host}");
    }
}

/// Values that break naive parsers.
const ODD: &[&str] = &[
    "",
    " ",
    "[",
    "::",
    "%",
    "%zz",
    "/..",
    "\0",
    "a\r\nb: c",
    "[::1",
    "*",
    "//",
    "?#",
    "é",
    "=",
    "\u{202e}",
];

/// Arbitrary text and JSON values of other types.
fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        prop::sample::select(ODD).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[ -~]{0,40}".prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(Value::Null),
        Just(json!([])),
        Just(json!({})),
        prop::collection::vec("[ -~]{0,9}", 0..3).prop_map(Value::from),
    ]
}

const FIELDS: &[&str] = &[
    "/version",
    "/routeKey",
    "/rawPath",
    "/rawQueryString",
    "/cookies",
    "/headers",
    "/headers/host",
    "/headers/cookie",
    "/headers/accept",
    "/headers/content-type",
    "/headers/content-length",
    "/headers/x-forwarded-proto",
    "/headers/x-forwarded-port",
    "/pathParameters",
    "/queryStringParameters",
    "/stageVariables",
    "/requestContext",
    "/requestContext/domainName",
    "/requestContext/requestId",
    "/requestContext/stage",
    "/requestContext/timeEpoch",
    "/requestContext/http",
    "/requestContext/http/method",
    "/requestContext/http/path",
    "/requestContext/http/sourceIp",
    "/body",
    "/isBase64Encoded",
];

proptest! {
    #[test]
    fn malformed_event_never_panics(
        case in prop::sample::select(&["sign-in/get-login", "sign-in/post-login", "org-signup/post-multipart"][..]),
        changes in prop::collection::vec((prop::sample::select(FIELDS), odd_value()), 1..5),
    ) {
        // Replaces nested values first, because the replacement of an outer value also removes
        // the values inside it.
        let mut changes = changes;
        changes.sort_by_key(|(field, _)| std::cmp::Reverse(field.len()));
        let event = event(&with(&recorded(case), &changes));
        let router = crate::secure(Router::new().route("/login", routing::any(|| async { "in" })), crate::SecurityProfile::api());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        if let Ok(response) = runtime.block_on(handler(router)(event)) {
            let response: Value = serde_json::from_str(response.get()).unwrap();
            prop_assert!(response["statusCode"].is_u64());
        }
    }
}
