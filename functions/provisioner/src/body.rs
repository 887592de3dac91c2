//! The JSON of a call and of its response.

use std::collections::BTreeMap;

use domain::{
    org::Org,
    provisioning::{Answer, Call, Output, Outputs, Run, kept_message},
};
use jiff::Timestamp;
use org_state::{OrganizationOut, Written};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};
use store::Stored;

use crate::App;

/// Body of a call.
#[derive(Debug, Serialize)]
struct CallOut<'a> {
    r#type: &'static str,
    run: String,
    step: &'a str,
    action: &'a str,
    /// Number of the attempt, from 1.
    attempt: u32,
    organization: OrganizationOut,
    admin: Option<AdminOut<'a>>,
    outputs: BTreeMap<&'a str, &'a RawValue>,
    callback_url: String,
}

/// The first admin of the organization.
#[derive(Debug, Serialize)]
struct AdminOut<'a> {
    id: String,
    email: &'a str,
    full_name: &'a str,
}

/// Body of a response. Other fields are ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AnswerIn {
    outputs: Map<String, Value>,
    app_url: Option<String>,
    message: Option<String>,
}

/// Returns the body of a call.
pub(crate) fn request(
    app: &App,
    run: &Run,
    call: &Call,
    org: &Stored<Org>,
    action: &str,
    now: Timestamp,
) -> Vec<u8> {
    let outputs: Vec<(&str, Box<RawValue>)> = run
        .outputs
        .0
        .iter()
        .filter_map(|(name, json)| Some((name.as_str(), RawValue::from_string(json.clone()).ok()?)))
        .collect();
    let admin = org.value.admins.first().map(|admin| AdminOut {
        id: admin.user.to_string(),
        email: admin.address.as_str(),
        full_name: admin.name.as_str(),
    });
    let written = Written { version: org.version, at: now };
    let body = CallOut {
        r#type: "provisioning.step",
        run: run.id.to_string(),
        step: call.step.as_str(),
        action,
        attempt: call.attempt,
        organization: OrganizationOut::of(&org.value, written, &app.app_url, now),
        admin,
        outputs: outputs.iter().map(|(name, json)| (*name, json.as_ref())).collect(),
        callback_url: format!("{}/api/v1/provisioning/{}/steps/{}", app.public_url, run.id, call.step),
    };
    serde_json::to_vec(&body).unwrap_or_default()
}

/// Reads the body of a response: empty, or a JSON object. Returns `None` for anything else.
pub(crate) fn answer(body: &[u8], is_json: bool) -> Option<Answer> {
    if body.is_empty() {
        return Some(Answer::default());
    }
    let fields: Map<String, Value> = serde_json::from_slice(body).ok().filter(|_| is_json)?;
    let answer: AnswerIn = serde_json::from_value(Value::Object(fields)).ok()?;
    let app_url = match answer.app_url {
        Some(url) => Some(url.parse().ok()?),
        None => None,
    };
    let outputs = answer.outputs.into_iter().map(|(name, value)| (name, value.to_string())).collect();
    let message = answer.message.map(|text| kept_message(&text));
    Some(Answer { output: Output { outputs: Outputs(outputs), app_url }, message })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_empty_body_or_a_json_object_is_an_answer() {
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
            assert_eq!(answer(body.as_bytes(), is_json).map(|it| it.output), expected, "{body}");
        }
    }

    #[test]
    fn message_of_the_host_is_shortened() {
        let body = format!(r#"{{"message": "\u202e\u0000{}"}}"#, "é".repeat(501));
        assert_eq!(answer(body.as_bytes(), true).unwrap().message, Some("é".repeat(500)));
    }
}
