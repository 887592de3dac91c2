//! Provides Stripe's secret key, with a cache.

use aws_sdk_secretsmanager::Client;
use runtime::Aws;
use stripe::{Mode, client::SecretKey};
use telemetry::LogArea;
use tokio::sync::Mutex;

use crate::config::KeySource;

/// Provides Stripe's secret key, and caches a key that is stored in Secrets Manager.
pub struct Keys {
    cached: Mutex<Option<SecretKey>>,
    stored: Option<Stored>,
}

struct Stored {
    client: Client,
    arn: String,
    mode: Mode,
}

impl Keys {
    /// Creates the provider. A key in Secrets Manager is read by the first call of [`Self::get`],
    /// and is rejected if it is not in the given mode.
    pub fn new(source: KeySource, mode: Mode, aws: &Aws) -> Self {
        match source {
            KeySource::Given(key) => Self { cached: Mutex::new(Some(key)), stored: None },
            KeySource::Stored(arn) => {
                let client = Client::new(&aws.service("secrets_manager"));
                Self { cached: Mutex::new(None), stored: Some(Stored { client, arn, mode }) }
            }
        }
    }

    /// Returns the key. If the key cannot be read from Secrets Manager, or is rejected, logs the
    /// reason and returns `None`.
    pub async fn get(&self) -> Option<SecretKey> {
        let mut cached = self.cached.lock().await;
        if let (None, Some(stored)) = (&*cached, &self.stored) {
            *cached = stored.read().await;
        }
        cached.clone()
    }

    /// Clears the cache if the key comes from Secrets Manager, so that the next call reads it
    /// again.
    ///
    /// Call this after Stripe rejected the key. After a rotation, the cached key is the old one,
    /// which Stripe rejects.
    pub async fn invalidate(&self) {
        if self.stored.is_some() {
            *self.cached.lock().await = None;
        }
    }
}

impl Stored {
    async fn read(&self) -> Option<SecretKey> {
        let output = match self.client.get_secret_value().secret_id(&self.arn).send().await {
            Ok(output) => output,
            Err(error) => {
                let cause =
                    error.as_service_error().map_or_else(|| "no response".to_owned(), ToString::to_string);
                tracing::error!(area = %LogArea::Billing, cause, "failed to read Stripe secret key");
                return None;
            }
        };
        let key = output.secret_string().and_then(|text| SecretKey::parse(text.trim()).ok());
        let key = key.filter(|key| key.mode() == self.mode);
        if key.is_none() {
            tracing::error!(
                area = %LogArea::Billing,
                "rejected Stripe secret key: expected sk_… or rk_… in the mode of STRIPE_PUBLISHABLE_KEY"
            );
        }
        key
    }
}
