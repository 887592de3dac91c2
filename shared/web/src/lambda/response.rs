//! Responses in the payload format 2.0.
//!
//! The conversion of `lambda_http` decodes texts in every character set, and links the tables of all
//! sets. The responses of this project are texts in UTF-8, or binary.

use axum::{
    body::to_bytes,
    http::{HeaderMap, header::SET_COOKIE},
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use runtime::InvocationResult;
use serde::{
    Serialize, Serializer,
    ser::{Error, SerializeMap},
};
use serde_json::value::to_raw_value;

/// The response of a Lambda function to API Gateway (API Gateway developer guide, "Create AWS Lambda
/// proxy integrations for HTTP APIs").
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LambdaResponse<'a> {
    status_code: u16,
    #[serde(serialize_with = "headers_without_cookies")]
    headers: &'a HeaderMap,
    cookies: Vec<&'a str>,
    body: &'a str,
    is_base64_encoded: bool,
}

/// Builds the response to an event. A body that is not UTF-8 is encoded with base64.
///
/// # Errors
/// The body could not be read, or a header is not UTF-8.
pub(crate) async fn build(response: Response) -> InvocationResult {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await?;
    let text = std::str::from_utf8(&body);
    let encoded = if text.is_err() { STANDARD.encode(&body) } else { String::new() };
    let response = LambdaResponse {
        status_code: parts.status.as_u16(),
        headers: &parts.headers,
        cookies: parts.headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()).collect(),
        body: text.unwrap_or(&encoded),
        is_base64_encoded: text.is_err(),
    };
    Ok(to_raw_value(&response)?)
}

/// Serializes the headers. Joins the values of a repeated header with commas, which does not change
/// the meaning (RFC 9110, section 5.2).
fn headers_without_cookies<S: Serializer>(headers: &HeaderMap, to: S) -> Result<S::Ok, S::Error> {
    let mut map = to.serialize_map(None)?;
    for name in headers.keys().filter(|name| *name != SET_COOKIE) {
        let values = headers.get_all(name).iter().map(|value| std::str::from_utf8(value.as_bytes()));
        let values = values.collect::<Result<Vec<_>, _>>().map_err(S::Error::custom)?;
        map.serialize_entry(name.as_str(), &values.join(", "))?;
    }
    map.end()
}
