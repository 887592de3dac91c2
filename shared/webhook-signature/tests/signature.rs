//! Tests of the signature scheme, with arbitrary keys.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use hmac::{Hmac, KeyInit};
use jiff::Timestamp;
use proptest::prelude::*;
use sha2::Sha256;
use webhook_signature::{SignatureError, sign, verify};

const NOW: i64 = 1_767_225_600;
const BODY: &[u8] = "{\"id\":\"evt_1\",\"name\":\"Ä ✓\"}".as_bytes();

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn key(text: &str) -> Hmac<Sha256> {
    Hmac::new_from_slice(text.as_bytes()).unwrap()
}

/// Returns the hex signature of [`BODY`] by the key `text` at the time `t`.
fn v1(text: &str, t: i64) -> String {
    sign(&key(text), at(t), BODY).split_once("v1=").unwrap().1.to_owned()
}

fn check(header: &str) -> Result<(), SignatureError> {
    verify(Some(header), BODY, [&key("a")], at(NOW))
}

#[test]
fn signature_equals_an_independent_implementation() {
    // The expected signatures were computed with Python's `hmac`, over `1767225600.` and the body.
    // The second key is longer than a block of SHA-256.
    let long = format!("whsec_{}", "k".repeat(80));
    for (text, expected) in [
        ("whsec_a", "6572dd0dd3b727e402e474a708641d7eda268e16d3cef733e0ee2b5396fd58c6"),
        (&long, "ceabce2989408ddbd16b4b7bed0f7f8ef74ad465d302e1f0f2fe444c2e1d96e1"),
    ] {
        assert_eq!(sign(&key(text), at(NOW), BODY), format!("t={NOW},v1={expected}"));
    }
}

#[test]
fn valid_header_is_accepted() {
    let (good, forged) = (v1("a", NOW), "00".repeat(32));
    let signed = format!("t={NOW},v1={good}");
    for header in [
        signed.clone(),
        format!("v1={good},t={NOW}"),
        format!("t={NOW},v1={}", good.to_uppercase()),
        format!("t={NOW},v1={forged},v1={good}"),
        format!("{signed},v1={forged}"),
        format!("{signed},v1={good}"),
        format!("t={NOW},v1=nonsense,v1={good}"),
        format!("t={NOW},v0={forged},v2=x,v1={good}"),
        // the maximum number of signatures, and the maximum length
        format!("{signed}{}", format!(",v1={forged}").repeat(15)),
        format!("{signed},x={}", "y".repeat(4096 - signed.len() - 3)),
    ] {
        assert_eq!(check(&header), Ok(()), "{header}");
    }
}

#[test]
fn invalid_header_is_rejected_with_its_reason() {
    use SignatureError::{Malformed, Mismatch, NoSignature};
    let (good, forged) = (v1("a", NOW), "00".repeat(32));
    let signed = format!("t={NOW},v1={good}");
    for (header, expected) in [
        (String::new(), Malformed("a part without =")),
        (format!("t={NOW},v1"), Malformed("a part without =")),
        (format!("{signed},"), Malformed("a part without =")),
        (format!("v1={good}"), Malformed("not exactly one t")),
        (format!("t={NOW},{signed}"), Malformed("not exactly one t")),
        (format!("{signed},{signed}"), Malformed("not exactly one t")),
        (format!("t=,v1={good}"), Malformed("t is not a time")),
        (format!("t=now,v1={good}"), Malformed("t is not a time")),
        (format!("t=-{NOW},v1={good}"), Malformed("t is not a time")),
        (format!("t=+{NOW},v1={good}"), Malformed("t is not a time")),
        (format!("t={NOW}.0,v1={good}"), Malformed("t is not a time")),
        (format!("t= {NOW},v1={good}"), Malformed("t is not a time")),
        (format!("t={},v1={good}", "9".repeat(13)), Malformed("t is not a time")),
        (format!("t={},v1={good}", "9".repeat(40)), Malformed("t is not a time")),
        (format!("{signed}{}", format!(",v1={forged}").repeat(16)), Malformed("too many signatures")),
        (format!("{signed},x={}", "y".repeat(4097 - signed.len() - 3)), Malformed("too long")),
        // without a usable signature
        (format!("t={NOW}"), NoSignature),
        (format!("t={NOW},v0={good}"), NoSignature),
        (format!("t={NOW}, v1={good}"), NoSignature),
        (format!("t={NOW},v1={}", &good[..62]), NoSignature),
        (format!("t={NOW},v1={good}00"), NoSignature),
        (format!("t={NOW},v1={}", "zz".repeat(32)), NoSignature),
        (format!("t={NOW},v1="), NoSignature),
        // forged
        (format!("t={NOW},v1={forged}"), Mismatch),
        (format!("t={},v1={good}", NOW + 1), Mismatch),
        (format!("t=0{NOW},v1={good}"), Mismatch),
        (format!("t={},v1={good}", "9".repeat(12)), Mismatch),
        (format!("t={NOW},v1={}", v1("b", NOW)), Mismatch),
        // If the time is stale and the signature is forged, the error is the mismatch.
        (format!("t=1,v1={forged}"), Mismatch),
    ] {
        assert_eq!(check(&header), Err(expected), "{header}");
    }
}

#[test]
fn time_window_has_two_sides() {
    for (away, expected) in [
        (0, Ok(())),
        (-300, Ok(())),
        (300, Ok(())),
        (-301, Err(SignatureError::Stale(301))),
        (301, Err(SignatureError::Stale(301))),
        (-86_400, Err(SignatureError::Stale(86_400))),
        (86_400, Err(SignatureError::Stale(86_400))),
    ] {
        let t = NOW + away;
        assert_eq!(check(&format!("t={t},v1={}", v1("a", t))), expected, "{away}");
    }
}

#[test]
fn any_key_may_match_but_one_must() {
    let (a, b) = (key("a"), key("b"));
    let (old, new) = (v1("old", NOW), v1("a", NOW));
    let header = format!("t={NOW},v1={old},v1={new}");
    for (keys, header, expected) in [
        (vec![&a, &b], Some(&*header), Ok(())),
        (vec![&b, &a], Some(&*header), Ok(())),
        (vec![&b], Some(&*header), Err(SignatureError::Mismatch)),
        (vec![&a], None, Err(SignatureError::NoHeader)),
        (vec![], Some(&*header), Err(SignatureError::NoKey)),
        (vec![], None, Err(SignatureError::NoKey)),
    ] {
        assert_eq!(verify(header, BODY, keys, at(NOW)), expected, "{header:?}");
    }
}

proptest! {
    #[test]
    fn arbitrary_header_is_rejected_without_panic(header in "(t=[0-9]{0,13}|v1=[0-9a-f]{60,66}|,|=|\\PC){0,20}", body: Vec<u8>) {
        prop_assert!(verify(Some(&header), &body, [&key("a"), &key("b")], at(NOW)).is_err());
    }

    #[test]
    fn signed_body_is_accepted_and_a_changed_bit_is_not(body: Vec<u8>, second in 0..253_402_000_000_i64, bit: usize) {
        let header = sign(&key("a"), at(second), &body);
        prop_assert!(verify(Some(&header), &body, [&key("b"), &key("a")], at(second)).is_ok());
        let mut other = body.clone();
        other.push(0);
        if let Some(byte) = other.get_mut(bit % body.len().max(1)) {
            *byte ^= 1 << (bit % 8);
        }
        prop_assert_eq!(verify(Some(&header), &other, [&key("a")], at(second)), Err(SignatureError::Mismatch));
    }
}
