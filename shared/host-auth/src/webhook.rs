//! Signatures of calls to the host's endpoint, in the format of Standard Webhooks.
//!
//! Three headers sign a call: `webhook-id` identifies the message, `webhook-timestamp` is the time of
//! the attempt in seconds since 1970, and `webhook-signature` lists one `v1,<base64>` for each
//! secret. A signature is the HMAC-SHA256 of ID, timestamp, and body, joined by full stops (Standard
//! Webhooks specification 1.0, "Signature scheme").

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

/// Name of the header with the ID of the message.
pub const ID: &str = "webhook-id";
/// Name of the header with the time of the attempt.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// Name of the header with the signatures.
pub const SIGNATURE: &str = "webhook-signature";

/// The specification requires a secret of 24 to 64 bytes.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// The secrets that Onramp and the host's endpoint share: one, or several during a rotation. The
/// `Debug` output hides them.
#[derive(Clone)]
pub struct WebhookSecrets(Vec<Hmac<Sha256>>);

impl WebhookSecrets {
    /// Description of valid secrets, for a message that starts with "expected".
    pub const EXPECTED: &str = "comma-separated whsec_ secrets (each with 24 to 64 random bytes in base64), or the ARN \
                                of a secret that contains them";

    /// Parses one secret, or several that are separated by commas. Returns `None` if one is invalid.
    #[must_use]
    pub fn parse(list: &str) -> Option<Self> {
        list.split(',').map(|secret| parse_secret(secret.trim())).collect::<Option<_>>().map(Self)
    }

    /// Signs a call and returns the value of the header [`SIGNATURE`].
    #[must_use]
    pub fn sign(&self, id: &str, at: Timestamp, body: &[u8]) -> String {
        let sign = |secret: &Hmac<Sha256>| {
            format!("v1,{}", STANDARD.encode(mac(secret, id, at.as_second(), body).finalize().into_bytes()))
        };
        self.0.iter().map(sign).collect::<Vec<_>>().join(" ")
    }

    /// Returns whether one of the secrets made one of the signatures in the header [`SIGNATURE`].
    ///
    /// The caller checks that `seconds`, the value of [`TIMESTAMP`], is close to now.
    #[must_use]
    pub fn verify(&self, id: &str, seconds: i64, body: &[u8], header: &str) -> bool {
        let signatures = header.split(' ').filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok());
        let signatures: Vec<_> = signatures.collect();
        self.0.iter().any(|secret| {
            let mac = mac(secret, id, seconds, body);
            signatures.iter().any(|signature| mac.clone().verify_slice(signature).is_ok())
        })
    }
}

impl fmt::Debug for WebhookSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookSecrets({})", self.0.len())
    }
}

fn parse_secret(text: &str) -> Option<Hmac<Sha256>> {
    let secret = STANDARD.decode(text.strip_prefix("whsec_")?).ok()?;
    SECRET_BYTES.contains(&secret.len()).then(|| Hmac::new_from_slice(&secret).ok()).flatten()
}

fn mac(secret: &Hmac<Sha256>, id: &str, seconds: i64, body: &[u8]) -> Hmac<Sha256> {
    secret.clone().chain_update(id).chain_update(format!(".{seconds}.")).chain_update(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of the specification's reference libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const SECONDS: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNED: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    const OTHER: &str = "whsec_bG9jYWwtb25yYW1wLXdlYmhvb2stc2VjcmV0LTAwMDA=";

    fn at() -> Timestamp {
        Timestamp::from_second(SECONDS).unwrap()
    }

    #[test]
    fn signature_equals_the_example_of_the_specification() {
        let secrets = WebhookSecrets::parse(SECRET).unwrap();
        assert_eq!(secrets.sign(ID, at(), BODY), SIGNED);
        assert!(secrets.verify(ID, SECONDS, BODY, SIGNED));
        assert!(secrets.verify(ID, SECONDS, BODY, &format!("v1,bm8= v2,{SIGNED} {SIGNED}")));
        for (id, seconds, body, header) in [
            ("msg_1", SECONDS, BODY, SIGNED),
            (ID, SECONDS + 1, BODY, SIGNED),
            (ID, SECONDS, b"{}".as_slice(), SIGNED),
            (ID, SECONDS, BODY, "v1,bm8="),
            (ID, SECONDS, BODY, ""),
        ] {
            assert!(!secrets.verify(id, seconds, body, header), "{id} {seconds} {header}");
        }
    }

    #[test]
    fn every_secret_of_a_rotation_signs() {
        let both = WebhookSecrets::parse(&format!("{OTHER}, {SECRET}")).unwrap();
        let header = both.sign(ID, at(), BODY);
        assert!(header.ends_with(&format!(" {SIGNED}")), "{header}");
        for secret in [SECRET, OTHER] {
            assert!(WebhookSecrets::parse(secret).unwrap().verify(ID, SECONDS, BODY, &header), "{secret}");
        }
    }

    #[test]
    fn only_secrets_of_valid_length_are_accepted() {
        let of = |bytes: usize| format!("whsec_{}", STANDARD.encode(vec![7; bytes]));
        for (text, valid) in [
            (of(24), true),
            (of(64), true),
            (of(23), false),
            (of(65), false),
            (String::new(), false),
            (format!("{},", of(24)), false),
            (of(24).replace("whsec_", ""), false),
            (format!("{}!", of(24)), false),
        ] {
            assert_eq!(WebhookSecrets::parse(&text).is_some(), valid, "{text}");
        }
        assert_eq!(format!("{:?}", WebhookSecrets::parse(SECRET).unwrap()), "WebhookSecrets(1)");
    }
}
