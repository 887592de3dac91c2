//! Describes the response of a function.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use super::page;

/// Headers that are part of the outcome. Tests of `web` cover the security headers.
const HEADERS: [&str; 7] = [
    "access-control-allow-origin",
    "allow",
    "cache-control",
    "content-type",
    "location",
    "retry-after",
    "vary",
];

/// Describes a response of API Gateway by its status, headers, cookies, and body. Returns any other
/// response unchanged.
pub(super) fn describe(response: Value) -> Value {
    let Some(status) = response.get("statusCode") else { return response };
    let mut described = Map::from_iter([("status".to_owned(), status.clone())]);
    let headers = HEADERS.iter().filter_map(|name| Some(((*name).to_owned(), header(&response, name)?)));
    described.insert("headers".to_owned(), Value::Object(headers.collect()));
    let cookies = response["cookies"].as_array().into_iter().flatten();
    let cookies: Vec<_> = cookies.map(|cookie| cookie_name(cookie.as_str().unwrap())).collect();
    if !cookies.is_empty() {
        described.insert("cookies".to_owned(), json!(cookies));
    }
    let content_type = header(&response, "content-type").unwrap_or_default();
    described.extend(body(&response, content_type.as_str().unwrap_or_default()));
    Value::Object(described)
}

/// Returns a header without the token of a handoff, whose parts tests of `sign-in` check.
fn header(response: &Value, name: &str) -> Option<Value> {
    let value = response["headers"].get(name)?.as_str()?;
    let known = value.split_once("token=").map(|(before, _)| format!("{before}token=…"));
    Some(known.unwrap_or_else(|| value.to_owned()).into())
}

fn cookie_name(cookie: &str) -> String {
    let name = cookie.split('=').next().unwrap();
    if cookie.contains("Max-Age=0") { format!("{name} (removed)") } else { name.to_owned() }
}

/// Returns a JSON body, or what a page shows. The bodies of files are not part of the outcome.
fn body(response: &Value, content_type: &str) -> Map<String, Value> {
    let text = response["body"].as_str().unwrap_or_default();
    let decoded = || match response["isBase64Encoded"].as_bool() {
        Some(true) => String::from_utf8(STANDARD.decode(text).unwrap()).unwrap(),
        _ => text.to_owned(),
    };
    if content_type.contains("json") {
        Map::from_iter([("body".to_owned(), serde_json::from_str(&decoded()).unwrap())])
    } else if content_type.starts_with("text/html") {
        page::describe(&decoded())
    } else {
        Map::new()
    }
}
