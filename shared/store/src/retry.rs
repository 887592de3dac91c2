//! Repeats what failed because of another write at the same time.

use std::time::Duration;

use crate::error::Error;

/// Maximum number of attempts at one operation. The code tries again after a conflict with another
/// write, and after a batch read in which DynamoDB did not process all keys.
pub(crate) const MAX_TRIES: u32 = 6;

/// Calls `attempt`, and calls it again after a conflict. Makes at most 6 attempts, with full jitter
/// between them (AWS Builders' Library, "Timeouts, retries, and backoff with jitter").
///
/// An attempt loads, decides, and commits. If its error [is a conflict](MayConflict), another write
/// changed what the attempt had loaded, and nothing was written. Any other error ends the attempts.
///
/// ```
/// # use domain::id::UserId;
/// # use store::{Error, Store, retry};
/// # async fn sign_out(store: &Store, id: UserId) -> Result<(), Error> {
/// retry(|| async {
///     let Some(before) = store.load_user(id).await? else { return Ok(()) };
///     let mut after = before.value.clone();
///     after.end_sessions();
///     store.commit_user(&before, &after).await
/// })
/// .await
/// # }
/// ```
///
/// # Errors
/// The error of the last attempt.
pub async fn retry<T, E, F>(mut attempt: impl FnMut() -> F) -> Result<T, E>
where
    E: MayConflict,
    F: Future<Output = Result<T, E>>,
{
    for failed in 0..MAX_TRIES - 1 {
        match attempt().await {
            Err(error) if error.is_conflict() => pause(failed).await,
            outcome => return outcome,
        }
    }
    attempt().await
}

/// An error of an attempt that [`retry`] can repeat.
pub trait MayConflict {
    /// Returns whether the attempt failed because of another write, so that it can be repeated.
    fn is_conflict(&self) -> bool;
}

impl MayConflict for Error {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict)
    }
}

/// Waits for a random time before the next attempt. The maximum wait is 20 ms for `attempt` 0. It
/// doubles with each further attempt, up to 640 ms.
pub(crate) async fn pause(attempt: u32) {
    let cap = 20_u64.saturating_mul(1 << attempt.min(5));
    tokio::time::sleep(aws_call::jitter(Duration::from_millis(cap))).await;
}
