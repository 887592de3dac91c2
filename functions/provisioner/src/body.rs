//! The JSON of a call.

use std::collections::BTreeMap;

use domain::{
    org::Org,
    provisioning::{Call, Run},
};
use jiff::Timestamp;
use org_state::{OrganizationOut, Written};
use serde::Serialize;
use serde_json::value::RawValue;
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
