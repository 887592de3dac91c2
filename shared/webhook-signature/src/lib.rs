//! Webhook signatures: verifies who signed a request body, and when.
//!
//! The signature is a header of the form `t=1767225600,v1=5257a8…,v1=…`. The field `t` is the time
//! of signing, in seconds since 1970. Each field `v1` is a signature: the HMAC-SHA256, as hex
//! digits, of the text of `t`, a full stop, and the raw body. During a key rotation, the header has
//! one `v1` per key. Stripe signs its webhooks this way (Stripe documentation, "Verify webhook
//! signatures manually"). Host apps sign their events in the same way.
//!
//! # Invariant
//!
//! A body is accepted only if one of the given keys signed its exact bytes, and if the time of
//! signing is at most [`TOLERANCE`] seconds before or after now. For every key, every `v1` is
//! compared with the expected signature in constant time.
//!
//! # What it never does
//!
//! [`verify`] never parses the body. This crate never stores a key, and it never decides what a
//! sender may do.
//!
//! # Where to start
//!
//! - [`verify`]: checks a header and a body.
//! - [`sign`]: creates the header for tests and the local stack.
//! - [`json`]: parses a verified body. It rejects a document that two parsers could read
//!   differently.

pub mod json;

use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha2::Sha256;

/// Maximum difference between the time of signing and now, in seconds. The time of signing may be
/// before or after now.
pub const TOLERANCE: u64 = 300;

/// Maximum length of the header, in bytes.
const MAX_HEADER_BYTES: usize = 4 * 1024;
/// Maximum number of digits of `t`, which is enough for 30,000 years.
const MAX_TIME_DIGITS: usize = 12;
/// Maximum number of `v1` signatures in one header.
const MAX_SIGNATURES: usize = 16;

/// The reason why a signature is rejected. The text does not name the sender, so a log line with
/// the text must name the sender itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The caller passed no key, so the signature cannot be verified. The cause is the
    /// configuration, and not the sender.
    #[error("no signing key is configured")]
    NoKey,
    /// The request has no signature header.
    #[error("no signature header")]
    NoHeader,
    /// The header has a size or a format that a valid header never has.
    #[error("malformed signature header: {0}")]
    Malformed(&'static str),
    /// The header has no `v1` that consists of 64 hex digits.
    #[error("no readable v1 signature")]
    NoSignature,
    /// No key produces one of the `v1` signatures for this time and body.
    #[error("no signature matches")]
    Mismatch,
    /// The signature is valid, but the time of signing is more than [`TOLERANCE`] seconds before or
    /// after now, so the request may be a replay. Contains the difference in seconds.
    #[error("signed {0} seconds before or after now")]
    Stale(u64),
}

/// Verifies that the holder of one of `keys` signed `body`, at most [`TOLERANCE`] seconds before or
/// after `now`. `header` is `None` if the request has no signature header.
///
/// # Errors
/// [`SignatureError`]. If several reasons apply, the error is the variant that is defined first.
pub fn verify<'a>(
    header: Option<&str>,
    body: &[u8],
    keys: impl IntoIterator<Item = &'a Hmac<Sha256>>,
    now: Timestamp,
) -> Result<(), SignatureError> {
    let mut keys = keys.into_iter().peekable();
    if keys.peek().is_none() {
        return Err(SignatureError::NoKey);
    }
    let header = Header::parse(header.ok_or(SignatureError::NoHeader)?)?;
    // Every signature is compared with every key, even after a match. So the duration does not
    // reveal which signature and which key match.
    let mut matches = false;
    for key in keys {
        let mac = mac_of(key, header.t, body);
        for signature in &header.signatures {
            matches |= mac.clone().verify_slice(signature).is_ok();
        }
    }
    if !matches {
        return Err(SignatureError::Mismatch);
    }
    // The time is checked last, because it can be trusted only after the signature is verified.
    match now.as_second().abs_diff(header.at) {
        ..=TOLERANCE => Ok(()),
        difference => Err(SignatureError::Stale(difference)),
    }
}

/// Signs `body` with `key` at `at` and returns the value of the header.
#[must_use]
pub fn sign(key: &Hmac<Sha256>, at: Timestamp, body: &[u8]) -> String {
    let t = at.as_second().to_string();
    let signature = hex::encode(mac_of(key, &t, body).finalize().into_bytes());
    format!("t={t},v1={signature}")
}

fn mac_of(key: &Hmac<Sha256>, t: &str, body: &[u8]) -> Hmac<Sha256> {
    key.clone().chain_update(t).chain_update(b".").chain_update(body)
}

/// The fields of the signature header, parsed.
struct Header<'a> {
    /// The time as the header contains it. The signature is computed from this text, and not from
    /// the parsed number.
    t: &'a str,
    /// The time in seconds since 1970.
    at: i64,
    /// The `v1` signatures that are 64 hex digits.
    signatures: Vec<[u8; 32]>,
}

impl<'a> Header<'a> {
    fn parse(text: &'a str) -> Result<Self, SignatureError> {
        if text.len() > MAX_HEADER_BYTES {
            return Err(SignatureError::Malformed("too long"));
        }
        let (mut times, mut v1) = (Vec::new(), Vec::new());
        for part in text.split(',') {
            match part.split_once('=').ok_or(SignatureError::Malformed("a part without ="))? {
                ("t", time) => times.push(time),
                ("v1", signature) => v1.push(signature),
                // Fields with any other name are ignored: Stripe sends `v0` in test mode, and may
                // add new fields.
                _ => {}
            }
        }
        // A gateway joins repeated headers with a comma. Without this check, an attacker could send
        // a second header with a different `t`, and a parser could use this `t` with a valid
        // signature.
        let [t] = times[..] else { return Err(SignatureError::Malformed("not exactly one t")) };
        let at = if t.len() <= MAX_TIME_DIGITS && t.bytes().all(|b| b.is_ascii_digit()) {
            t.parse().ok()
        } else {
            None
        };
        let at = at.ok_or(SignatureError::Malformed("t is not a time"))?;
        if v1.len() > MAX_SIGNATURES {
            return Err(SignatureError::Malformed("too many signatures"));
        }
        let signatures: Vec<[u8; 32]> = v1.into_iter().filter_map(read_signature).collect();
        if signatures.is_empty() {
            return Err(SignatureError::NoSignature);
        }
        Ok(Self { t, at, signatures })
    }
}

fn read_signature(text: &str) -> Option<[u8; 32]> {
    let mut signature = [0; 32];
    hex::decode_to_slice(text, &mut signature).ok().map(|()| signature)
}
