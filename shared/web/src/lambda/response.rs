//! Responses in the payload format 2.0.
//!
//! The conversion of `lambda_http` decodes texts in every character set, and links the tables of all
//! sets. The responses of this project are texts in UTF-8, or binary.

use axum::{
    body::to_bytes,
    http::{HeaderMap, HeaderValue, header::SET_COOKIE},
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Serialize, Serializer, ser::Error};
use serde_json::value::{RawValue, to_raw_value};

/// The response of a Lambda function to API Gateway (API Gateway developer guide, "Create AWS Lambda
/// proxy integrations for HTTP APIs").
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reply<'a> {
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
pub(crate) async fn build(response: Response) -> Result<Box<RawValue>, lambda_http::Error> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await?;
    let text = std::str::from_utf8(&body);
    let encoded = if text.is_err() { STANDARD.encode(&body) } else { String::new() };
    let reply = Reply {
        status_code: parts.status.as_u16(),
        headers: &parts.headers,
        cookies: parts.headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()).collect(),
        body: text.unwrap_or(&encoded),
        is_base64_encoded: text.is_err(),
    };
    Ok(to_raw_value(&reply)?)
}

/// Serializes the headers. Joins the values of a repeated header by commas, which have the same
/// meaning (RFC 9110, section 5.2).
fn headers_without_cookies<S: Serializer>(headers: &HeaderMap, to: S) -> Result<S::Ok, S::Error> {
    let text = |value: &HeaderValue| String::from_utf8(value.as_bytes().to_vec()).map_err(S::Error::custom);
    let joined = headers.keys().filter(|name| *name != SET_COOKIE).map(|name| {
        let values = headers.get_all(name).iter().map(text).collect::<Result<Vec<_>, _>>()?;
        Ok((name.as_str(), values.join(", ")))
    });
    to.collect_map(joined.collect::<Result<Vec<_>, S::Error>>()?)
}
