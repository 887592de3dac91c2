use std::sync::Arc;

use aws_sdk_secretsmanager::Client;
use aws_types::SdkConfig;
use jiff::{SignedDuration, Timestamp};
use telemetry::LogArea;
use tokio::sync::Mutex;

use crate::key::{KeySource, Keys};

/// How old what is held may be when it is believed: so long a key that was taken back still works.
const KEY_MAX_AGE: SignedDuration = SignedDuration::from_mins(5);
/// How often stored keys are read again at most where no held one fits: a forger must not drive the bill.
const READ_EVERY: SignedDuration = SignedDuration::from_secs(60);
/// The same while there is none.
const READ_EVERY_WITHOUT: SignedDuration = SignedDuration::from_secs(5);

/// Why something is not proven, as far as the keys are concerned.
pub trait VerificationError {
    /// Whether another key might have proven it.
    fn may_fit_another_key(&self) -> bool;
}

/// The keys that the host app signs with, and where they come from. Stored ones are read when they are first asked
/// for, since most invocations of a function never need them.
#[derive(Debug)]
pub struct Keyring {
    held: Mutex<Held>,
    stored: Option<Stored>,
}

#[derive(Debug, Default)]
struct Held {
    keys: Arc<Keys>,
    /// When they were last asked for.
    read_at: Option<Timestamp>,
}

#[derive(Debug)]
struct Stored {
    client: Client,
    arn: String,
}

impl Keyring {
    /// The keys of that place.
    #[must_use]
    pub fn new(place: KeySource, config: &SdkConfig) -> Self {
        let (keys, stored) = match place {
            KeySource::Unset => (Keys::default(), None),
            KeySource::Inline(keys) => (keys, None),
            KeySource::Secret(arn) => (Keys::default(), Some(Stored { client: Client::new(config), arn })),
        };
        Self { held: Mutex::new(Held { keys: Arc::new(keys), read_at: None }), stored }
    }

    /// Has `check` judge by the keys. What fits no held key may be of a new one, and what fits an old reading may be
    /// of one that was taken back: stored keys are then read again, at most once a minute, so that an exchange needs
    /// no deployment.
    ///
    /// # Errors
    /// What `check` says of the newest keys.
    pub async fn verify<T, E: VerificationError>(
        &self,
        now: Timestamp,
        check: impl Fn(&Keys) -> Result<T, E>,
    ) -> Result<T, E> {
        let keys = self.not_older_than(None, now).await;
        let first = check(&keys);
        let age = match &first {
            Ok(_) => KEY_MAX_AGE,
            Err(why) if !why.may_fit_another_key() => return first,
            Err(_) if keys.is_empty() => READ_EVERY_WITHOUT,
            Err(_) => READ_EVERY,
        };
        let newer = self.not_older_than(Some(age), now).await;
        if Arc::ptr_eq(&keys, &newer) { first } else { check(&newer) }
    }

    /// What is held, read again if that was longer ago than `age`, or never. What cannot be read leaves it in force.
    async fn not_older_than(&self, age: Option<SignedDuration>, now: Timestamp) -> Arc<Keys> {
        let mut held = self.held.lock().await;
        let fresh = match (held.read_at, age) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(read_at), Some(age)) => now.duration_since(read_at) < age,
        };
        if let (false, Some(stored)) = (fresh, &self.stored) {
            held.read_at = Some(now);
            if let Some(keys) = stored.read().await {
                held.keys = Arc::new(keys);
            }
        }
        Arc::clone(&held.keys)
    }
}

impl Stored {
    /// The stored keys; `None`, with the reason in the log, where they cannot be had.
    async fn read(&self) -> Option<Keys> {
        let answer = match self.client.get_secret_value().secret_id(&self.arn).send().await {
            Ok(answer) => answer,
            Err(error) => {
                let cause =
                    error.as_service_error().map_or_else(|| "no answer".to_owned(), ToString::to_string);
                tracing::error!(area = %LogArea::Access, cause, "the host app's keys could not be read");
                return None;
            }
        };
        let keys = answer.secret_string().and_then(Keys::parse);
        if keys.is_none() {
            tracing::error!(area = %LogArea::Access, expected = Keys::EXPECTED, "the host app's stored keys are bad");
        }
        keys
    }
}
