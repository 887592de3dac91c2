//! The way in and out without a router, for a function that programs call at one path, and often. Router and adapter
//! would cost such a function a sixteenth of its instructions and a megabyte of its size.
//!
//! The answers carry what all of ours do. There is no cross-site rule: what is taken here proves itself.

use std::{
    borrow::Cow,
    collections::{BTreeMap, btree_map::Entry},
    future::Future,
};

use axum::http::HeaderValue;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, value::to_raw_value};
use telemetry::Unreadable;

use crate::{
    Problem, SecurityProfile,
    lambda::{Event, InvocationResult},
    secure,
};

/// A request, as API Gateway hands it over (payload format 2.0).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GatewayRequest {
    /// Their names in lower case; repeated ones are joined by commas.
    #[serde(default, deserialize_with = "in_lower_case")]
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

/// Reads headers by names in lower case. A gateway may keep the case that a client wrote (RFC 9110, section 5.1: names
/// of headers are case-insensitive), and one header twice is one list (section 5.3).
fn in_lower_case<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let written = BTreeMap::<String, String>::deserialize(deserializer)?;
    let mut headers = BTreeMap::<String, String>::new();
    for (name, value) in written {
        match headers.entry(name.to_ascii_lowercase()) {
            Entry::Vacant(place) => {
                place.insert(value);
            }
            Entry::Occupied(held) => *held.into_mut() += &format!(",{value}"),
        }
    }
    Ok(headers)
}

impl GatewayRequest {
    /// A header, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The body's bytes, as they were sent. `None` where the gateway's base64 is none, which it never is.
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

/// Takes an event in, has it handled, and makes the gateway's answer of what came of it: 200 with JSON, or a problem.
///
/// # Errors
/// The event is none of an HTTP API.
pub async fn serve<H, F>(event: Event, profile: &SecurityProfile, handle: H) -> InvocationResult
where
    H: FnOnce(GatewayRequest) -> F,
    F: Future<Output = Result<Value, Problem>>,
{
    let call = serde_json::from_str(event.payload.get()).map_err(Unreadable::from)?;
    let outcome = handle(call).await;
    respond(&event.context.request_id, profile, outcome.as_ref())
}

fn respond(id: &str, profile: &SecurityProfile, outcome: Result<&Value, &Problem>) -> InvocationResult {
    let problem = outcome.err();
    let always = secure::ALWAYS;
    let mut headers: BTreeMap<&str, &str> =
        always.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    headers.insert("content-security-policy", profile.policy());
    headers.insert("cache-control", "no-store");
    headers.insert("x-request-id", id);
    headers.insert("content-type", if problem.is_some() { Problem::MEDIA } else { "application/json" });
    let further = problem.into_iter().flat_map(|problem| &problem.headers);
    headers
        .extend(further.filter_map(|(name, value)| Some((name.as_str(), HeaderValue::to_str(value).ok()?))));
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
        let handle = async |call: GatewayRequest| {
            assert_eq!(call.header("stripe-signature"), Some("t=1,v1=a"));
            seen = call.body().map(Cow::into_owned);
            outcome
        };
        let answer = serve(event, &SecurityProfile::api(), handle).await.unwrap();
        (seen, serde_json::from_str(answer.get()).unwrap())
    }

    #[tokio::test]
    async fn a_body_arrives_as_the_bytes_that_were_sent() {
        for (body, base64, bytes) in [
            (json!("{\"a\": \"é\"}"), false, Some("{\"a\": \"é\"}".as_bytes())),
            (json!("/+8="), true, Some([0xff, 0xef].as_slice())),
            (json!("*"), true, None),
            (json!(null), false, Some([].as_slice())),
        ] {
            let event = json!({ "version": "2.0", "headers": { "stripe-signature": "t=1,v1=a" }, "body": body, "isBase64Encoded": base64 });
            let (seen, answer) = served(&event, Ok(json!({ "done": true }))).await;
            assert_eq!(seen.as_deref(), bytes, "{body}");
            assert_eq!((&answer["statusCode"], &answer["body"]), (&json!(200), &json!(r#"{"done":true}"#)));
        }
    }

    #[test]
    fn header_is_found_in_whatever_case_it_came() {
        for (headers, found) in [
            (json!({ "stripe-signature": "a" }), Some("a")),
            (json!({ "Stripe-Signature": "a" }), Some("a")),
            (json!({ "STRIPE-SIGNATURE": "a" }), Some("a")),
            (json!({ "Stripe-Signature": "a", "stripe-signature": "b" }), Some("a,b")),
            (json!({ "x-stripe-signature": "a" }), None),
        ] {
            let call: GatewayRequest = serde_json::from_value(json!({ "headers": headers })).unwrap();
            assert_eq!(call.header("stripe-signature"), found, "{headers}");
        }
    }

    #[tokio::test]
    async fn every_answer_carries_every_header() {
        let event = json!({ "headers": { "stripe-signature": "t=1,v1=a" } });
        let problem = Problem::too_many(61).because("hidden");
        for (outcome, status, media) in
            [(Ok(json!({})), 200, "application/json"), (Err(problem), 429, "application/problem+json")]
        {
            let (_, answer) = served(&event, outcome).await;
            assert_eq!(answer["statusCode"], status);
            for (name, value) in secure::ALWAYS {
                assert_eq!(answer["headers"][name.as_str()], value);
            }
            for (name, value) in [
                ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
                ("cache-control", "no-store"),
                ("x-request-id", "req-1"),
                ("content-type", media),
            ] {
                assert_eq!(answer["headers"][name], value, "{status}");
            }
            assert_eq!(answer["headers"].get("retry-after").is_some(), status == 429);
            assert!(!answer.to_string().contains("hidden"));
        }
    }

    #[tokio::test]
    async fn an_event_of_another_shape_is_an_error() {
        for text in ["[]", r#"{"headers": 1}"#, r#"{"body": {}}"#] {
            let event = LambdaEvent::new(RawValue::from_string(text.to_owned()).unwrap(), Context::default());
            let served = serve(event, &SecurityProfile::api(), async |_| Ok(Value::Null)).await;
            assert!(served.is_err(), "{text}");
        }
    }
}
