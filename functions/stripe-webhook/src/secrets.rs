//! Provides the signing secrets of webhooks, with a cache.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_secretsmanager::Client;
use jiff::{SignedDuration, Timestamp};
use runtime::{Aws, Clock};
use stripe::{Secrets, SignatureError, VerifiedBody, verify};
use telemetry::LogArea;

use crate::config::SecretLocation;

/// Maximum age at which cached secrets may still accept a signature. So a revoked secret can work
/// for this time after its revocation. Once per period, one event waits until the secrets are read
/// again.
const SECRET_MAX_AGE: SignedDuration = SignedDuration::from_mins(5);
/// Minimum time between two reads if signatures do not match, so that forged requests do not cause
/// costs.
const MISMATCH_READ_INTERVAL: SignedDuration = SignedDuration::from_secs(60);
/// Minimum time between reads while no secret is available and every webhook fails.
const MISSING_READ_INTERVAL: SignedDuration = SignedDuration::from_secs(5);

/// Provides the signing secrets, and caches secrets that are stored in Secrets Manager.
pub struct SecretSource {
    cached: Mutex<Arc<Secrets>>,
    stored: Option<StoredSecret>,
    clock: Clock,
}

struct StoredSecret {
    client: Client,
    arn: String,
    /// The time of the last read attempt.
    read_at: Mutex<Timestamp>,
}

impl SecretSource {
    /// Creates the provider. If the secrets are stored in Secrets Manager, reads them once.
    pub async fn open(location: SecretLocation, aws: &Aws, clock: &Clock) -> Self {
        let (secrets, stored) = match location {
            SecretLocation::Given(secrets) => (secrets, None),
            SecretLocation::Missing => (Secrets::none(), None),
            SecretLocation::Stored(arn) => {
                let client = Client::new(&aws.service("secrets_manager"));
                let read_at = Mutex::new(clock.now());
                let stored = StoredSecret { client, arn, read_at };
                (stored.read().await.unwrap_or_default(), Some(stored))
            }
        };
        Self { cached: Mutex::new(Arc::new(secrets)), stored, clock: clock.clone() }
    }

    /// Verifies that Stripe signed a body.
    ///
    /// A rotation needs no deployment, because secrets in Secrets Manager are read again in these
    /// cases:
    ///
    /// - No secret matches, so the body may be signed with a new secret. At most one such read
    ///   takes place per minute.
    /// - A secret matches, but the last read is at least five minutes ago, so the secret may have
    ///   been revoked.
    /// - No secret is available. At most one such read takes place every five seconds.
    ///
    /// # Errors
    /// [`SignatureError`], whose text is for the log.
    pub async fn verify<'a>(
        &self,
        header: Option<&str>,
        body: &'a [u8],
    ) -> Result<VerifiedBody<'a>, SignatureError> {
        let now = self.clock.now();
        let first = verify(header, body, &self.cached(), now);
        let interval = match first {
            Ok(_) => SECRET_MAX_AGE,
            Err(SignatureError::Mismatch) => MISMATCH_READ_INTERVAL,
            Err(SignatureError::NoKey) => MISSING_READ_INTERVAL,
            Err(_) => return first,
        };
        match &self.stored {
            Some(stored) if stored.start_read(interval, now) => self.refresh(stored).await,
            _ => return first,
        }
        verify(header, body, &self.cached(), now)
    }

    async fn refresh(&self, stored: &StoredSecret) {
        if let Some(secrets) = stored.read().await {
            *self.cached.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(secrets);
        }
    }

    fn cached(&self) -> Arc<Secrets> {
        self.cached.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl StoredSecret {
    /// Returns whether the last read is at least `interval` ago. In that case, records `now` as the
    /// time of the last read.
    fn start_read(&self, interval: SignedDuration, now: Timestamp) -> bool {
        let mut read_at = self.read_at.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = now.duration_since(*read_at) >= interval;
        if is_due {
            *read_at = now;
        }
        is_due
    }

    /// Reads the stored secrets. If they are not available, logs the reason and returns `None`.
    async fn read(&self) -> Option<Secrets> {
        let output = match self.client.get_secret_value().secret_id(&self.arn).send().await {
            Ok(output) => output,
            Err(error) => {
                let cause =
                    error.as_service_error().map_or_else(|| "no response".to_owned(), ToString::to_string);
                tracing::error!(area = %LogArea::Webhook, cause, "failed to read webhook secret");
                return None;
            }
        };
        let secrets = output.secret_string().and_then(|text| Secrets::parse(text).ok());
        if secrets.is_none() {
            tracing::error!(
                area = %LogArea::Webhook,
                "rejected webhook secret: expected one or more comma-separated whsec_… values"
            );
        }
        secrets
    }
}
