//! Tests of the signature check.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use jiff::Timestamp;
use proptest::prelude::*;
use stripe::{Secret, Secrets, SignatureError, sign, verify};

const NOW: i64 = 1_767_225_600;
const BODY: &[u8] = "{\"id\":\"evt_1\",\"name\":\"Ä ✓\"}".as_bytes();

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn secrets(text: &str) -> Secrets {
    Secrets::parse(text).unwrap()
}

/// Returns the hex signature of [`BODY`] by `secret` at the time `t`.
fn v1(secret: &str, t: i64) -> String {
    let header = sign(&Secret::parse(secret).unwrap(), at(t), BODY);
    header.split_once("v1=").unwrap().1.to_owned()
}

fn check(header: &str) -> Result<(), SignatureError> {
    verify(Some(header), BODY, &secrets("whsec_a"), at(NOW)).map(|_| ())
}

#[test]
fn signature_equals_an_independent_implementation() {
    // The expected signatures were computed with Python's `hmac`, over `1767225600.` and the body.
    // The second key is longer than a block of SHA-256.
    let long = format!("whsec_{}", "k".repeat(80));
    for (secret, expected) in [
        ("whsec_a", "6572dd0dd3b727e402e474a708641d7eda268e16d3cef733e0ee2b5396fd58c6"),
        (&long, "ceabce2989408ddbd16b4b7bed0f7f8ef74ad465d302e1f0f2fe444c2e1d96e1"),
    ] {
        assert_eq!(v1(secret, NOW), expected);
    }
}

#[test]
fn signature_header_is_checked() {
    use SignatureError::{Malformed, Mismatch, NoSignature};
    let good = v1("whsec_a", NOW);
    let forged = "00".repeat(32);
    let many = |count: usize| format!("t={NOW}{}", format!(",v1={forged}").repeat(count));
    let tail = format!(",v1={good}");
    for (header, expected) in [
        // accepted
        (format!("t={NOW},v1={good}"), Ok(())),
        (format!("v1={good},t={NOW}"), Ok(())),
        (format!("t={NOW},v1={}", good.to_uppercase()), Ok(())),
        (format!("t={NOW},v1={forged},v1={good}"), Ok(())),
        (format!("t={NOW},v1={good},v1={forged}"), Ok(())),
        (format!("t={NOW},v1=nonsense,v1={good}"), Ok(())),
        (format!("t={NOW},v0={forged},v2=x,v1={good}"), Ok(())),
        (many(15) + &tail, Ok(())),
        // malformed
        (String::new(), Err(Malformed("a part without ="))),
        (format!("t={NOW},v1"), Err(Malformed("a part without ="))),
        (format!("t={NOW},v1={good},"), Err(Malformed("a part without ="))),
        (format!("v1={good}"), Err(Malformed("not exactly one t"))),
        (format!("t={NOW},t={NOW},v1={good}"), Err(Malformed("not exactly one t"))),
        (format!("t={NOW},v1={good},t={NOW},v1={good}"), Err(Malformed("not exactly one t"))),
        (format!("t=,v1={good}"), Err(Malformed("t is not a time"))),
        (format!("t=now,v1={good}"), Err(Malformed("t is not a time"))),
        (format!("t=-{NOW},v1={good}"), Err(Malformed("t is not a time"))),
        (format!("t=+{NOW},v1={good}"), Err(Malformed("t is not a time"))),
        (format!("t={NOW}.0,v1={good}"), Err(Malformed("t is not a time"))),
        (format!("t= {NOW},v1={good}"), Err(Malformed("t is not a time"))),
        (format!("t={},v1={good}", "9".repeat(13)), Err(Malformed("t is not a time"))),
        (format!("t={},v1={good}", "9".repeat(40)), Err(Malformed("t is not a time"))),
        (many(16) + &tail, Err(Malformed("too many signatures"))),
        (format!("t={NOW},v1={good},x={}", "y".repeat(4096)), Err(Malformed("too long"))),
        // without a usable signature
        (format!("t={NOW}"), Err(NoSignature)),
        (format!("t={NOW},v0={good}"), Err(NoSignature)),
        (format!("t={NOW}, v1={good}"), Err(NoSignature)),
        (format!("t={NOW},v1={}", &good[..62]), Err(NoSignature)),
        (format!("t={NOW},v1={good}00"), Err(NoSignature)),
        (format!("t={NOW},v1={}", "zz".repeat(32)), Err(NoSignature)),
        (format!("t={NOW},v1="), Err(NoSignature)),
        // forged
        (format!("t={NOW},v1={forged}"), Err(Mismatch)),
        (format!("t={},v1={good}", NOW + 1), Err(Mismatch)),
        (format!("t=0{NOW},v1={good}"), Err(Mismatch)),
        (format!("t={NOW},v1={}", v1("whsec_b", NOW)), Err(Mismatch)),
        // If the time is stale and the signature is forged, the error is the mismatch.
        (format!("t=1,v1={forged}"), Err(Mismatch)),
    ] {
        assert_eq!(check(&header), expected, "{header}");
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
        assert_eq!(check(&format!("t={t},v1={}", v1("whsec_a", t))), expected, "{away}");
    }
}

#[test]
fn missing_header_or_secret_is_rejected() {
    let header = format!("t={NOW},v1={}", v1("whsec_a", NOW));
    let rejected = |header, secrets: &Secrets| verify(header, BODY, secrets, at(NOW)).unwrap_err();
    assert_eq!(rejected(None, &secrets("whsec_a")), SignatureError::NoHeader);
    assert_eq!(rejected(Some(&header), &Secrets::none()), SignatureError::NoKey);
    assert_eq!(rejected(None, &Secrets::none()), SignatureError::NoKey);
}

#[test]
fn both_secrets_are_accepted_during_a_rotation() {
    let (old, new) = (v1("whsec_old", NOW), v1("whsec_new", NOW));
    for (configured, header, good) in [
        ("whsec_old", format!("t={NOW},v1={old},v1={new}"), true),
        ("whsec_new", format!("t={NOW},v1={old},v1={new}"), true),
        ("whsec_old,whsec_new", format!("t={NOW},v1={new}"), true),
        ("whsec_old,whsec_new", format!("t={NOW},v1={old}"), true),
        ("whsec_other", format!("t={NOW},v1={old},v1={new}"), false),
        ("whsec_ol", format!("t={NOW},v1={old}"), false),
    ] {
        assert_eq!(
            verify(Some(&header), BODY, &secrets(configured), at(NOW)).is_ok(),
            good,
            "{configured} {header}"
        );
    }
}

#[test]
fn signature_covers_the_exact_bytes() {
    let header = sign(&Secret::parse("whsec_a").unwrap(), at(NOW), br#"{"a":1}"#);
    for body in ["{\"a\": 1}", "{\"a\":1}\n", "{\"a\":1", ""] {
        let rejected = verify(Some(&header), body.as_bytes(), &secrets("whsec_a"), at(NOW)).unwrap_err();
        assert_eq!(rejected, SignatureError::Mismatch, "{body}");
    }
    let accepted = verify(Some(&header), br#"{"a":1}"#, &secrets("whsec_a"), at(NOW)).unwrap();
    assert_eq!(accepted.bytes(), br#"{"a":1}"#);
}

proptest! {
    #[test]
    fn arbitrary_header_is_rejected_without_panic(header in "(t=[0-9]{0,13}|v1=[0-9a-f]{60,66}|,|=|\\PC){0,20}", body: Vec<u8>) {
        prop_assert!(verify(Some(&header), &body, &secrets("whsec_a,whsec_b"), at(NOW)).is_err());
    }

    #[test]
    fn signed_body_is_accepted_and_a_changed_bit_is_not(body: Vec<u8>, second in 0..253_402_000_000_i64, bit: usize) {
        let header = sign(&Secret::parse("whsec_a").unwrap(), at(second), &body);
        prop_assert!(verify(Some(&header), &body, &secrets("whsec_b,whsec_a"), at(second)).is_ok());
        let mut other = body.clone();
        other.push(0);
        if let Some(byte) = other.get_mut(bit % body.len().max(1)) {
            *byte ^= 1 << (bit % 8);
        }
        prop_assert_eq!(
            verify(Some(&header), &other, &secrets("whsec_a"), at(second)).unwrap_err(),
            SignatureError::Mismatch
        );
    }
}
