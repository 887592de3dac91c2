//! The body with which the host app responds to the call of a step.

use domain::provisioning::{Output, Outputs, ResponseBody, kept_message};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Body of a response. Other fields are ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct BodyIn {
    outputs: Map<String, Value>,
    app_url: Option<String>,
    message: Option<String>,
}

/// Why a body is not the result of a step.
#[derive(Debug)]
pub enum BodyError {
    /// It is declared as something other than JSON.
    ContentType,
    /// It is not a JSON object, or one of its fields has another type.
    Json(serde_json::Error),
    /// The `app_url` is not an absolute URL.
    AppUrl,
}

/// Parses the body of a response: empty, or a JSON object. `is_json` says whether it is declared as
/// JSON.
///
/// # Errors
/// [`BodyError`] for any other body.
pub fn parse_body(body: &[u8], is_json: bool) -> Result<ResponseBody, BodyError> {
    if body.is_empty() {
        return Ok(ResponseBody::default());
    }
    if !is_json {
        return Err(BodyError::ContentType);
    }
    // The derived parser would also accept an array.
    let fields: Map<String, Value> = serde_json::from_slice(body).map_err(BodyError::Json)?;
    let body: BodyIn = serde_json::from_value(Value::Object(fields)).map_err(BodyError::Json)?;
    let app_url = body.app_url.map(|url| url.parse()).transpose().map_err(|_| BodyError::AppUrl)?;
    let outputs = body.outputs.into_iter().map(|(name, value)| (name, value.to_string())).collect();
    let message = body.message.map(|text| kept_message(&text));
    Ok(ResponseBody { output: Output { outputs: Outputs(outputs), app_url }, message })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn only_an_empty_body_or_a_json_object_is_a_result() {
        let outputs = |json: &str| Outputs(BTreeMap::from([("id".to_owned(), json.to_owned())]));
        for (body, is_json, expected) in [
            ("", false, Some(Output::default())),
            ("{}", true, Some(Output::default())),
            (r#"{"other": 1}"#, true, Some(Output::default())),
            (
                r#"{"outputs": {"id": [1, "a"]}}"#,
                true,
                Some(Output { outputs: outputs(r#"[1,"a"]"#), app_url: None }),
            ),
            (
                r#"{"app_url": "https://acme.example.com/"}"#,
                true,
                Some(Output { app_url: "https://acme.example.com/".parse().ok(), ..Output::default() }),
            ),
            ("{}", false, None),
            ("<!DOCTYPE html>", true, None),
            ("[]", true, None),
            ("null", true, None),
            (r#"{"outputs": []}"#, true, None),
            (r#"{"app_url": "javascript:alert(1)"}"#, true, None),
            (r#"{"message": 1}"#, true, None),
        ] {
            assert_eq!(parse_body(body.as_bytes(), is_json).ok().map(|it| it.output), expected, "{body}");
        }
    }

    #[test]
    fn message_of_the_host_is_shortened() {
        let body = format!(r#"{{"message": "\u202e\u0000{}"}}"#, "é".repeat(501));
        assert_eq!(parse_body(body.as_bytes(), true).unwrap().message, Some("é".repeat(500)));
    }
}
