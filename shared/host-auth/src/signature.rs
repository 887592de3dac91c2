//! The header `Onramp-Signature`: the host app signs the events that it posts.
//!
//! The crate [`webhook_signature`] defines the format of the header and verifies it. Every `v1` is compared
//! with every key, so the header needs no key ID.

use jiff::Timestamp;

use crate::{
    key::{Key, Keys},
    keyring::VerificationError,
};

/// Name of the header, in lowercase.
pub const HEADER: &str = "onramp-signature";

/// The reason why a signature is rejected. The text is written for the developer of the host app,
/// and it contains no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostSignatureError {
    /// The request has no header `Onramp-Signature`.
    #[error("The header Onramp-Signature is missing.")]
    NoHeader,
    /// The header has an invalid format.
    #[error(
        "The header Onramp-Signature must be t=<seconds>,v1=<64 hex digits>, with one t and up to 16 v1."
    )]
    Malformed,
    /// No key produces one of the `v1` signatures for this time and body.
    #[error("Onramp-Signature does not match this body and any key from HOST_KEYS.")]
    Key,
    /// The signature is valid, but the time of signing is more than [`webhook_signature::TOLERANCE`] seconds
    /// before or after now, so the request may be a replay. Contains the difference in seconds.
    #[error("The signature timestamp is {0} seconds before or after now; the maximum is 300.")]
    Stale(u64),
}

impl From<webhook_signature::SignatureError> for HostSignatureError {
    fn from(error: webhook_signature::SignatureError) -> Self {
        match error {
            webhook_signature::SignatureError::NoHeader => Self::NoHeader,
            webhook_signature::SignatureError::Malformed(_)
            | webhook_signature::SignatureError::NoSignature => Self::Malformed,
            webhook_signature::SignatureError::NoKey | webhook_signature::SignatureError::Mismatch => {
                Self::Key
            }
            webhook_signature::SignatureError::Stale(difference) => Self::Stale(difference),
        }
    }
}

impl VerificationError for HostSignatureError {
    fn may_match_another_key(&self) -> bool {
        *self == Self::Key
    }
}

/// Verifies that the host app signed `body`, at most [`webhook_signature::TOLERANCE`] seconds before or after
/// `now`. `header` is `None` if the request has no signature header.
///
/// # Errors
/// [`HostSignatureError`]. Its text is safe to return to the sender.
pub fn verify(
    header: Option<&str>,
    body: &[u8],
    keys: &Keys,
    now: Timestamp,
) -> Result<(), HostSignatureError> {
    // Some clients put a space after the comma.
    let header = header.map(|header| header.replace(", ", ","));
    Ok(webhook_signature::verify(header.as_deref(), body, keys.iter().map(Key::mac), now)?)
}

/// Signs `body` with `key` at `at` and returns the value of the header.
#[must_use]
pub fn sign(key: &Key, at: Timestamp, body: &[u8]) -> String {
    webhook_signature::sign(key.mac(), at, body)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const BODY: &[u8] = br#"{"type":"project.created"}"#;

    fn keys(text: &str) -> Keys {
        Keys::parse(&format!("k:{}", text.repeat(11))).unwrap()
    }

    fn now() -> Timestamp {
        "2026-01-15T09:00:00Z".parse().unwrap()
    }

    fn seconds(later: i64) -> Timestamp {
        Timestamp::from_second(now().as_second() + later).unwrap()
    }

    #[test]
    fn signature_equals_the_output_of_openssl() {
        // printf '1768467600.{"type":"project.created"}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:$(printf 'new%.0s' 1 2 3 4 5 6 7 8 9 10 11 | xxd -p -c 99)
        let header = sign(keys("bmV3").first().unwrap(), now(), BODY);
        assert_eq!(header, format!("t=1768467600,v1={OPENSSL}"));
    }

    const OPENSSL: &str = "64c9214c0d46275d66195e8504f4d9e65ca5751fa30b19d6c7998d45975344f5";

    #[test]
    fn header_is_accepted_or_rejected_with_its_reason() {
        let (ours, old) = (keys("bmV3"), keys("b2xk"));
        let good = sign(ours.first().unwrap(), now(), BODY);
        let theirs = sign(old.first().unwrap(), now(), BODY);
        let v1 = |header: &str| header.split_once(",v1=").unwrap().1.to_owned();
        let t = now().as_second();
        for (header, expected) in [
            (Some(good.clone()), Ok(())),
            (Some(format!("{theirs},v1={}", v1(&good))), Ok(())),
            (Some(format!("t={t},v1=zz,v2=x,kid=k,v1={}", v1(&good).to_uppercase())), Ok(())),
            (Some(format!("t={t}, v1={}", v1(&good))), Ok(())),
            (Some(theirs.clone()), Err(HostSignatureError::Key)),
            (Some(format!("t={},v1={}", t + 1, v1(&good))), Err(HostSignatureError::Key)),
            (Some(format!("t=0{t},v1={}", v1(&good))), Err(HostSignatureError::Key)),
            (Some(format!("{good},t={t}")), Err(HostSignatureError::Malformed)),
            (Some(format!("v1={}", v1(&good))), Err(HostSignatureError::Malformed)),
            (Some(format!("t={t}")), Err(HostSignatureError::Malformed)),
            (Some(format!("t={t},v0={}", v1(&good))), Err(HostSignatureError::Malformed)),
            (Some(format!("t={t},v1={}", &v1(&good)[..62])), Err(HostSignatureError::Malformed)),
            (Some(format!("t=-{t},v1={}", v1(&good))), Err(HostSignatureError::Malformed)),
            (Some(format!("t=,v1={}", v1(&good))), Err(HostSignatureError::Malformed)),
            (Some(format!("t=1234567890123,v1={}", v1(&good))), Err(HostSignatureError::Malformed)),
            (Some(format!("{good}{}", ",v1=00".repeat(16))), Err(HostSignatureError::Malformed)),
            (Some(format!("{good},{}", "x=".repeat(2100))), Err(HostSignatureError::Malformed)),
            (Some("nonsense".to_owned()), Err(HostSignatureError::Malformed)),
            (Some(String::new()), Err(HostSignatureError::Malformed)),
            (None, Err(HostSignatureError::NoHeader)),
        ] {
            assert_eq!(verify(header.as_deref(), BODY, &ours, now()), expected, "{header:?}");
        }
        assert_eq!(verify(Some(&good), &BODY[1..], &ours, now()), Err(HostSignatureError::Key));
        assert_eq!(verify(Some(&good), BODY, &Keys::default(), now()), Err(HostSignatureError::Key));
    }

    #[test]
    fn signature_is_valid_for_five_minutes_in_either_direction() {
        let ours = keys("bmV3");
        let good = sign(ours.first().unwrap(), now(), BODY);
        for (later, expected) in [
            (300, Ok(())),
            (301, Err(HostSignatureError::Stale(301))),
            (-300, Ok(())),
            (-301, Err(HostSignatureError::Stale(301))),
        ] {
            assert_eq!(verify(Some(&good), BODY, &ours, seconds(later)), expected, "{later}");
        }
    }

    #[test]
    fn token_and_event_signature_do_not_replace_each_other() {
        let ours = keys("bmV3");
        let key = ours.first().unwrap();
        // Signs an event whose body equals the claims of a token, and builds a token from this
        // signature. The time of the event takes the place of the token's header.
        let claims = json!({ "aud": crate::embed::AUDIENCE }).to_string();
        let header = sign(key, now(), claims.as_bytes());
        let (_, v1) = header.split_once(",v1=").unwrap();
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        let signature = URL_SAFE_NO_PAD.encode(hex::decode(v1).unwrap());
        let token = format!("{}.{}.{signature}", now().as_second(), URL_SAFE_NO_PAD.encode(&claims));
        assert!(crate::embed::EmbedToken::verify(&token, &ours, now()).is_err());
        // Uses the signature of a token as the signature of an event.
        let token = key.token(&json!({}));
        let [head, body, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!() };
        let v1 = hex::encode(URL_SAFE_NO_PAD.decode(signature).unwrap());
        assert_eq!(
            verify(Some(&format!("t={head},v1={v1}")), body.as_bytes(), &ours, now()),
            Err(HostSignatureError::Malformed)
        );
    }

    proptest! {
        #[test]
        fn arbitrary_header_is_rejected_without_panic(header in ".{0,300}", parts in "(t=[0-9]{0,14}|v1=[0-9a-f]{0,70}|,|=){0,12}") {
            for text in [header, parts] {
                prop_assert!(verify(Some(&text), BODY, &keys("bmV3"), now()).is_err());
            }
        }
    }
}
