//! The host app's word to Onramp, given as the documentation says and by code that shares nothing with Onramp's.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::json;
use sha2::Sha256;

use super::handoff_token::HostUser;

/// How long an embed token works, in seconds: the elements fetch the next one by themselves.
const GOOD_FOR: i64 = 5 * 60;

/// The key that this app signs with.
#[derive(Clone)]
pub(super) struct HostSigner {
    id: String,
    secret: Vec<u8>,
}

impl HostSigner {
    /// By the first of a list of `id:secret`; none if that cannot be read.
    pub(super) fn new(keys: &str) -> Option<Self> {
        let (id, secret) = keys.split(',').next()?.trim().split_once(':')?;
        let secret = URL_SAFE_NO_PAD.decode(secret.trim_end_matches('=')).ok()?;
        Some(Self { id: id.to_owned(), secret })
    }

    /// A token with which a page shows somebody what Onramp has of their organization.
    pub(super) fn token(&self, guest: &HostUser, now: Timestamp) -> Option<String> {
        let now = now.as_second();
        let claims = json!({
            "aud": "onramp:embed", "org": guest.organization_id, "sub": guest.sub, "iat": now, "exp": now + GOOD_FOR,
        });
        let header = json!({ "alg": "HS256", "typ": "JWT", "kid": self.id });
        let input = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let signature = URL_SAFE_NO_PAD.encode(self.mac(input.as_bytes())?);
        Some(format!("{input}.{signature}"))
    }

    /// The header that signs a body.
    pub(super) fn signature(&self, body: &str, now: Timestamp) -> Option<String> {
        let t = now.as_second();
        Some(format!("t={t},v1={}", hex::encode(self.mac(format!("{t}.{body}").as_bytes())?)))
    }

    fn mac(&self, text: &[u8]) -> Option<Vec<u8>> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.secret).ok()?;
        Some(mac.chain_update(text).finalize().into_bytes().to_vec())
    }
}
