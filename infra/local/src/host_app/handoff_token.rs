//! Passes, as a host app judges them: from what Onramp documents, and sharing no code with it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use thiserror::Error;

/// How far two clocks may be apart, in seconds.
const SKEW: i64 = 5;

/// Who is let in, as a pass tells it.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub(super) struct HostUser {
    pub sub: String,
    pub name: String,
    pub email: String,
    pub email_verified: bool,
    pub organization_id: String,
    pub organization_name: String,
    pub role: String,
    pub access: String,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    jti: String,
    iat: i64,
    exp: i64,
    #[serde(flatten)]
    guest: HostUser,
}

/// Why a pass lets nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum HandoffTokenError {
    #[error("This is no pass.")]
    Malformed,
    #[error("This pass is signed with a key that is not known here.")]
    UnknownKey,
    #[error("The signature of this pass does not fit it.")]
    Forged,
    #[error("This pass is for another app, or from another sender.")]
    Elsewhere,
    #[error("This pass has expired. Go back and press the button again.")]
    Expired,
    #[error("This pass was used before. Go back and press the button again.")]
    Used,
}

/// What passes are held against, and which were used.
#[derive(Debug)]
pub(super) struct HandoffVerifier {
    keys: BTreeMap<String, Vec<u8>>,
    issuer: String,
    audience: String,
    /// The ids of used passes, and until when each has to be remembered.
    used: BTreeMap<String, i64>,
}

impl HandoffVerifier {
    /// `keys` is a list of `id:secret`; what cannot be read of it opens nothing.
    pub(super) fn new(keys: &str, issuer: &str, audience: &str) -> Self {
        let keys = keys.split(',').filter_map(|key| {
            let (id, secret) = key.trim().split_once(':')?;
            Some((id.to_owned(), URL_SAFE_NO_PAD.decode(secret.trim_end_matches('=')).ok()?))
        });
        Self {
            keys: keys.collect(),
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            used: BTreeMap::new(),
        }
    }

    /// Judges a pass at `now`. A good one is used up by it.
    pub(super) fn open(&mut self, token: &str, now: Timestamp) -> Result<HostUser, HandoffTokenError> {
        let (input, signature) = token.rsplit_once('.').ok_or(HandoffTokenError::Malformed)?;
        let (header, claims) = input.split_once('.').ok_or(HandoffTokenError::Malformed)?;
        let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| HandoffTokenError::Malformed);
        let header: Header =
            serde_json::from_slice(&decoded(header)?).map_err(|_| HandoffTokenError::Malformed)?;
        let key = self
            .keys
            .get(&header.kid)
            .filter(|_| header.alg == "HS256")
            .ok_or(HandoffTokenError::UnknownKey)?;
        let mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| HandoffTokenError::UnknownKey)?;
        mac.chain_update(input).verify_slice(&decoded(signature)?).map_err(|_| HandoffTokenError::Forged)?;

        let claims: Claims =
            serde_json::from_slice(&decoded(claims)?).map_err(|_| HandoffTokenError::Malformed)?;
        if claims.iss != self.issuer || claims.aud != self.audience {
            return Err(HandoffTokenError::Elsewhere);
        }
        let now = now.as_second();
        if now >= claims.exp.saturating_add(SKEW) || now < claims.iat.saturating_sub(SKEW) {
            return Err(HandoffTokenError::Expired);
        }
        self.used.retain(|_, until| *until > now);
        if self.used.insert(claims.jti, claims.exp.saturating_add(SKEW)).is_some() {
            return Err(HandoffTokenError::Used);
        }
        Ok(claims.guest)
    }
}
