use aws_sdk_secretsmanager::Client;
use boot::Aws;
use host::{Key, KeySource};
use jiff::{SignedDuration, Timestamp};
use telemetry::LogArea;
use tokio::sync::Mutex;

/// How long a stored key is used before it is looked up again: by then the host app must hold the one that is next.
const READ_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// The key that signs, and where it comes from.
pub enum Keys {
    /// It never changes.
    Given(Key),
    /// It is read when it is first asked for, since most invocations of this function never need it, and again later.
    Stored(Stored),
}

/// A key in Secrets Manager.
pub struct Stored {
    client: Client,
    arn: String,
    /// What was read last, and when.
    held: Mutex<Option<(Key, Timestamp)>>,
}

impl Keys {
    /// The keys of that place; none where there are none.
    pub fn new(place: KeySource, aws: &Aws) -> Option<Self> {
        match place {
            KeySource::Unset => None,
            KeySource::Inline(keys) => keys.first().cloned().map(Self::Given),
            KeySource::Secret(arn) => {
                let client = Client::new(&aws.service("secrets_manager"));
                Some(Self::Stored(Stored { client, arn, held: Mutex::default() }))
            }
        }
    }

    /// The key to sign with; `None`, with the reason in the log, where there is none to be had.
    pub async fn signing(&self, now: Timestamp) -> Option<Key> {
        match self {
            Self::Given(key) => Some(key.clone()),
            Self::Stored(stored) => stored.get(now).await,
        }
    }
}

impl Stored {
    /// A key that cannot be looked up again stays in force.
    async fn get(&self, now: Timestamp) -> Option<Key> {
        let mut held = self.held.lock().await;
        let fresh = held.as_ref().is_some_and(|(_, read_at)| now.duration_since(*read_at) < READ_EVERY);
        if !fresh && let Some(key) = self.read().await {
            *held = Some((key, now));
        }
        held.as_ref().map(|(key, _)| key.clone())
    }

    async fn read(&self) -> Option<Key> {
        let answer = match self.client.get_secret_value().secret_id(&self.arn).send().await {
            Ok(answer) => answer,
            Err(error) => {
                let cause =
                    error.as_service_error().map_or_else(|| "no answer".to_owned(), ToString::to_string);
                tracing::error!(area = %LogArea::Access, cause, "the host app's signing keys could not be read");
                return None;
            }
        };
        let keys = answer.secret_string().and_then(host::Keys::parse);
        let key = keys.as_ref().and_then(host::Keys::first).cloned();
        if key.is_none() {
            tracing::error!(
                area = %LogArea::Access,
                expected = host::Keys::EXPECTED,
                "the stored signing keys are bad"
            );
        }
        key
    }
}
