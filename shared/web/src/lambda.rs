//! The way in and out: an API Gateway event becomes a request, the response becomes the gateway's answer.

use std::{future::Future, mem, pin::Pin};

use axum::Router;
use lambda_http::{Adapter, Service, request::LambdaRequest};
use lambda_runtime::LambdaEvent;
use serde_json::value::{RawValue, to_raw_value};
use telemetry::Unreadable;
use tower::ServiceExt;

use crate::request_context::RequestContext;

/// An event as Lambda carries it: JSON text.
pub type Event = LambdaEvent<Box<RawValue>>;

/// The gateway's answer as JSON text, or an error on which Lambda's own retry rules act.
pub type InvocationResult = Result<Box<RawValue>, lambda_runtime::Error>;

/// Makes a Lambda handler of a router. Events are API Gateway's, payload format 2.0.
///
/// The request carries `lambda_http::request::RequestContext` and `lambda_runtime::Context` as extensions.
/// An event of another shape is an error, which Lambda reports as a failed invocation.
pub fn handler(
    router: Router,
) -> impl Fn(Event) -> Pin<Box<dyn Future<Output = InvocationResult> + Send>> + Clone + Send + Sync + 'static
{
    move |LambdaEvent { payload, context }| {
        // The adapter is used here and not inside the future, because it is not `Send`.
        let answering = read(payload.get()).map(|(event, mut arrival)| {
            let router = router.clone().map_request(move |request| mem::take(&mut arrival).put_back(request));
            Adapter::from(router).call(LambdaEvent::new(event, context))
        });
        Box::pin(async move {
            let Ok(answer) = answering?.await;
            Ok(to_raw_value(&answer)?)
        })
    }
}

/// The event, and apart from it what it is safer to carry around the adapter.
fn read(payload: &str) -> Result<(LambdaRequest, RequestContext), lambda_runtime::Error> {
    let mut event: LambdaRequest = serde_json::from_str(payload).map_err(Unreadable::from)?;
    let arrival = match &mut event {
        LambdaRequest::ApiGatewayV2(event) => RequestContext::take(event)?,
        _ => return Err("the event is not one of an HTTP API".into()),
    };
    Ok((event, arrival))
}

#[cfg(test)]
mod tests {
    use axum::{
        body::Bytes,
        http::{HeaderMap, Uri},
        routing::{self, post},
    };
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn event(text: &str) -> Event {
        LambdaEvent::new(RawValue::from_string(text.to_owned()).unwrap(), lambda_runtime::Context::default())
    }

    fn recorded(path: &str) -> String {
        std::fs::read_to_string(format!("{}/../../events/{path}.json", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    #[tokio::test]
    async fn a_body_arrives_as_the_bytes_that_were_sent_and_cookies_go_back_apart() {
        let router = Router::new().route(
            "/organizations/new",
            post(|headers: HeaderMap, body: Bytes| async move {
                assert!(body.starts_with(b"------"), "the gateway's base64 is undone");
                assert_eq!(headers["content-length"], body.len().to_string());
                ([("set-cookie", "a=1"), ("x-seen", "yes")], "done")
            }),
        );
        let answer = handler(router)(event(&recorded("org-signup/post-multipart"))).await.unwrap();
        let answer: serde_json::Value = serde_json::from_str(answer.get()).unwrap();
        assert_eq!(answer["statusCode"], 200);
        assert_eq!(answer["body"], "done");
        assert_eq!(answer["cookies"][0], "a=1");
        assert_eq!(answer["headers"]["x-seen"], "yes");
    }

    #[tokio::test]
    async fn an_event_of_another_shape_is_an_error() {
        assert!(handler(Router::new())(event(r#"{"Records":[]}"#)).await.is_err());
        let not_base64 = with(&recorded("sign-in/post-login"), &[("/body", json!("*"))]);
        assert!(handler(Router::new())(event(&not_base64)).await.is_err());
    }

    /// An event with values put in the place of its own.
    fn with(event: &str, changes: &[(&str, Value)]) -> String {
        let mut event: Value = serde_json::from_str(event).unwrap();
        for (pointer, value) in changes {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            event.pointer_mut(parent).unwrap()[name] = value.clone();
        }
        event.to_string()
    }

    /// What the router is asked for.
    async fn asked(changes: &[(&str, Value)]) -> InvocationResult {
        let echo = routing::any(|uri: Uri, headers: HeaderMap| async move {
            format!("{uri} {}", headers["host"].to_str().unwrap_or("unreadable"))
        });
        let router = Router::new().fallback(echo);
        handler(router)(event(&with(&recorded("sign-in/get-login"), changes))).await
    }

    #[tokio::test]
    async fn header_is_found_in_whatever_case_it_came() {
        for name in ["host", "Host", "HOST"] {
            let answer = asked(&[("/headers", json!({ name: "a.example" }))]).await.unwrap();
            let answer: Value = serde_json::from_str(answer.get()).unwrap();
            assert_eq!(answer["body"], "/login?next=%2Fonboarding%2Fchecklist a.example", "{name}");
        }
    }

    #[tokio::test]
    async fn the_path_is_the_gateways_and_an_odd_host_is_only_a_header() {
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
            let answer: Value = serde_json::from_str(asked(&changes).await.unwrap().get()).unwrap();
            assert_eq!(answer["body"], seen, "{path} {query} {host}");
        }
    }

    /// What parsers stumble over.
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

    /// Text of any kind, and what is no text.
    fn mangled() -> impl Strategy<Value = Value> {
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
        fn no_event_ends_the_process(
            case in prop::sample::select(&["sign-in/get-login", "sign-in/post-login", "org-signup/post-multipart"][..]),
            changes in prop::collection::vec((prop::sample::select(FIELDS), mangled()), 1..5),
        ) {
            // What lies inside of something else is put there before that is replaced.
            let mut changes = changes;
            changes.sort_by_key(|(field, _)| std::cmp::Reverse(field.len()));
            let event = event(&with(&recorded(case), &changes));
            let router = crate::secure(Router::new().route("/login", routing::any(|| async { "in" })), crate::SecurityProfile::api());
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            if let Ok(answer) = runtime.block_on(handler(router)(event)) {
                let answer: Value = serde_json::from_str(answer.get()).unwrap();
                prop_assert!(answer["statusCode"].is_u64());
            }
        }
    }
}
