use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_secretsmanager::Client;
use boot::{Aws, Clock};
use jiff::{SignedDuration, Timestamp};
use stripe::{Secrets, SignatureError, VerifiedBody, verify};
use telemetry::LogArea;

use crate::config::SecretPlace;

/// How old what is held may be when it is believed: so long a secret that was taken back still works. One event in
/// this time waits for the reading.
const SECRET_MAX_AGE: SignedDuration = SignedDuration::from_mins(5);
/// How often stored secrets are read again at most where no held one fits: a forger must not drive the bill.
const READ_EVERY: SignedDuration = SignedDuration::from_secs(60);
/// The same while there is none, and every webhook is refused for it.
const READ_EVERY_WITHOUT: SignedDuration = SignedDuration::from_secs(5);

/// The signing secrets, and where they come from.
pub struct SecretSource {
    held: Mutex<Arc<Secrets>>,
    stored: Option<StoredSecret>,
    clock: Clock,
}

struct StoredSecret {
    client: Client,
    arn: String,
    /// When they were last asked for.
    read_at: Mutex<Timestamp>,
}

impl SecretSource {
    /// Takes the secrets from their place.
    pub async fn open(place: SecretPlace, aws: &Aws, clock: &Clock) -> Self {
        let (held, stored) = match place {
            SecretPlace::Given(secrets) => (secrets, None),
            SecretPlace::Missing => (Secrets::none(), None),
            SecretPlace::Stored(arn) => {
                let client = Client::new(&aws.service("secrets_manager"));
                let read_at = Mutex::new(clock.now());
                let stored = StoredSecret { client, arn, read_at };
                (stored.read().await.unwrap_or_default(), Some(stored))
            }
        };
        Self { held: Mutex::new(Arc::new(held)), stored, clock: clock.clone() }
    }

    /// Proves that Stripe signed a body. A signature that fits no held secret may be of a new one, and one that fits
    /// an old reading may be of a secret that was taken back: stored secrets are then read again, at most once a
    /// minute, so that a rotation needs no deployment.
    ///
    /// # Errors
    /// [`Refused`], for the log.
    pub async fn verify<'a>(
        &self,
        header: Option<&str>,
        body: &'a [u8],
    ) -> Result<VerifiedBody<'a>, SignatureError> {
        let now = self.clock.now();
        let first = verify(header, body, &self.held(), now);
        let age = match first {
            Ok(_) => SECRET_MAX_AGE,
            Err(SignatureError::Mismatch) => READ_EVERY,
            Err(SignatureError::NoKey) => READ_EVERY_WITHOUT,
            Err(_) => return first,
        };
        match &self.stored {
            Some(stored) if stored.may_read(age, now) => self.renew(stored).await,
            _ => return first,
        }
        verify(header, body, &self.held(), now)
    }

    async fn renew(&self, stored: &StoredSecret) {
        if let Some(secrets) = stored.read().await {
            *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(secrets);
        }
    }

    fn held(&self) -> Arc<Secrets> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl StoredSecret {
    /// Whether the last time is long enough ago; if so, this is the last time.
    fn may_read(&self, every: SignedDuration, now: Timestamp) -> bool {
        let mut read_at = self.read_at.lock().unwrap_or_else(PoisonError::into_inner);
        let may = now.duration_since(*read_at) >= every;
        if may {
            *read_at = now;
        }
        may
    }

    /// The stored secrets; `None`, with the reason in the log, where they cannot be had.
    async fn read(&self) -> Option<Secrets> {
        let answer = match self.client.get_secret_value().secret_id(&self.arn).send().await {
            Ok(answer) => answer,
            Err(error) => {
                let cause =
                    error.as_service_error().map_or_else(|| "no answer".to_owned(), ToString::to_string);
                tracing::error!(area = %LogArea::Webhook, cause, "the webhook secret could not be read");
                return None;
            }
        };
        let secrets = answer.secret_string().and_then(|text| Secrets::parse(text).ok());
        if secrets.is_none() {
            tracing::error!(area = %LogArea::Webhook, "the stored webhook secret is not whsec_… or a list of them");
        }
        secrets
    }
}
