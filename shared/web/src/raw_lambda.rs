//! Runs one handler without a router, for a function with one path that API clients request often.
//!
//! In such a function, the router and `lambda_http` would execute a sixteenth of all instructions,
//! and would add one megabyte to the size of the binary. Responses have the same security headers
//! as the responses of a router. There is no cross-site rule, because the handlers accept only
//! signed requests and read no cookies.

use std::{
    borrow::Cow,
    collections::{BTreeMap, btree_map::Entry},
    future::Future,
};

use axum::http::HeaderValue;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, value::to_raw_value};
use telemetry::JsonError;

use crate::{
    Problem, SecurityProfile,
    lambda::{Event, InvocationResult},
    secure,
};

/// A request in the payload format 2.0 of API Gateway.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GatewayRequest {
    /// Header values by the lowercase name of the header. The values of a repeated header are
    /// joined with commas.
    #[serde(default, deserialize_with = "lowercase_names")]
    headers: BTreeMap<String, String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResponseOut<'a> {
    status_code: u16,
    headers: BTreeMap<&'a str, &'a str>,
    body: &'a str,
    is_base64_encoded: bool,
}

/// Deserializes headers with lowercase names.
///
/// A gateway may keep uppercase letters that a client sent, but header names are case-insensitive
/// (RFC 9110, section 5.1). The values of a repeated header form one list (section 5.3).
fn lowercase_names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let received = BTreeMap::<String, String>::deserialize(deserializer)?;
    let mut headers = BTreeMap::<String, String>::new();
    for (name, value) in received {
        match headers.entry(name.to_ascii_lowercase()) {
            Entry::Vacant(entry) => {
                entry.insert(value);
            }
            Entry::Occupied(entry) => *entry.into_mut() += &format!(",{value}"),
        }
    }
    Ok(headers)
}

impl GatewayRequest {
    /// Returns the value of a header, by its lowercase name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// Returns the bytes of the body as the client sent them, or `None` if its base64 is invalid.
    #[must_use]
    pub fn body(&self) -> Option<Cow<'_, [u8]>> {
        let text = self.body.as_deref().unwrap_or_default();
        if self.is_base64_encoded {
            STANDARD.decode(text).ok().map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(text.as_bytes()))
        }
    }
}

/// Parses an event, calls `handle`, and builds the gateway's response: 200 with JSON, or a problem.
///
/// # Errors
/// The event is not an event of an HTTP API.
pub async fn serve<H, F>(event: Event, profile: &SecurityProfile, handle: H) -> InvocationResult
where
    H: FnOnce(GatewayRequest) -> F,
    F: Future<Output = Result<Value, Problem>>,
{
    let request = serde_json::from_str(event.payload.get()).map_err(JsonError::from)?;
    let outcome = handle(request).await;
    respond(&event.context.request_id, profile, outcome.as_ref())
}

fn respond(id: &str, profile: &SecurityProfile, outcome: Result<&Value, &Problem>) -> InvocationResult {
    let problem = outcome.err();
    let security_headers = secure::SECURITY_HEADERS;
    let mut headers: BTreeMap<&str, &str> =
        security_headers.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    headers.insert("content-security-policy", profile.policy());
    headers.insert("cache-control", "no-store");
    headers.insert("x-request-id", id);
    headers.insert("content-type", if problem.is_some() { Problem::MEDIA } else { "application/json" });
    let extra = problem.into_iter().flat_map(|problem| &problem.headers);
    headers.extend(extra.filter_map(|(name, value)| Some((name.as_str(), HeaderValue::to_str(value).ok()?))));
    let (status_code, body) = match outcome {
        Ok(body) => (200, body.to_string()),
        Err(problem) => {
            problem.log();
            (problem.kind.status().as_u16(), problem.body())
        }
    };
    Ok(to_raw_value(&ResponseOut { status_code, headers, body: &body, is_base64_encoded: false })?)
}

#[cfg(test)]
mod tests {
    use lambda_runtime::{Context, LambdaEvent};
    use serde_json::{json, value::RawValue};

    use super::*;

    async fn served(event: &Value, outcome: Result<Value, Problem>) -> (Option<Vec<u8>>, Value) {
        let mut context = Context::default();
        "req-1".clone_into(&mut context.request_id);
        let event = LambdaEvent::new(to_raw_value(event).unwrap(), context);
        let mut seen = None;
        let handle = async |request: GatewayRequest| {
            assert_eq!(request.header("stripe-signature"), Some("t=1,v1=a"));
            seen = request.body().map(Cow::into_owned);
            outcome
        };
        let response = serve(event, &SecurityProfile::api(), handle).await.unwrap();
        (seen, serde_json::from_str(response.get()).unwrap())
    }

    #[tokio::test]
    async fn body_has_the_bytes_that_the_client_sent() {
        for (body, base64, bytes) in [
            (json!("{\"a\": \"é\"}"), false, Some("{\"a\": \"é\"}".as_bytes())),
            (json!("/+8="), true, Some([0xff, 0xef].as_slice())),
            (json!("*"), true, None),
            (json!(null), false, Some([].as_slice())),
        ] {
            let event = json!({ "version": "2.0", "headers": { "stripe-signature": "t=1,v1=a" }, "body": body, "isBase64Encoded": base64 });
            let (seen, response) = served(&event, Ok(json!({ "done": true }))).await;
            assert_eq!(seen.as_deref(), bytes, "{body}");
            assert_eq!(
                (&response["statusCode"], &response["body"]),
                (&json!(200), &json!(r#"{"done":true}"#))
            );
        }
    }

    #[test]
    fn header_name_is_case_insensitive() {
        for (headers, found) in [
            (json!({ "stripe-signature": "a" }), Some("a")),
            (json!({ "Stripe-Signature": "a" }), Some("a")),
            (json!({ "STRIPE-SIGNATURE": "a" }), Some("a")),
            (json!({ "Stripe-Signature": "a", "stripe-signature": "b" }), Some("a,b")),
            (json!({ "x-stripe-signature": "a" }), None),
        ] {
            let request: GatewayRequest = serde_json::from_value(json!({ "headers": headers })).unwrap();
            assert_eq!(request.header("stripe-signature"), found, "{headers}");
        }
    }

    #[tokio::test]
    async fn every_response_has_the_security_headers() {
        let event = json!({ "headers": { "stripe-signature": "t=1,v1=a" } });
        let problem = Problem::too_many(61).because("hidden");
        for (outcome, status, media) in
            [(Ok(json!({})), 200, "application/json"), (Err(problem), 429, "application/problem+json")]
        {
            let (_, response) = served(&event, outcome).await;
            assert_eq!(response["statusCode"], status);
            for (name, value) in secure::SECURITY_HEADERS {
                assert_eq!(response["headers"][name.as_str()], value);
            }
            for (name, value) in [
                ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
                ("cache-control", "no-store"),
                ("x-request-id", "req-1"),
                ("content-type", media),
            ] {
                assert_eq!(response["headers"][name], value, "{status}");
            }
            assert_eq!(response["headers"].get("retry-after").is_some(), status == 429);
            assert!(!response.to_string().contains("hidden"));
        }
    }

    #[tokio::test]
    async fn event_of_another_shape_is_an_error() {
        for text in ["[]", r#"{"headers": 1}"#, r#"{"body": {}}"#] {
            let event = LambdaEvent::new(RawValue::from_string(text.to_owned()).unwrap(), Context::default());
            let served = serve(event, &SecurityProfile::api(), async |_| Ok(Value::Null)).await;
            assert!(served.is_err(), "{text}");
        }
    }
}
