//! Converts a function's result to a response, by payload format 2.0.

use std::collections::BTreeMap;

use axum::body::Bytes;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::Value;

/// Fields of a function's result that the gateway reads.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LambdaResponse {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, Value>,
    #[serde(default)]
    multi_value_headers: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    cookies: Vec<String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// Returns the HTTP response that a function's result `payload` describes. Returns `None` if the
/// payload is malformed. The gateway then responds with 500.
///
/// A payload without `statusCode` becomes the body of a response with status 200 and the type
/// `application/json`, as in API Gateway.
pub(super) fn response(payload: &str) -> Option<Response<Bytes>> {
    let value: Value = serde_json::from_str(payload).ok()?;
    if value.get("statusCode").is_none() {
        let mut response = Response::new(Bytes::from(payload.to_owned()));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        return Some(response);
    }
    let returned: LambdaResponse = serde_json::from_value(value).ok()?;
    let body = returned.body.unwrap_or_default();
    let body = if returned.is_base64_encoded { STANDARD.decode(body).ok()? } else { body.into_bytes() };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(returned.status_code).ok()?;
    let headers = response.headers_mut();
    for (name, value) in &returned.headers {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        headers.insert(HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(&value).ok()?);
    }
    for (name, values) in &returned.multi_value_headers {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        headers.remove(&name);
        for value in values {
            headers.append(&name, HeaderValue::from_str(value).ok()?);
        }
    }
    for cookie in &returned.cookies {
        headers.append(header::SET_COOKIE, HeaderValue::from_str(cookie).ok()?);
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payload_becomes_a_response() {
        let payload = r#"{"statusCode":303,"headers":{"location":"/a","x-n":5},
            "multiValueHeaders":{"location":["/a"],"vary":["cookie","accept"]},
            "cookies":["a=1; Path=/","b=2"],"body":"aGk=","isBase64Encoded":true}"#;
        let response = response(payload).unwrap();
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        let all = |name: &str| {
            response.headers().get_all(name).iter().map(|value| value.to_str().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(all("location"), ["/a"]);
        assert_eq!(all("vary"), ["cookie", "accept"]);
        assert_eq!(all("set-cookie"), ["a=1; Path=/", "b=2"]);
        assert_eq!(all("x-n"), ["5"]);
        assert_eq!(response.body().as_ref(), b"hi");
    }

    #[test]
    fn malformed_payload_is_rejected() {
        assert_eq!(response(r#"{"a":1}"#).unwrap().status(), StatusCode::OK);
        assert_eq!(response("null").unwrap().body().as_ref(), b"null");
        for malformed in [
            r#"{"statusCode":"abc"}"#,
            r#"{"statusCode":99}"#,
            r#"{"statusCode":200,"body":"*","isBase64Encoded":true}"#,
            r#"{"statusCode":200,"headers":{"a b":"c"}}"#,
        ] {
            assert!(response(malformed).is_none(), "{malformed}");
        }
    }
}
