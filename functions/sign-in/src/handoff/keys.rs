//! Provides the key that signs handoff tokens.

use aws_sdk_secretsmanager::Client;
use host_auth::{Key, KeySource};
use jiff::{SignedDuration, Timestamp};
use runtime::Aws;
use telemetry::LogArea;
use tokio::sync::Mutex;

/// Time for which a key from a secret is used before the function reads the secret again.
const CACHE_TTL: SignedDuration = SignedDuration::from_mins(5);

/// Source of the signing key.
pub enum Keys {
    /// A key from the environment variable, which never changes.
    Inline(Key),
    /// A key from a secret in Secrets Manager. The function reads it at the first handoff and not
    /// at startup, because most invocations do not need it.
    Secret(SecretKey),
}

/// A key in Secrets Manager, with a cache.
pub struct SecretKey {
    client: Client,
    arn: String,
    /// The key of the last successful read, and the time of that read.
    cached: Mutex<Option<(Key, Timestamp)>>,
}

impl Keys {
    /// Creates the source that the configuration names, or `None` without keys.
    pub fn new(source: KeySource, aws: &Aws) -> Option<Self> {
        match source {
            KeySource::Unset => None,
            KeySource::Inline(keys) => keys.first().cloned().map(Self::Inline),
            KeySource::Secret(arn) => {
                let client = Client::new(&aws.service("secrets_manager"));
                Some(Self::Secret(SecretKey { client, arn, cached: Mutex::default() }))
            }
        }
    }

    /// Returns the signing key. Returns `None` if it has never been read successfully, and logs
    /// failed reads.
    pub async fn signing(&self, now: Timestamp) -> Option<Key> {
        match self {
            Self::Inline(key) => Some(key.clone()),
            Self::Secret(secret) => secret.get(now).await,
        }
    }
}

impl SecretKey {
    /// Returns the cached key, and reads it again after [`CACHE_TTL`]. If the new read fails, the
    /// cached key stays in use.
    async fn get(&self, now: Timestamp) -> Option<Key> {
        let mut cached = self.cached.lock().await;
        let fresh = cached.as_ref().is_some_and(|(_, read_at)| now.duration_since(*read_at) < CACHE_TTL);
        if !fresh && let Some(key) = self.read().await {
            *cached = Some((key, now));
        }
        cached.as_ref().map(|(key, _)| key.clone())
    }

    async fn read(&self) -> Option<Key> {
        let response = match self.client.get_secret_value().secret_id(&self.arn).send().await {
            Ok(response) => response,
            Err(error) => {
                let cause =
                    error.as_service_error().map_or_else(|| "no response".to_owned(), ToString::to_string);
                tracing::error!(area = %LogArea::Access, cause, "failed to read handoff signing keys");
                return None;
            }
        };
        let keys = response.secret_string().and_then(host_auth::Keys::parse);
        let key = keys.as_ref().and_then(host_auth::Keys::first).cloned();
        if key.is_none() {
            tracing::error!(
                area = %LogArea::Access,
                expected = host_auth::Keys::EXPECTED,
                "rejected invalid handoff signing keys"
            );
        }
        key
    }
}
