//! The `Stripe-Signature` header: a [signed] body, keyed with the whole `whsec_…` text.
//!
//! While a secret is replaced, Stripe signs with the old and the new one and sends a `v1` for each.
//! Source: Stripe's documentation, "Verify webhook signatures manually".

use jiff::Timestamp;
pub use signed::SignatureError;

use crate::secret::{Secret, Secrets};

/// A body that is known to come from Stripe. There is no other way to an [`Event`](crate::Event).
#[derive(Debug, Clone, Copy)]
pub struct VerifiedBody<'a>(&'a [u8]);

impl<'a> VerifiedBody<'a> {
    /// Takes over bytes whose origin vouches for them: those we verified before we stored them, and those that came
    /// over Stripe's own EventBridge destination, which carries no signature.
    #[must_use]
    pub fn from_trusted_source(body: &'a [u8]) -> Self {
        Self(body)
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }
}

/// Proves that Stripe signed `body`, at most [`signed::TOLERANCE`] seconds from `now`. `header` is none where it is
/// absent.
///
/// # Errors
/// [`Refused`], whose text is for the log and never for the sender.
pub fn verify<'a>(
    header: Option<&str>,
    body: &'a [u8],
    secrets: &Secrets,
    now: Timestamp,
) -> Result<VerifiedBody<'a>, SignatureError> {
    signed::verify(header, body, secrets.iter().map(Secret::mac), now).map(|()| VerifiedBody(body))
}

/// Signs `body` as Stripe would at `at`; answers the header's value.
#[must_use]
pub fn sign(secret: &Secret, at: Timestamp, body: &[u8]) -> String {
    signed::sign(secret.mac(), at, body)
}
