//! Signed bodies: a header `t=1767225600,v1=5257a8…,v1=…` proves who sent a body, and when.
//!
//! A `v1` is HMAC-SHA256, in hex, over the text of `t`, a full stop and the raw body. While a key is exchanged there may
//! be several; every one is compared with every key. Stripe signs its webhooks so ("Verify webhook signatures
//! manually"), and host apps sign their events to us the same way.

pub mod json;

use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha2::Sha256;

/// How far from now a signature may have been made, in seconds, in either direction.
pub const TOLERANCE: u64 = 300;

/// The longest header that is read, in bytes.
const LONGEST: usize = 4 * 1024;
/// The most digits of a time: enough for another 30,000 years.
const MOST_DIGITS: usize = 12;
/// The most signatures that are compared.
const MOST_SIGNATURES: usize = 16;

/// Why a body is not trusted. The words are for a log, where it is said whose signature it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is nothing to check against. This is our own fault and no verdict on the sender.
    #[error("no key to check signatures with is configured")]
    NoKey,
    /// There is no header.
    #[error("no signature header")]
    NoHeader,
    /// The header has a size or a form that a genuine one never has.
    #[error("malformed signature header: {0}")]
    Malformed(&'static str),
    /// The header has no readable signature of the scheme `v1`.
    #[error("no readable v1 signature")]
    NoSignature,
    /// No signature fits any key.
    #[error("no signature fits")]
    Mismatch,
    /// It is genuine, but made too long ago or too far ahead: it may be a recording.
    #[error("signed {0} seconds away from now")]
    Stale(u64),
}

/// Proves that the holder of one of `keys` signed `body`, at most [`TOLERANCE`] seconds from `now`. `header` is none
/// where it is absent.
///
/// # Errors
/// [`Refused`].
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
    // Every pair is compared, so that the time it takes does not tell which of them fits.
    let mut fits = false;
    for key in keys {
        let mac = over(key, header.t, body);
        for signature in &header.signatures {
            fits |= mac.clone().verify_slice(signature).is_ok();
        }
    }
    if !fits {
        return Err(SignatureError::Mismatch);
    }
    // Judged last: only of a genuine signature is its age worth a word.
    match now.as_second().abs_diff(header.at) {
        ..=TOLERANCE => Ok(()),
        away => Err(SignatureError::Stale(away)),
    }
}

/// Signs `body` at `at`, as the holder of `key` would; answers the header's value.
#[must_use]
pub fn sign(key: &Hmac<Sha256>, at: Timestamp, body: &[u8]) -> String {
    let t = at.as_second().to_string();
    let signature = hex::encode(over(key, &t, body).finalize().into_bytes());
    format!("t={t},v1={signature}")
}

fn over(key: &Hmac<Sha256>, t: &str, body: &[u8]) -> Hmac<Sha256> {
    key.clone().chain_update(t).chain_update(b".").chain_update(body)
}

/// The header, read.
struct Header<'a> {
    /// The time as it was written: the text is what was signed.
    t: &'a str,
    /// The time, in seconds of the Unix epoch.
    at: i64,
    /// The signatures of the scheme `v1` that have the right form.
    signatures: Vec<[u8; 32]>,
}

impl<'a> Header<'a> {
    fn parse(text: &'a str) -> Result<Self, SignatureError> {
        if text.len() > LONGEST {
            return Err(SignatureError::Malformed("too long"));
        }
        let (mut times, mut v1) = (Vec::new(), Vec::new());
        for part in text.split(',') {
            match part.split_once('=').ok_or(SignatureError::Malformed("a part without ="))? {
                ("t", time) => times.push(time),
                ("v1", signature) => v1.push(signature),
                // Other schemes: Stripe's `v0` is a test-mode leftover, and stronger ones may come.
                _ => {}
            }
        }
        // A gateway joins repeated headers with a comma: two headers must not become one with a chosen time.
        let [t] = times[..] else { return Err(SignatureError::Malformed("not exactly one t")) };
        let at = if t.len() <= MOST_DIGITS && t.bytes().all(|b| b.is_ascii_digit()) {
            t.parse().ok()
        } else {
            None
        };
        let at = at.ok_or(SignatureError::Malformed("t is not a time"))?;
        if v1.len() > MOST_SIGNATURES {
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
