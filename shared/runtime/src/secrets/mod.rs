//! Secrets from variables or from Secrets Manager, with a cache.

mod read;

use std::{fmt, sync::Arc};

use aws_call::Service;
use aws_smithy_types::error::ErrorMetadata;
use jiff::{SignedDuration, Timestamp};
use telemetry::LogArea;
use tokio::sync::Mutex;

use self::read::GetSecretValue;
use crate::aws::Aws;

/// If a secret verified something and its last read is at least this long ago, it is read again,
/// because it may have been revoked. So a revoked secret works for at most this long, as long as
/// Secrets Manager can be read.
const VERIFIED_INTERVAL: SignedDuration = SignedDuration::from_mins(5);
/// Minimum time between two reads when the cached secret does not match. Without this minimum, each
/// forged request would cause a read.
const MISMATCH_INTERVAL: SignedDuration = SignedDuration::from_secs(60);
/// Minimum time between two reads while there is no secret and every verification fails.
const MISSING_INTERVAL: SignedDuration = SignedDuration::from_secs(5);

/// Where a secret comes from, as an environment variable configures it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SecretSource<T> {
    /// The variable is unset or empty.
    #[default]
    Unset,
    /// The variable contains the secret.
    Inline(T),
    /// The variable contains the ARN of a secret in Secrets Manager.
    Stored(String),
}

impl<T> SecretSource<T> {
    /// Parses the value of a variable. Returns `None` unless the value is empty, an ARN, or a
    /// secret that `parse` accepts.
    #[must_use]
    pub fn parse(text: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<Self> {
        match text {
            "" => Some(Self::Unset),
            _ if text.starts_with("arn:") => Some(Self::Stored(text.to_owned())),
            _ => parse(text).map(Self::Inline),
        }
    }
}

/// How a stored secret is parsed, and named in log lines.
pub struct SecretFormat<T> {
    /// The name in log lines.
    pub name: &'static str,
    /// The area of log lines.
    pub area: LogArea,
    /// Description of a valid secret, for a message that starts with "expected".
    pub expected: &'static str,
    /// Returns the secret, or `None` if the text is not valid.
    pub parse: Parse<T>,
}

type Parse<T> = Box<dyn Fn(&str) -> Option<T> + Send + Sync>;

/// A secret, which is cached if it is stored in Secrets Manager. If a later read fails, the cached
/// secret stays in use.
///
/// The secret is read when it is needed first, because most invocations need none. Concurrent
/// callers wait for one read.
pub struct SecretCache<T> {
    cached: Mutex<Cached<T>>,
    stored: Option<Box<Stored<T>>>,
}

struct Cached<T> {
    secret: Option<Arc<T>>,
    /// Time of the last successful read.
    read_at: Option<Timestamp>,
    /// Time of the last read, also if it failed.
    tried_at: Option<Timestamp>,
}

struct Stored<T> {
    secrets_manager: Service,
    arn: String,
    format: SecretFormat<T>,
}

impl<T> SecretCache<T> {
    /// Creates the cache. Reads nothing yet.
    #[must_use]
    pub fn new(source: SecretSource<T>, aws: &Aws, format: SecretFormat<T>) -> Self {
        let (secret, stored) = match source {
            SecretSource::Unset => (None, None),
            SecretSource::Inline(secret) => (Some(Arc::new(secret)), None),
            SecretSource::Stored(arn) => {
                let secrets_manager = read::service(aws);
                (None, Some(Box::new(Stored { secrets_manager, arn, format })))
            }
        };
        Self { cached: Mutex::new(Cached { secret, read_at: None, tried_at: None }), stored }
    }

    /// Returns the secret. Reads it if there is none, or if the last successful read is at least
    /// `max_age` ago. `None` accepts any age. Returns `None` if the secret is not available; the
    /// next call tries again.
    pub async fn get(&self, max_age: Option<SignedDuration>, now: Timestamp) -> Option<Arc<T>> {
        let is_old = |at| max_age.is_some_and(|max_age| now.duration_since(at) >= max_age);
        self.read_if(now, |cached| cached.read_at.is_none_or(is_old)).await
    }

    /// Returns the secret. Reads it before if `is_due`.
    async fn read_if(&self, now: Timestamp, is_due: impl FnOnce(&Cached<T>) -> bool) -> Option<Arc<T>> {
        let mut cached = self.cached.lock().await;
        if let Some(stored) = &self.stored
            && is_due(&cached)
        {
            stored.read_into(&mut cached, now).await;
        }
        cached.secret.clone()
    }

    /// Forgets a stored secret, so that the next call reads it. Call this after another service
    /// rejected the secret, because the secret may have been rotated.
    pub async fn invalidate(&self) {
        if self.stored.is_some() {
            *self.cached.lock().await = Cached { secret: None, read_at: None, tried_at: None };
        }
    }
}

impl<T: Default> SecretCache<T> {
    /// Calls `check` with the secret, or with the default while there is none. A rotation needs no
    /// deployment, because a stored secret is read again, and `check` runs again, in these cases:
    ///
    /// - `check` succeeds, but the last read is at least five minutes ago, so the secret may have
    ///   been revoked.
    /// - `check` fails, and another secret may match. At most one such read takes place per minute,
    ///   or every five seconds while there is no secret.
    ///
    /// # Errors
    /// The error of `check` with the newest secret.
    pub async fn verify<R, E>(
        &self,
        now: Timestamp,
        check: impl Fn(&T) -> Result<R, E>,
        may_match_another: impl Fn(&E) -> bool,
    ) -> Result<R, E> {
        // Failed reads count, so that a failure does not cause a read per request.
        let read_after = |interval| {
            self.read_if(now, move |cached| {
                cached.tried_at.is_none_or(|at| now.duration_since(at) >= interval)
            })
        };
        let secret = read_after(SignedDuration::MAX).await;
        let first = check(secret.as_deref().unwrap_or(&T::default()));
        let interval = match &first {
            Ok(_) => VERIFIED_INTERVAL,
            Err(error) if !may_match_another(error) => return first,
            Err(_) if secret.is_none() => MISSING_INTERVAL,
            Err(_) => MISMATCH_INTERVAL,
        };
        match read_after(interval).await {
            Some(newest) if !secret.is_some_and(|secret| Arc::ptr_eq(&secret, &newest)) => check(&newest),
            _ => first,
        }
    }
}

impl<T> Stored<T> {
    /// Reads the secret into the cache. If this fails, logs the reason and keeps the cached secret.
    async fn read_into(&self, cached: &mut Cached<T>, now: Timestamp) {
        cached.tried_at = Some(now);
        let SecretFormat { name, area, expected, parse } = &self.format;
        match self.secrets_manager.call::<GetSecretValue>(self.arn.clone()).await {
            Ok(value) => match value.secret_string.as_deref().and_then(parse) {
                Some(secret) => {
                    cached.secret = Some(Arc::new(secret));
                    cached.read_at = Some(now);
                }
                None => tracing::error!(%area, secret = name, expected, "rejected stored secret"),
            },
            Err(error) => {
                let cause = error.as_service_error().and_then(ErrorMetadata::code).unwrap_or("no response");
                tracing::error!(%area, secret = name, cause, "failed to read stored secret");
            }
        }
    }
}

impl<T> fmt::Debug for SecretCache<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretCache").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
