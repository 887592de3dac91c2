//! Signs embed tokens and host events for the sample host app. The code follows docs/host-app.md
//! and shares no code with Onramp.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::json;
use sha2::Sha256;

use super::handoff_token::HostUser;

/// Lifetime of an embed token, in seconds. Onramp's custom elements fetch a new token before the
/// current token expires.
const TOKEN_TTL_SECONDS: i64 = 5 * 60;

/// Key with which the host app signs.
#[derive(Clone)]
pub(super) struct HostSigner {
    id: String,
    secret: Vec<u8>,
}

impl HostSigner {
    /// Creates a signer with the first key of `keys`, a comma-separated list of `id:secret`.
    /// Returns `None` if this key is invalid.
    pub(super) fn new(keys: &str) -> Option<Self> {
        let (id, secret) = keys.split(',').next()?.trim().split_once(':')?;
        let secret = URL_SAFE_NO_PAD.decode(secret.trim_end_matches('=')).ok()?;
        Some(Self { id: id.to_owned(), secret })
    }

    /// Returns an embed token for a user and their organization.
    pub(super) fn token(&self, user: &HostUser, now: Timestamp) -> Option<String> {
        let now = now.as_second();
        let claims = json!({
            "aud": "onramp:embed", "org": user.organization_id, "sub": user.sub, "iat": now, "exp": now + TOKEN_TTL_SECONDS,
        });
        let header = json!({ "alg": "HS256", "typ": "JWT", "kid": self.id });
        let input = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let signature = URL_SAFE_NO_PAD.encode(self.mac(input.as_bytes())?);
        Some(format!("{input}.{signature}"))
    }

    /// Returns the `Onramp-Signature` header of a body.
    pub(super) fn signature(&self, body: &str, now: Timestamp) -> Option<String> {
        let t = now.as_second();
        Some(format!("t={t},v1={}", hex::encode(self.mac(format!("{t}.{body}").as_bytes())?)))
    }

    fn mac(&self, text: &[u8]) -> Option<Vec<u8>> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.secret).ok()?;
        Some(mac.chain_update(text).finalize().into_bytes().to_vec())
    }
}
