//! What holds for every input; a broken law panics. The fuzzer looks for one, the tests replay what it has tried.

use jiff::Timestamp;
use serde_json::Value;
use stripe::{Event, Secret, Secrets, Unreadable, VerifiedBody, sign, verify};

const NOW: i64 = 1_767_225_600;
const SECRET: &str = "whsec_fuzz";
const FORGED: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// Stands for the right signature in a header: no fuzzer guesses one.
const SIGNED: &str = "SIGNED";

/// A header, a line feed, a body. What is believed was signed, over this body, with this secret, at about this time,
/// which is named once; and one forged signature more is never the reason to believe.
pub fn header(input: &[u8]) {
    let mut halves = input.splitn(2, |&byte| byte == b'\n');
    let Ok(written) = str::from_utf8(halves.next().unwrap_or_default()) else { return };
    let body = halves.next().unwrap_or_default();
    let header = written.replace(SIGNED, &signature(written, body));
    let judge = |header: &str, body: &[u8], secret: &str, second: i64| {
        verify(Some(header), body, &secrets(secret), at(second)).map(|authentic| authentic.bytes().to_vec())
    };
    let Ok(believed) = judge(&header, body, SECRET, NOW) else {
        assert!(judge(&format!("{header},v1={FORGED}"), body, SECRET, NOW).is_err(), "a forgery cured it");
        return;
    };
    assert_eq!(believed, body);
    assert!(written.contains(SIGNED), "not signed");
    let times: Vec<_> = written.split(',').filter_map(|part| part.strip_prefix("t=")).collect();
    let [time] = times[..] else { panic!("{} times", times.len()) };
    assert!(time.bytes().all(|byte| byte.is_ascii_digit()), "not a time");
    assert!(time.parse().is_ok_and(|second: i64| second.abs_diff(NOW) <= 300), "not about now");
    assert!(judge(&header, &[body, b" "].concat(), SECRET, NOW).is_err(), "another body");
    assert!(judge(&header, body, "whsec_other", NOW).is_err(), "another secret");
    assert!(judge(&header, body, SECRET, NOW + 601).is_err(), "another time");
}

/// A body. Reading it ends in an event or in a reason; neither blanks nor fields that nobody knows change which.
pub fn event(input: &[u8]) {
    let read = |body: &[u8]| Event::parse(VerifiedBody::from_trusted_source(body));
    let first = read(input);
    if let Err(unreadable) = &first {
        assert!(unreadable.to_string().len() < 200, "the reason repeats the body");
    }
    let Ok(mut body) = signed::json::read(input) else {
        return assert!(
            matches!(first, Err(Unreadable::Malformed { .. })),
            "an event that is not JSON, or that two readers may read differently"
        );
    };
    assert_eq!(read(format!(" {body:#}\n").as_bytes()), first, "blanks count");
    for place in ["", "/data", "/data/object", "/data/object/parent", "/data/object/items/data/0"] {
        if let Some(object) = body.pointer_mut(place).and_then(Value::as_object_mut) {
            object.insert("field_of_the_future".to_owned(), Value::from(vec![1, 2]));
        }
    }
    assert_eq!(read(body.to_string().as_bytes()), first, "an unknown field counts");
    let known = "\"field_of_the_future\"";
    let once = body.to_string();
    let twice = once.replacen(known, &format!("{known}:0,{known}"), 1);
    if once != twice {
        assert!(matches!(read(twice.as_bytes()), Err(Unreadable::Malformed { .. })), "a key counts twice");
    }
}

/// The signature over `body` at the first time that `header` names, if that is a time.
fn signature(header: &str, body: &[u8]) -> String {
    let time = header.split(',').find_map(|part| part.strip_prefix("t=")).and_then(|time| time.parse().ok());
    let Some(time) = time.and_then(|second| Timestamp::from_second(second).ok()) else {
        return FORGED.to_owned();
    };
    let secret = Secret::parse(SECRET).expect("a whole secret");
    sign(&secret, time, body)
        .split_once("v1=")
        .map(|(_, signature)| signature.to_owned())
        .expect("a signature")
}

fn secrets(text: &str) -> Secrets {
    Secrets::parse(text).expect("whole secrets")
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time of this age")
}
