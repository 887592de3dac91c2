//! Judges the endpoint's responses. A message says what was right, or what the endpoint got wrong and
//! what to do.

use domain::provisioning::ResponseBody;
use host_endpoint::{CallError, HostResponse};
use provisioner::{BodyError, parse_body};

/// Response of the endpoint to one call.
pub(super) type Reply = Result<HostResponse, CallError>;
/// The message of a check: passed, or not.
pub(super) type Verdict = Result<String, String>;

/// A valid response to the call of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Accepted {
    /// The step is done.
    Done(ResponseBody),
    /// The host reports the result later.
    Later,
}

/// Judges the first call of a step.
pub(super) fn step(reply: &Reply) -> Verdict {
    Ok(match accepted(reply)? {
        Accepted::Later => "responds 202 and reports the result later".to_owned(),
        Accepted::Done(_) => format!("responds {}", status(reply)),
    })
}

/// Returns whether the endpoint reports its results later.
pub(super) fn is_accepted(reply: &Reply) -> bool {
    accepted(reply) == Ok(Accepted::Later)
}

/// Judges the same call again after a response that arrived.
pub(super) fn repeated(first: &Reply, again: &Reply) -> Verdict {
    match (accepted(first)?, accepted(again)?) {
        // The work may be done by then.
        (Accepted::Later, _) => Ok(format!("responds {}", status(again))),
        (Accepted::Done(first), Accepted::Done(again)) if first == again => {
            Ok("has the same result".to_owned())
        }
        _ => Err(format!("has another result ({}, then {}). {REMEMBER}", described(first), described(again))),
    }
}

/// Judges the same call again after a response that was lost.
pub(super) fn after_loss(again: &Reply) -> Verdict {
    match accepted(again) {
        Ok(_) => Ok(format!("responds {}", status(again))),
        Err(problem) => Err(format!(
            "{problem} Remember an ID only together with its successful result, so that an interrupted call can be repeated."
        )),
    }
}

/// Judges two calls at the same time, and the call after them.
pub(super) fn concurrent(pair: &[Reply; 2], after: &Reply) -> Verdict {
    let last = accepted(after)?;
    for reply in pair {
        // One of two calls may get a status that makes Onramp call again.
        if reply.as_ref().is_ok_and(|response| is_repeated(response.status)) {
            continue;
        }
        if let (Accepted::Done(one), Accepted::Done(last)) = (accepted(reply)?, &last)
            && one != *last
        {
            return Err(format!(
                "has two results ({} and {}). Lock the webhook-id, or store it in a unique column.",
                described(reply),
                described(after)
            ));
        }
    }
    Ok("has one result".to_owned())
}

/// Judges calls that the endpoint must reject, each with its description.
pub(super) fn rejected(calls: &[(&str, Reply)]) -> Verdict {
    for (what, reply) in calls {
        match reply {
            Ok(HostResponse { status: 400..=499, .. }) => {}
            Ok(HostResponse { status: status @ 200..=299, .. }) => {
                return Err(format!(
                    "accepts {what} with {status}. Check the signature of the received bytes and the age of the \
                     timestamp before anything else, and respond 400."
                ));
            }
            Ok(HostResponse { status, .. }) => {
                return Err(format!(
                    "responds {status} to {what}. Respond 400 without an error of your own."
                ));
            }
            Err(error) => return Err(format!("gives {what} no response ({error}). Respond 400.")),
        }
    }
    Ok("is rejected".to_owned())
}

/// Judges an event of an unknown type.
pub(super) fn ignored(reply: &Reply) -> Verdict {
    match reply {
        Ok(HostResponse { status: status @ 200..=299, .. }) => Ok(format!("responds {status}")),
        Ok(HostResponse { status, .. }) => Err(format!(
            "responds {status}. Ignore unknown types and respond 204, or Onramp sends the event again for 72 hours."
        )),
        Err(error) => Err(format!("gives no response ({error}). Ignore unknown types and respond 204.")),
    }
}

/// Reads the response to the call of a step as Onramp does.
fn accepted(reply: &Reply) -> Result<Accepted, String> {
    let response = match reply {
        Ok(response) => response,
        Err(CallError::Timeout) => {
            return Err("does not respond in time. Respond 202 and report the result later.".to_owned());
        }
        Err(CallError::NoConnection) => {
            return Err("has no connection. Check the URL, and the log of your server.".to_owned());
        }
    };
    let status = response.status;
    match status {
        202 => return Ok(Accepted::Later),
        200..=299 => {}
        300..=399 => {
            return Err(format!("redirects ({status}). Onramp follows no redirect: use the last URL."));
        }
        status if is_repeated(status) => {
            return Err(format!(
                "responds {status}, so Onramp would call again. See the log of your server."
            ));
        }
        400..=499 => {
            return Err(format!(
                "responds {status}{}, so the run would fail. Check the secret and your code.",
                message(response).map(|text| format!(" with the message {text:?}")).unwrap_or_default()
            ));
        }
        _ => return Err(format!("responds {status}. Respond 200.")),
    }
    let body = response.body.as_deref();
    let body = body.ok_or_else(|| format!("responds {status} with more than 4 KB. Send less."))?;
    let body = parse_body(body, response.is_json).map_err(|error| match error {
        BodyError::ContentType => format!(
            "responds {status} with a body that is not application/json. Send JSON with this content type, or no body."
        ),
        BodyError::Json(error) => format!(
            "responds {status} with a body that Onramp cannot read ({error}). Send an object with \"outputs\", or no body."
        ),
        BodyError::AppUrl => {
            "returns an app_url that is not a complete URL. Correct it, or leave it out.".to_owned()
        }
    })?;
    Ok(Accepted::Done(body))
}

const REMEMBER: &str = "Store the result of each webhook-id, and return it when the call comes again.";

/// Whether Onramp repeats the call after this status.
const fn is_repeated(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..)
}

fn message(response: &HostResponse) -> Option<String> {
    parse_body(response.body.as_deref()?, response.is_json).ok()?.message
}

fn status(reply: &Reply) -> u16 {
    reply.as_ref().map_or(0, |response| response.status)
}

/// Returns the status and the body of a valid response.
fn described(reply: &Reply) -> String {
    let body = reply.as_ref().ok().and_then(|response| response.body.as_deref()).unwrap_or_default();
    format!("{} {}", status(reply), String::from_utf8_lossy(body)).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> Reply {
        let is_json = body.starts_with(['{', '[']);
        Ok(HostResponse { status, body: Some(body.into()), is_json, retry_after: None })
    }

    #[test]
    fn step_is_judged_as_onramp_judges_it() {
        let large = Ok(HostResponse { status: 200, body: None, is_json: true, retry_after: None });
        for (reply, expected) in [
            (reply(200, ""), Ok("responds 200")),
            (reply(204, ""), Ok("responds 204")),
            (reply(200, r#"{"outputs": {"a": [1]}, "more": 1}"#), Ok("responds 200")),
            (reply(201, r#"{"app_url": "https://acme.example.com/"}"#), Ok("responds 201")),
            (reply(202, "accepted"), Ok("responds 202 and reports the result later")),
            (reply(200, "OK"), Err("responds 200 with a body that is not application/json")),
            (reply(200, "[]"), Err("responds 200 with a body that Onramp cannot read")),
            (reply(200, r#"{"outputs": null}"#), Err("responds 200 with a body that Onramp cannot read")),
            (reply(200, r#"{"app_url": "/acme"}"#), Err("returns an app_url")),
            (large, Err("responds 200 with more than 4 KB")),
            (reply(301, ""), Err("redirects (301)")),
            (reply(429, ""), Err("responds 429, so Onramp would call again")),
            (reply(503, ""), Err("responds 503, so Onramp would call again")),
            (reply(401, ""), Err("responds 401, so the run would fail.")),
            (
                reply(422, r#"{"message": "no"}"#),
                Err("responds 422 with the message \"no\", so the run would fail."),
            ),
            (Err(CallError::Timeout), Err("does not respond in time")),
            (Err(CallError::NoConnection), Err("has no connection")),
        ] {
            let verdict = step(&reply);
            match expected {
                Ok(message) => assert_eq!(verdict.as_deref(), Ok(message), "{reply:?}"),
                Err(start) => assert!(verdict.as_ref().unwrap_err().starts_with(start), "{verdict:?}"),
            }
        }
    }

    #[test]
    fn repeated_call_must_have_the_same_result() {
        let tenant = |number: u32| reply(200, &format!(r#"{{"outputs": {{"tenant": {number}}}}}"#));
        for (first, again, is_good) in [
            (tenant(1), tenant(1), true),
            (tenant(1), tenant(2), false),
            (reply(200, ""), reply(204, ""), true),
            (reply(202, ""), reply(202, ""), true),
            (reply(202, ""), tenant(1), true),
            (tenant(1), reply(202, ""), false),
            (tenant(1), reply(409, ""), false),
            (tenant(1), Err(CallError::Timeout), false),
        ] {
            assert_eq!(repeated(&first, &again).is_ok(), is_good, "{first:?} {again:?}");
        }
    }

    #[test]
    fn calls_at_once_must_have_one_result() {
        let tenant = |number: u32| reply(200, &format!(r#"{{"outputs": {{"tenant": {number}}}}}"#));
        for (pair, after, is_good) in [
            ([tenant(1), tenant(1)], tenant(1), true),
            ([tenant(1), reply(503, "")], tenant(1), true),
            ([reply(429, ""), reply(503, "")], tenant(1), true),
            ([reply(202, ""), reply(202, "")], tenant(1), true),
            ([tenant(1), tenant(2)], tenant(2), false),
            ([tenant(1), tenant(2)], tenant(1), false),
            // The run would fail, although the other call succeeds.
            ([tenant(1), reply(409, "")], tenant(1), false),
            ([tenant(1), tenant(1)], reply(500, ""), false),
        ] {
            assert_eq!(concurrent(&pair, &after).is_ok(), is_good, "{pair:?} {after:?}");
        }
    }

    #[test]
    fn only_a_status_of_4xx_rejects_a_call() {
        for (status, is_good) in
            [(400, true), (403, true), (200, false), (202, false), (302, false), (500, false)]
        {
            let calls = [("one", reply(401, "")), ("other", reply(status, ""))];
            assert_eq!(rejected(&calls).is_ok(), is_good, "{status}");
        }
        assert!(rejected(&[("one", Err(CallError::NoConnection))]).is_err());
    }

    #[test]
    fn event_must_be_acknowledged() {
        for (status, is_good) in [(200, true), (204, true), (400, false), (302, false), (500, false)] {
            assert_eq!(ignored(&reply(status, "")).is_ok(), is_good, "{status}");
        }
    }
}
