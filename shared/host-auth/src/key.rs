//! Keys for tokens and event signatures: parses lists of keys, and signs tokens.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// Minimum length of a secret in bytes: the size of the hash (RFC 7518, 3.2).
const MIN_SECRET_BYTES: usize = 32;
/// Maximum length of a key ID.
const MAX_ID_LENGTH: usize = 32;

/// A secret for HMAC-SHA256 with a key ID. A token contains the ID of its key, so the verifier can
/// select the key.
///
/// `Debug` does not show the secret.
#[derive(Clone)]
pub struct Key {
    id: String,
    mac: Hmac<Sha256>,
}

impl Key {
    /// Returns the key ID.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Signs `claims` and returns a JSON Web Token, `header.claims.signature` (RFC 7515, 7.1).
    #[must_use]
    pub fn token(&self, claims: &Value) -> String {
        let header = json!({ "alg": "HS256", "kid": self.id, "typ": "JWT" });
        let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let input = format!("{}.{}", encoded(&header), encoded(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.mac.clone().chain_update(&input).finalize().into_bytes());
        format!("{input}.{signature}")
    }

    /// Returns an HMAC-SHA256 computation that starts with this key.
    pub(crate) fn mac(&self) -> &Hmac<Sha256> {
        &self.mac
    }

    fn parse(key: &str) -> Option<Self> {
        let (id, secret) = key.split_once(':')?;
        let is_id_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let secret = URL_SAFE_NO_PAD.decode(secret.trim_end_matches('=')).ok()?;
        let is_valid = (1..=MAX_ID_LENGTH).contains(&id.len())
            && id.bytes().all(is_id_byte)
            && secret.len() >= MIN_SECRET_BYTES;
        let mac = Hmac::new_from_slice(&secret).ok()?;
        is_valid.then(|| Self { id: id.to_owned(), mac })
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The keys with which either the host app or Onramp signs. The signer uses the first key. The
/// verifier accepts all keys, so tokens that were signed with an old key stay valid during a key
/// rotation.
#[derive(Clone, Debug, Default)]
pub struct Keys(Vec<Key>);

impl Keys {
    /// Description of a valid list of keys, for a message that starts with "expected".
    pub const EXPECTED: &str = "comma-separated id:secret keys (id: letters, digits, - and _; secret: at least 32 random \
                                bytes in base64url), or the ARN of a secret that contains them";

    /// Parses a list `id:secret,…`. Returns `None` if a key is invalid or an ID occurs twice.
    #[must_use]
    pub fn parse(list: &str) -> Option<Self> {
        let keys = list.split(',').map(|key| Key::parse(key.trim())).collect::<Option<Vec<_>>>()?;
        let mut ids: Vec<_> = keys.iter().map(Key::id).collect();
        ids.sort_unstable();
        ids.dedup();
        (ids.len() == keys.len()).then_some(Self(keys))
    }

    /// Returns the key with which new tokens are signed, or `None` if there are no keys.
    #[must_use]
    pub fn first(&self) -> Option<&Key> {
        self.0.first()
    }

    /// Returns the key with this ID.
    pub(crate) fn named(&self, id: &str) -> Option<&Key> {
        self.0.iter().find(|key| key.id == id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Key> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 7515, appendix A.1.
    const STANDARD: &str =
        "rfc:AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

    #[test]
    fn signature_equals_the_example_of_rfc_7515() {
        let input = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6\
                     Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let keys = Keys::parse(STANDARD).unwrap();
        let signature = keys.first().unwrap().mac().clone().chain_update(input).finalize().into_bytes();
        assert_eq!(URL_SAFE_NO_PAD.encode(signature), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    }

    #[test]
    fn a_token_names_its_key_and_its_algorithm() {
        let token = Keys::parse(STANDARD).unwrap().first().unwrap().token(&json!({ "sub": "Jö" }));
        let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
        assert_eq!(parts.next().unwrap(), br#"{"alg":"HS256","kid":"rfc","typ":"JWT"}"#);
        assert_eq!(parts.next().unwrap(), r#"{"sub":"Jö"}"#.as_bytes());
        assert_eq!((parts.next().unwrap().len(), parts.next()), (32, None));
    }

    #[test]
    fn list_is_rejected_if_one_key_is_invalid() {
        let good = "A".repeat(43);
        let short = "A".repeat(42);
        for (list, first) in [
            (format!("a:{good}"), Some("a".to_owned())),
            (format!(" 2026-01:{good} , 2025_12:{good}=="), Some("2026-01".to_owned())),
            (format!("a:{good},"), None),
            (format!("a:{good},a:{good}"), None),
            (format!("a:{good},b:{short}"), None),
            (format!("a:{short}"), None),
            (format!(":{good}"), None),
            (format!("a b:{good}"), None),
            (format!("{}:{good}", "a".repeat(32)), Some("a".repeat(32))),
            (format!("{}:{good}", "a".repeat(33)), None),
            (format!("a:{good}+/"), None),
            (good.clone(), None),
            (String::new(), None),
        ] {
            let keys = Keys::parse(&list);
            assert_eq!(keys.as_ref().and_then(Keys::first).map(Key::id), first.as_deref(), "{list}");
        }
    }

    #[test]
    fn debug_output_shows_the_id_and_hides_the_secret() {
        let keys = Keys::parse(STANDARD);
        assert_eq!(format!("{keys:?}"), "Some(Keys([Key { id: \"rfc\", .. }]))");
    }
}
