//! Provides the signing secrets of webhooks, and verifies signatures.

use runtime::{Aws, Clock, SecretCache, SecretFormat, SecretSource};
use stripe::{Secrets, SignatureError, VerifiedBody, verify};
use telemetry::LogArea;

/// The signing secrets of webhooks.
pub struct WebhookSecrets {
    cache: SecretCache<Secrets>,
    clock: Clock,
}

impl WebhookSecrets {
    /// Opens the secrets. Reads stored secrets at once, because the first webhook needs them.
    pub async fn open(source: SecretSource<Secrets>, aws: &Aws, clock: &Clock) -> Self {
        let format = SecretFormat {
            name: "webhook secret",
            area: LogArea::Webhook,
            expected: "one or more comma-separated whsec_… values",
            parse: Box::new(|text| Secrets::parse(text).ok()),
        };
        let cache = SecretCache::new(source, aws, format);
        cache.get(None, clock.now()).await;
        Self { cache, clock: clock.clone() }
    }

    /// Verifies that Stripe signed a body. See [`SecretCache::verify`] for rotations.
    ///
    /// # Errors
    /// [`SignatureError`], whose text is for the log.
    pub async fn verify<'a>(
        &self,
        header: Option<&str>,
        body: &'a [u8],
    ) -> Result<VerifiedBody<'a>, SignatureError> {
        let now = self.clock.now();
        let check = |secrets: &Secrets| verify(header, body, secrets, now);
        let may_match_another =
            |error: &SignatureError| matches!(error, SignatureError::Mismatch | SignatureError::NoKey);
        self.cache.verify(now, check, may_match_another).await
    }
}
