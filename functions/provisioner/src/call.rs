//! One call to the host's endpoint.

use std::time::Duration;

use domain::{
    org::Org,
    provisioning::{Attempt, Call, Cause, Response},
};
use host_endpoint::{CallError, HostResponse, SignedCall};
use jiff::SignedDuration;
use store::Stored;

use crate::{App, body, response_body::parse_body};

/// Maximum age of the cached secrets. A rotation takes effect after this time.
const SECRET_AGE: SignedDuration = SignedDuration::from_mins(5);

/// What the call does. Onramp does not remove tenants.
const ACTION: &str = "provision";

impl App {
    /// Makes the call and judges the response.
    pub(crate) async fn call(&self, call: &Call, org: &Stored<Org>) -> Attempt {
        let again = |cause| Attempt::Again { cause, retry_after: None };
        let now = self.clock.now();
        let Some(run) = &org.value.run else { return again(Cause::Interrupted) };
        let Some(secrets) = self.secrets.get(Some(SECRET_AGE), now).await else {
            return again(Cause::NoConnection);
        };
        let id = format!("{}.{}.{ACTION}", run.id, call.step);
        let body = body::request(self, run, call, org, ACTION, now);
        let signature = secrets.sign(&id, now, &body);
        let signed = SignedCall { id: &id, timestamp: now.as_second(), signature: &signature, body: &body };
        let timeout = Duration::try_from(call.timeout).unwrap_or_default();
        let response = match self.endpoint.post(signed, timeout).await {
            Ok(response) => read(&response),
            Err(CallError::Timeout) => Response::Timeout,
            Err(CallError::NoConnection) => Response::NoConnection,
        };
        response.judge(call.is_async)
    }
}

/// Reads a response of the host.
fn read(response: &HostResponse) -> Response {
    let HostResponse { status, body, is_json, retry_after } = response;
    Response::Status {
        status: *status,
        body: body.as_deref().and_then(|body| parse_body(body, *is_json).ok()),
        retry_after: *retry_after,
    }
}
