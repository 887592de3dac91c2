//! Signer for the `Stripe-Signature` header.
//! Source: docs.stripe.com, "Verify webhook signatures".

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

/// Returns the header for `body`, signed at the time `at`: `t=1735689600,v1=5257a8…,v1=…`. The
/// header contains one signature per secret, as at Stripe during the rotation of a secret. The HMAC
/// key is the full text `whsec_…`.
pub fn sign(secrets: &[String], body: &[u8], at: Timestamp) -> String {
    let seconds = at.as_second();
    secrets.iter().fold(format!("t={seconds}"), |header, secret| {
        format!("{header},v1={}", hex::encode(tag(secret, seconds, body)))
    })
}

fn tag(secret: &str, seconds: i64, body: &[u8]) -> Vec<u8> {
    // HMAC accepts keys of any length, so this never fails. An empty tag would fail verification.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return Vec::new();
    };
    mac.update(seconds.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    mac.finalize().into_bytes().to_vec()
}
