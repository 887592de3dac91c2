//! The keys with which the host app signs. If they are in Secrets Manager, they are read when a
//! verification needs them.

use std::sync::Arc;

use aws_sdk_secretsmanager::Client;
use aws_types::SdkConfig;
use jiff::{SignedDuration, Timestamp};
use telemetry::LogArea;
use tokio::sync::Mutex;

use crate::key::{KeySource, Keys};

/// If the cached keys are at least this old and one of them matches, the secret is read again,
/// because the matching key may have been revoked. So a revoked key works for at most this long, as
/// long as the secret can be read.
const KEY_MAX_AGE: SignedDuration = SignedDuration::from_mins(5);
/// Minimum time between two reads of the secret when no cached key matches. Without this minimum,
/// each forged request would cause a read.
const READ_INTERVAL: SignedDuration = SignedDuration::from_secs(60);
/// Minimum time between two reads of the secret while there are no cached keys.
const READ_INTERVAL_WITHOUT_KEYS: SignedDuration = SignedDuration::from_secs(5);

/// An error of a verification that can have two causes: a wrong signature, or outdated cached keys.
pub trait VerificationError {
    /// Returns whether the verification could succeed with a different key.
    fn may_match_another_key(&self) -> bool;
}

/// The keys with which the host app signs, and their source.
///
/// Keys in Secrets Manager are read at the first verification. They are not read at startup,
/// because most invocations verify nothing.
#[derive(Debug)]
pub struct Keyring {
    cache: Mutex<Cache>,
    secret: Option<StoredSecret>,
}

#[derive(Debug, Default)]
struct Cache {
    keys: Arc<Keys>,
    /// Time of the last read, also if it failed.
    read_at: Option<Timestamp>,
}

#[derive(Debug)]
struct StoredSecret {
    client: Client,
    arn: String,
}

impl Keyring {
    /// Creates a keyring with keys from `source`. Reads nothing yet.
    #[must_use]
    pub fn new(source: KeySource, config: &SdkConfig) -> Self {
        let (keys, secret) = match source {
            KeySource::Unset => (Keys::default(), None),
            KeySource::Inline(keys) => (keys, None),
            KeySource::Secret(arn) => {
                (Keys::default(), Some(StoredSecret { client: Client::new(config), arn }))
            }
        };
        Self { cache: Mutex::new(Cache { keys: Arc::new(keys), read_at: None }), secret }
    }

    /// Calls `check` with the cached keys. Reads the secret again if the keys may be outdated, so
    /// that a key rotation needs no deployment.
    ///
    /// If no cached key matches, the host app may have signed with a new key. The secret is then
    /// read again, but at most once a minute, or every five seconds while there are no cached keys.
    /// If the read returns keys, `check` runs again.
    ///
    /// If a key matches but the keys were read at least five minutes ago, the key may have been
    /// revoked. The secret is then read again too. If the read returns keys, `check` runs again.
    ///
    /// # Errors
    /// The error of `check` with the newest keys.
    pub async fn verify<T, E: VerificationError>(
        &self,
        now: Timestamp,
        check: impl Fn(&Keys) -> Result<T, E>,
    ) -> Result<T, E> {
        let keys = self.keys(None, now).await;
        let first = check(&keys);
        let max_age = match &first {
            Ok(_) => KEY_MAX_AGE,
            Err(error) if !error.may_match_another_key() => return first,
            Err(_) if keys.is_empty() => READ_INTERVAL_WITHOUT_KEYS,
            Err(_) => READ_INTERVAL,
        };
        let newer = self.keys(Some(max_age), now).await;
        if Arc::ptr_eq(&keys, &newer) { first } else { check(&newer) }
    }

    /// Returns the keys. Reads the secret if it was never read, or if the last read is at least
    /// `max_age` ago. `None` accepts keys of any age. If the read fails, the cached keys stay.
    async fn keys(&self, max_age: Option<SignedDuration>, now: Timestamp) -> Arc<Keys> {
        let mut cache = self.cache.lock().await;
        let fresh = match (cache.read_at, max_age) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(read_at), Some(max_age)) => now.duration_since(read_at) < max_age,
        };
        if let (false, Some(secret)) = (fresh, &self.secret) {
            cache.read_at = Some(now);
            if let Some(keys) = secret.read().await {
                cache.keys = Arc::new(keys);
            }
        }
        Arc::clone(&cache.keys)
    }
}

impl StoredSecret {
    /// Reads and parses the secret. If this fails, logs the reason and returns `None`.
    async fn read(&self) -> Option<Keys> {
        let response = match self.client.get_secret_value().secret_id(&self.arn).send().await {
            Ok(response) => response,
            Err(error) => {
                let cause =
                    error.as_service_error().map_or_else(|| "no response".to_owned(), ToString::to_string);
                tracing::error!(area = %LogArea::Access, cause, "failed to read host app keys");
                return None;
            }
        };
        let keys = response.secret_string().and_then(Keys::parse);
        if keys.is_none() {
            tracing::error!(area = %LogArea::Access, expected = Keys::EXPECTED, "rejected host app keys");
        }
        keys
    }
}
