//! Properties of the parser that hold for every input. A violated property panics.
//!
//! The fuzzer searches for an input that violates a property, and the tests replay its corpus.

use jiff::Timestamp;
use serde_json::Value;
use stripe::{Event, EventError, Secret, Secrets, VerifiedBody, sign, verify};

const NOW: i64 = 1_767_225_600;
const SECRET: &str = "whsec_fuzz";
const FORGED: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// Placeholder in a header of the corpus. [`header`] replaces it with the valid signature, because
/// a fuzzer cannot guess a signature.
const SIGNED: &str = "SIGNED";

/// Checks the verification of signatures. The input consists of a header, a line feed, and a body.
///
/// A body may be accepted only if it was signed with [`SECRET`], the header contains exactly one
/// time, and that time is near [`NOW`]. An additional forged signature never makes an invalid
/// header valid.
pub fn header(input: &[u8]) {
    let mut halves = input.splitn(2, |&byte| byte == b'\n');
    let Ok(written) = str::from_utf8(halves.next().unwrap_or_default()) else { return };
    let body = halves.next().unwrap_or_default();
    let header = written.replace(SIGNED, &signature(written, body));
    let check = |header: &str, body: &[u8], secret: &str, second: i64| {
        verify(Some(header), body, &secrets(secret), at(second)).map(|authentic| authentic.bytes().to_vec())
    };
    let Ok(accepted) = check(&header, body, SECRET, NOW) else {
        assert!(
            check(&format!("{header},v1={FORGED}"), body, SECRET, NOW).is_err(),
            "a forged signature made the header valid"
        );
        return;
    };
    assert_eq!(accepted, body);
    assert!(written.contains(SIGNED), "accepted without a valid signature");
    let times: Vec<_> = written.split(',').filter_map(|part| part.strip_prefix("t=")).collect();
    let [time] = times[..] else { panic!("{} times", times.len()) };
    assert!(time.bytes().all(|byte| byte.is_ascii_digit()), "accepted with an invalid time");
    assert!(time.parse().is_ok_and(|second: i64| second.abs_diff(NOW) <= 300), "accepted with a stale time");
    assert!(check(&header, &[body, b" "].concat(), SECRET, NOW).is_err(), "accepted with another body");
    assert!(check(&header, body, "whsec_other", NOW).is_err(), "accepted with another secret");
    assert!(check(&header, body, SECRET, NOW + 601).is_err(), "accepted at another time");
}

/// Checks the parser. For every body, parsing returns an event or an error. White space and unknown
/// fields do not change the result.
pub fn event(input: &[u8]) {
    let read = |body: &[u8]| Event::parse(VerifiedBody::from_trusted_source(body));
    let first = read(input);
    if let Err(error) = &first {
        assert!(error.to_string().len() < 200, "the reason repeats the body");
    }
    let Ok(mut body) = webhook_signature::json::read(input).map(Value::from) else {
        return assert!(
            matches!(first, Err(EventError::Malformed { .. })),
            "a body that is not JSON or has a duplicate key was accepted"
        );
    };
    assert_eq!(read(format!(" {body:#}\n").as_bytes()), first, "white space changed the result");
    for path in ["", "/data", "/data/object", "/data/object/parent", "/data/object/items/data/0"] {
        if let Some(object) = body.pointer_mut(path).and_then(Value::as_object_mut) {
            object.insert("field_of_the_future".to_owned(), Value::from(vec![1, 2]));
        }
    }
    assert_eq!(read(body.to_string().as_bytes()), first, "an unknown field changed the result");
    let known = "\"field_of_the_future\"";
    let once = body.to_string();
    let twice = once.replacen(known, &format!("{known}:0,{known}"), 1);
    if once != twice {
        assert!(
            matches!(read(twice.as_bytes()), Err(EventError::Malformed { .. })),
            "a duplicate key was accepted"
        );
    }
}

/// Returns the signature over `body` at the first time in `header`. If `header` contains no valid
/// time, returns a forged signature.
fn signature(header: &str, body: &[u8]) -> String {
    let time = header.split(',').find_map(|part| part.strip_prefix("t=")).and_then(|time| time.parse().ok());
    let Some(time) = time.and_then(|second| Timestamp::from_second(second).ok()) else {
        return FORGED.to_owned();
    };
    let secret = Secret::parse(SECRET).expect("a valid secret");
    sign(&secret, time, body)
        .split_once("v1=")
        .map(|(_, signature)| signature.to_owned())
        .expect("a signature")
}

fn secrets(text: &str) -> Secrets {
    Secrets::parse(text).expect("valid secrets")
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a valid time")
}
