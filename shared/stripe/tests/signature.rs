//! Tests of the `Stripe-Signature` header. The crate `webhook-signature` tests the scheme itself.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use jiff::Timestamp;
use stripe::{Secret, Secrets, SignatureError, sign, verify};

const NOW: i64 = 1_767_225_600;
const BODY: &[u8] = "{\"id\":\"evt_1\",\"name\":\"Ä ✓\"}".as_bytes();

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn secrets(text: &str) -> Secrets {
    Secrets::parse(text).unwrap()
}

/// Returns the header for [`BODY`] with the signature of `secret`.
fn signed(secret: &str) -> String {
    sign(&Secret::parse(secret).unwrap(), at(NOW), BODY)
}

#[test]
fn key_is_the_complete_secret_with_its_prefix() {
    // The expected signature was computed with Python's `hmac`, over `1767225600.` and the body.
    let expected = "6572dd0dd3b727e402e474a708641d7eda268e16d3cef733e0ee2b5396fd58c6";
    assert_eq!(signed("whsec_a"), format!("t={NOW},v1={expected}"));
}

#[test]
fn each_configured_secret_is_accepted_during_a_rotation() {
    for (configured, secret, accepted) in [
        ("whsec_old,whsec_new", "whsec_old", true),
        ("whsec_old,whsec_new", "whsec_new", true),
        ("whsec_other", "whsec_old", false),
        ("whsec_ol", "whsec_old", false),
    ] {
        let result = verify(Some(&signed(secret)), BODY, &secrets(configured), at(NOW));
        assert_eq!(result.is_ok(), accepted, "{configured} {secret}");
    }
}

#[test]
fn missing_header_or_secret_is_rejected() {
    let rejected = |header, secrets: &Secrets| verify(header, BODY, secrets, at(NOW)).unwrap_err();
    assert_eq!(rejected(None, &secrets("whsec_a")), SignatureError::NoHeader);
    assert_eq!(rejected(Some(&signed("whsec_a")), &Secrets::default()), SignatureError::NoKey);
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
