//! Responses in the payload format 2.0 of API Gateway.

use std::{borrow::Cow, collections::BTreeMap};

use axum::{
    body::to_bytes,
    http::{HeaderValue, header::SET_COOKIE},
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::value::{RawValue, Value, to_raw_value};

use crate::{Problem, SecurityProfile, secure};

/// The gateway's response as JSON text, or an error that fails the invocation.
pub type InvocationResult = Result<Box<RawValue>, lambda_runtime::Error>;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResponseOut<'a> {
    status_code: u16,
    headers: BTreeMap<&'a str, &'a str>,
    cookies: Vec<&'a str>,
    body: Cow<'a, str>,
    is_base64_encoded: bool,
}

/// Converts the response of a router. A body that is not text, such as a compressed file, becomes
/// base64.
pub(crate) async fn from_http(response: Response) -> InvocationResult {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await?;
    let text = str::from_utf8(&bytes);
    let headers = parts.headers.iter().filter(|(name, _)| *name != SET_COOKIE);
    let out = ResponseOut {
        status_code: parts.status.as_u16(),
        headers: headers.filter_map(|(name, value)| Some((name.as_str(), text_of(value)?))).collect(),
        cookies: parts.headers.get_all(SET_COOKIE).iter().filter_map(text_of).collect(),
        is_base64_encoded: text.is_err(),
        body: text.map_or_else(|_| Cow::Owned(STANDARD.encode(&bytes)), Cow::Borrowed),
    };
    Ok(to_raw_value(&out)?)
}

/// Converts the outcome of a handler without a router. Adds the security headers, and logs a
/// problem.
pub(crate) fn from_outcome(
    id: &str,
    profile: &SecurityProfile,
    outcome: Result<&Value, &Problem>,
) -> InvocationResult {
    let problem = outcome.err();
    let security_headers = secure::SECURITY_HEADERS;
    let mut headers: BTreeMap<&str, &str> =
        security_headers.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    headers.insert("content-security-policy", profile.policy());
    headers.insert("cache-control", "no-store");
    headers.insert("x-request-id", id);
    headers.insert("content-type", if problem.is_some() { Problem::MEDIA } else { "application/json" });
    let extra = problem.into_iter().flat_map(|problem| &problem.headers);
    headers.extend(extra.filter_map(|(name, value)| Some((name.as_str(), text_of(value)?))));
    let (status_code, body) = match outcome {
        Ok(body) => (200, body.to_string()),
        Err(problem) => {
            problem.log();
            (problem.kind.status().as_u16(), problem.body())
        }
    };
    let out = ResponseOut {
        status_code,
        headers,
        cookies: Vec::new(),
        body: body.into(),
        is_base64_encoded: false,
    };
    Ok(to_raw_value(&out)?)
}

/// Returns the text of a header value, or `None` if it is not UTF-8.
fn text_of(value: &HeaderValue) -> Option<&str> {
    str::from_utf8(value.as_bytes()).ok()
}
