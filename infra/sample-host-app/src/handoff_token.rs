//! Verifier of handoff tokens. It follows docs/host-app.md and shares no code with Onramp.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use thiserror::Error;

use super::words::error;

/// Maximum difference between the clocks of Onramp and the host app, in seconds.
const MAX_SKEW_SECONDS: i64 = 5;

/// Signed-in user, from the claims of a handoff token.
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
    pub plan: Option<String>,
    pub seats: Option<u64>,
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
    to: String,
    #[serde(flatten)]
    user: HostUser,
}

/// Reason why a handoff token is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum HandoffTokenError {
    #[error("{}", error::MALFORMED)]
    Malformed,
    #[error("{}", error::UNKNOWN_KEY)]
    UnknownKey,
    #[error("{}", error::SIGNATURE)]
    Forged,
    #[error("{}", error::AUDIENCE)]
    WrongAudience,
    #[error("{}", error::EXPIRED)]
    Expired,
    #[error("{}", error::USED)]
    Used,
}

/// Keys and expected claims of handoff tokens, and the ids of used tokens.
#[derive(Debug)]
pub(super) struct HandoffVerifier {
    keys: BTreeMap<String, Vec<u8>>,
    issuer: String,
    audience: String,
    /// Ids of used tokens, with the time until which each is stored, in seconds since 1970.
    used: BTreeMap<String, i64>,
}

impl HandoffVerifier {
    /// Creates a verifier. `keys` is a list of `id:secret`, in which invalid entries are ignored.
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

    /// Whether Onramp and the host app share a key. Without one, there are no tokens.
    pub(super) fn has_keys(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Verifies a token at `now`, and marks a valid token as used. Returns the user, and the path of
    /// the page to open.
    pub(super) fn verify(
        &mut self,
        token: &str,
        now: Timestamp,
    ) -> Result<(HostUser, String), HandoffTokenError> {
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
            return Err(HandoffTokenError::WrongAudience);
        }
        let now = now.as_second();
        if now >= claims.exp.saturating_add(MAX_SKEW_SECONDS)
            || now < claims.iat.saturating_sub(MAX_SKEW_SECONDS)
        {
            return Err(HandoffTokenError::Expired);
        }
        self.used.retain(|_, until| *until > now);
        if self.used.insert(claims.jti, claims.exp.saturating_add(MAX_SKEW_SECONDS)).is_some() {
            return Err(HandoffTokenError::Used);
        }
        Ok((claims.user, claims.to))
    }
}
