//! The `Stripe-Signature` header: `t=1767225600,v1=5257a8…,v1=…`.
//!
//! Each `v1` is HMAC-SHA256 over the text of `t`, a full stop and the raw body, keyed with the whole `whsec_…` text.
//! While a secret is replaced, Stripe signs with the old and the new one and sends a `v1` for each.
//! Source: Stripe's documentation, "Verify webhook signatures manually".

use hmac::Mac;
use jiff::Timestamp;

use crate::secret::{Secret, Secrets};

/// How far from now a signature may have been made, in seconds, in either direction.
pub const TOLERANCE: u64 = 300;

/// The longest header that is read, in bytes.
const LONGEST: usize = 4 * 1024;
/// The most digits of a time: enough for another 30,000 years.
const MOST_DIGITS: usize = 12;
/// The most signatures that are compared.
const MOST_SIGNATURES: usize = 16;

/// A body that is known to come from Stripe. There is no other way to an [`Event`](crate::Event).
#[derive(Debug, Clone, Copy)]
pub struct Authentic<'a>(&'a [u8]);

impl<'a> Authentic<'a> {
    /// Takes over bytes whose origin vouches for them: those we verified before we stored them, and those that came
    /// over Stripe's own EventBridge destination, which carries no signature.
    #[must_use]
    pub fn by_origin(body: &'a [u8]) -> Self {
        Self(body)
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }
}

/// Why a body is not trusted: for the log, never for the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is nothing to check against. This is our own fault and no verdict on the sender.
    #[error("no webhook secret is configured")]
    NoSecret,
    /// There is no header.
    #[error("no Stripe-Signature header")]
    NoHeader,
    /// The header has a size or a form that Stripe's never has.
    #[error("malformed Stripe-Signature header: {0}")]
    Malformed(&'static str),
    /// The header has no readable signature of the scheme `v1`.
    #[error("no readable v1 signature")]
    NoSignature,
    /// No signature fits any secret.
    #[error("no signature fits")]
    Mismatch,
    /// Stripe signed it, but too long ago or too far ahead: it may be a recording.
    #[error("signed {0} seconds away from now")]
    Stale(u64),
}

/// Proves that Stripe signed `body`, at most [`TOLERANCE`] seconds from `now`. `header` is none where it is absent.
///
/// # Errors
/// [`Refused`], whose text is for the log.
pub fn verify<'a>(
    header: Option<&str>,
    body: &'a [u8],
    secrets: &Secrets,
    now: Timestamp,
) -> Result<Authentic<'a>, Refused> {
    if secrets.is_empty() {
        return Err(Refused::NoSecret);
    }
    let header = Header::parse(header.ok_or(Refused::NoHeader)?)?;
    // Every pair is compared, so that the time it takes does not tell which of them fits.
    let mut fits = false;
    for secret in secrets.iter() {
        let mac = secret.mac(header.t, body);
        for signature in &header.signatures {
            fits |= mac.clone().verify_slice(signature).is_ok();
        }
    }
    if !fits {
        return Err(Refused::Mismatch);
    }
    // Judged last: only of a genuine signature is its age worth a word.
    let away = now.as_second().abs_diff(header.at);
    if away > TOLERANCE {
        return Err(Refused::Stale(away));
    }
    Ok(Authentic(body))
}

/// Signs `body` as Stripe would at `at`; answers the header's value.
#[must_use]
pub fn sign(secret: &Secret, at: Timestamp, body: &[u8]) -> String {
    let t = at.as_second().to_string();
    let signature = hex::encode(secret.mac(&t, body).finalize().into_bytes());
    format!("t={t},v1={signature}")
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
    fn parse(text: &'a str) -> Result<Self, Refused> {
        if text.len() > LONGEST {
            return Err(Refused::Malformed("too long"));
        }
        let (mut times, mut v1) = (Vec::new(), Vec::new());
        for part in text.split(',') {
            match part.split_once('=').ok_or(Refused::Malformed("a part without ="))? {
                ("t", time) => times.push(time),
                ("v1", signature) => v1.push(signature),
                // Other schemes: `v0` is a test-mode leftover, and Stripe may add stronger ones.
                _ => {}
            }
        }
        // A gateway joins repeated headers with a comma: two headers must not become one with a chosen time.
        let [t] = times[..] else { return Err(Refused::Malformed("not exactly one t")) };
        let at = if t.len() <= MOST_DIGITS && t.bytes().all(|b| b.is_ascii_digit()) {
            t.parse().ok()
        } else {
            None
        };
        let at = at.ok_or(Refused::Malformed("t is not a time"))?;
        if v1.len() > MOST_SIGNATURES {
            return Err(Refused::Malformed("too many signatures"));
        }
        let signatures: Vec<[u8; 32]> = v1.into_iter().filter_map(read_signature).collect();
        if signatures.is_empty() {
            return Err(Refused::NoSignature);
        }
        Ok(Self { t, at, signatures })
    }
}

fn read_signature(text: &str) -> Option<[u8; 32]> {
    let mut signature = [0; 32];
    hex::decode_to_slice(text, &mut signature).ok().map(|()| signature)
}
