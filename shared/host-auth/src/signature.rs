//! The header `Onramp-Signature`: the host app signs the events that it posts.
//!
//! The crate [`webhook_signature`] defines the format of the header and verifies it. Every `v1` is
//! compared with every key, so the header needs no key ID.

use jiff::Timestamp;
use webhook_signature::SignatureError;

use crate::key::{Key, Keys};

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
    /// The signature is valid, but the time of signing is more than
    /// [`webhook_signature::TOLERANCE`] seconds before or after now, so the request may be a replay.
    /// Contains the difference in seconds.
    #[error("The signature timestamp is {0} seconds before or after now; the maximum is 300.")]
    Stale(u64),
}

impl From<SignatureError> for HostSignatureError {
    fn from(error: SignatureError) -> Self {
        match error {
            SignatureError::NoHeader => Self::NoHeader,
            SignatureError::Malformed(_) | SignatureError::NoSignature => Self::Malformed,
            SignatureError::NoKey | SignatureError::Mismatch => Self::Key,
            SignatureError::Stale(difference) => Self::Stale(difference),
        }
    }
}

/// Verifies that the host app signed `body`, at most [`webhook_signature::TOLERANCE`] seconds
/// before or after `now`. `header` is `None` if the request has no signature header.
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
    use jiff::SignedDuration;
    use serde_json::json;

    use super::*;

    const BODY: &[u8] = br#"{"type":"project.created"}"#;

    fn keys(text: &str) -> Keys {
        Keys::parse(&format!("k:{}", text.repeat(11))).unwrap()
    }

    fn now() -> Timestamp {
        "2026-01-15T09:00:00Z".parse().unwrap()
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
        let ours = keys("bmV3");
        let t = now().as_second();
        let good = format!("t={t},v1={OPENSSL}");
        let stale = sign(ours.first().unwrap(), now() - SignedDuration::from_secs(301), BODY);
        for (header, expected) in [
            (Some(good.replace(',', ", ")), Ok(())),
            (Some(sign(keys("b2xk").first().unwrap(), now(), BODY)), Err(HostSignatureError::Key)),
            (Some(format!("v1={OPENSSL}")), Err(HostSignatureError::Malformed)),
            (Some(format!("t={t},v0={OPENSSL}")), Err(HostSignatureError::Malformed)),
            (Some(stale), Err(HostSignatureError::Stale(301))),
            (None, Err(HostSignatureError::NoHeader)),
        ] {
            assert_eq!(verify(header.as_deref(), BODY, &ours, now()), expected, "{header:?}");
        }
        assert_eq!(verify(Some(&good), BODY, &Keys::default(), now()), Err(HostSignatureError::Key));
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
}
