//! The `Stripe-Signature` header, from the side that signs. Source: docs.stripe.com, "Verify webhook signatures".

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

/// Signs a body at a moment, once per secret, as Stripe does while a secret is being rotated:
/// `t=1735689600,v1=5257a8…,v1=…`. A key is the whole `whsec_…` text.
pub fn sign(secrets: &[String], body: &[u8], at: Timestamp) -> String {
    let moment = at.as_second();
    secrets.iter().fold(format!("t={moment}"), |header, secret| {
        format!("{header},v1={}", hex::encode(tag(secret, moment, body)))
    })
}

fn tag(secret: &str, moment: i64, body: &[u8]) -> Vec<u8> {
    // HMAC takes keys of every length, so there is no error to hand on; an empty tag would verify nowhere.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return Vec::new();
    };
    mac.update(moment.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    mac.finalize().into_bytes().to_vec()
}
