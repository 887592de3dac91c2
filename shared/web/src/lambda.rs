//! The way in and out: an API Gateway event becomes a request, the response becomes the gateway's answer.

use std::{future::Future, pin::Pin};

use axum::Router;
use lambda_http::{Adapter, Service, request::LambdaRequest};
use lambda_runtime::LambdaEvent;
use serde_json::value::{RawValue, to_raw_value};

/// An event as Lambda carries it: JSON text.
pub type Event = LambdaEvent<Box<RawValue>>;

/// The gateway's answer as JSON text, or an error on which Lambda's own retry rules act.
pub type Answer = Result<Box<RawValue>, lambda_runtime::Error>;

/// Makes a Lambda handler of a router. Events are API Gateway's, payload format 2.0.
///
/// The request carries `lambda_http::request::RequestContext` and `lambda_runtime::Context` as extensions.
/// An event of another shape is an error, which Lambda reports as a failed invocation.
pub fn handler(
    router: Router,
) -> impl Fn(Event) -> Pin<Box<dyn Future<Output = Answer> + Send>> + Clone + Send + Sync + 'static {
    move |LambdaEvent { payload, context }| {
        // The adapter is used here and not inside the future, because it is not `Send`.
        let answering = serde_json::from_str::<LambdaRequest>(payload.get())
            .map(|request| Adapter::from(router.clone()).call(LambdaEvent::new(request, context)));
        Box::pin(async move {
            let Ok(answer) = answering?.await;
            Ok(to_raw_value(&answer)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Bytes, http::HeaderMap, routing::post};

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
    }
}
