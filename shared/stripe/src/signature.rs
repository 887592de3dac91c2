//! The `Stripe-Signature` header, which uses the scheme of [`webhook_signature`]. The key is the
//! complete text of the webhook secret, with the prefix `whsec_`.
//!
//! During a rotation, Stripe signs with the old and the new secret. The header then contains one
//! `v1` signature per secret. Source: Stripe's documentation, "Verify webhook signatures manually".

use jiff::Timestamp;
pub use webhook_signature::SignatureError;

use crate::secret::{Secret, Secrets};

/// A body that is known to come from Stripe. [`Event::parse`](crate::Event::parse) requires it.
#[derive(Debug, Clone, Copy)]
pub struct VerifiedBody<'a>(&'a [u8]);

impl<'a> VerifiedBody<'a> {
    /// Wraps bytes that need no signature check.
    ///
    /// Use it only for a body that was verified before it was stored, and for a body from Stripe's
    /// EventBridge destination, which carries no signature.
    #[must_use]
    pub fn from_trusted_source(body: &'a [u8]) -> Self {
        Self(body)
    }

    /// Returns the raw bytes of the body.
    #[must_use]
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }
}

/// Verifies that Stripe signed `body`, at most [`webhook_signature::TOLERANCE`] seconds before or
/// after `now`.
///
/// # Errors
/// [`SignatureError`], whose text is for the log and never for the sender.
pub fn verify<'a>(
    header: Option<&str>,
    body: &'a [u8],
    secrets: &Secrets,
    now: Timestamp,
) -> Result<VerifiedBody<'a>, SignatureError> {
    webhook_signature::verify(header, body, secrets.iter().map(Secret::mac), now).map(|()| VerifiedBody(body))
}

/// Signs `body` as Stripe does at the time `at`, and returns the value of the header.
#[must_use]
pub fn sign(secret: &Secret, at: Timestamp, body: &[u8]) -> String {
    webhook_signature::sign(secret.mac(), at, body)
}
