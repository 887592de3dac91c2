use aws_sdk_secretsmanager::Client;
use boot::Aws;
use stripe::{Mode, client::SecretKey};
use telemetry::LogArea;
use tokio::sync::Mutex;

use crate::config::KeyPlace;

/// The secret key, and where it comes from.
pub struct Keys {
    held: Mutex<Option<SecretKey>>,
    stored: Option<Stored>,
}

struct Stored {
    client: Client,
    arn: String,
    mode: Mode,
}

impl Keys {
    /// The keys of a stage that lives in `mode`. A stored one is read when it is first asked for.
    pub fn new(place: KeyPlace, mode: Mode, aws: &Aws) -> Self {
        match place {
            KeyPlace::Given(key) => Self { held: Mutex::new(Some(key)), stored: None },
            KeyPlace::Stored(arn) => {
                let client = Client::new(&aws.service("secrets_manager"));
                Self { held: Mutex::new(None), stored: Some(Stored { client, arn, mode }) }
            }
        }
    }

    /// The key; `None`, with the reason in the log, where it cannot be had.
    pub async fn get(&self) -> Option<SecretKey> {
        let mut held = self.held.lock().await;
        if let (None, Some(stored)) = (&*held, &self.stored) {
            *held = stored.read().await;
        }
        held.clone()
    }

    /// Has a stored key read again when it is next asked for: Stripe does not take this one any more, so it was
    /// rotated.
    pub async fn forget(&self) {
        if self.stored.is_some() {
            *self.held.lock().await = None;
        }
    }
}

impl Stored {
    async fn read(&self) -> Option<SecretKey> {
        let answer = match self.client.get_secret_value().secret_id(&self.arn).send().await {
            Ok(answer) => answer,
            Err(error) => {
                let cause =
                    error.as_service_error().map_or_else(|| "no answer".to_owned(), ToString::to_string);
                tracing::error!(area = %LogArea::Billing, cause, "Stripe's secret key could not be read");
                return None;
            }
        };
        let key = answer.secret_string().and_then(|text| SecretKey::parse(text.trim()).ok());
        let key = key.filter(|key| key.mode() == self.mode);
        if key.is_none() {
            tracing::error!(
                area = %LogArea::Billing,
                "the stored key is not sk_… or rk_… of STRIPE_PUBLISHABLE_KEY's mode"
            );
        }
        key
    }
}
