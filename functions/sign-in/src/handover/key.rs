use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// The fewest bytes of a secret: as many as the hash has (RFC 7518, 3.2).
const FEWEST_BYTES: usize = 32;
/// The longest name of a key.
const LONGEST_ID: usize = 32;

/// What passes are signed with: HMAC-SHA256, under a name that tells the host app which of its secrets to take.
/// `Debug` does not show the secret.
#[derive(Clone)]
pub struct SigningKey {
    id: String,
    mac: Hmac<Sha256>,
}

impl SigningKey {
    /// What a list of keys should look like, as words that finish "expected …".
    pub const EXPECTED: &str = "keys separated by commas, each id:secret, the id of letters, digits, - and _, the secret of 32 or more \
                                random bytes in base64url; or the ARN of a secret that holds them";

    /// The key that signs: the first of a list. The others are there for the host app, which takes all of them while
    /// one is exchanged for another; a fault in any of them is a fault of the list.
    pub fn first_of(list: &str) -> Option<Self> {
        let keys = list.split(',').map(|key| Self::parse(key.trim())).collect::<Option<Vec<_>>>()?;
        let mut ids: Vec<_> = keys.iter().map(|key| key.id.clone()).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() != keys.len() {
            return None;
        }
        keys.into_iter().next()
    }

    fn parse(key: &str) -> Option<Self> {
        let (id, secret) = key.split_once(':')?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let secret = URL_SAFE_NO_PAD.decode(secret.trim_end_matches('=')).ok()?;
        let good =
            (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(plain) && secret.len() >= FEWEST_BYTES;
        let mac = Hmac::new_from_slice(&secret).ok()?;
        good.then(|| Self { id: id.to_owned(), mac })
    }

    /// A JSON Web Token of those claims: `header.claims.signature` (RFC 7515, 7.1).
    pub fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "HS256", "kid": self.id, "typ": "JWT" });
        let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let input = format!("{}.{}", encoded(&header), encoded(claims));
        let signature = self.signature(&input);
        format!("{input}.{signature}")
    }

    fn signature(&self, input: &str) -> String {
        let mac = self.mac.clone().chain_update(input);
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of RFC 7515, appendix A.1.
    const STANDARD: &str =
        "rfc:AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

    #[test]
    fn the_signature_is_the_standards() {
        let input = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6\
                     Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let signature = SigningKey::first_of(STANDARD).unwrap().signature(input);
        assert_eq!(signature, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    }

    #[test]
    fn a_token_names_its_key_and_its_algorithm() {
        let token = SigningKey::first_of(STANDARD).unwrap().sign(&json!({ "sub": "Jö" }));
        let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
        assert_eq!(parts.next().unwrap(), br#"{"alg":"HS256","kid":"rfc","typ":"JWT"}"#);
        assert_eq!(parts.next().unwrap(), r#"{"sub":"Jö"}"#.as_bytes());
        assert_eq!((parts.next().unwrap().len(), parts.next()), (32, None));
    }

    #[test]
    fn the_first_key_signs_and_every_key_is_judged() {
        let good = "A".repeat(43);
        let short = "A".repeat(42);
        for (list, first) in [
            (format!("a:{good}"), Some("a")),
            (format!(" 2026-01:{good} , 2025_12:{good}=="), Some("2026-01")),
            (format!("a:{good},"), None),
            (format!("a:{good},a:{good}"), None),
            (format!("a:{good},b:{short}"), None),
            (format!("a:{short}"), None),
            (format!(":{good}"), None),
            (format!("a b:{good}"), None),
            (format!("{}:{good}", "a".repeat(33)), None),
            (format!("a:{good}+/"), None),
            (good.clone(), None),
            (String::new(), None),
        ] {
            let key = SigningKey::first_of(&list);
            assert_eq!(key.as_ref().map(|key| key.id.as_str()), first, "{list}");
            assert!(!format!("{key:?}").contains("AAA"), "{key:?}");
        }
    }
}
