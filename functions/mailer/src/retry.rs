//! Repeats a write that failed, or whose response was lost.

use std::time::Duration;

use store::Error;

/// Maximum number of attempts to write a change.
///
/// If all attempts to store the outcome of a claimed email fail, its delivery becomes unknown when
/// the lease expires.
const MAX_ATTEMPTS: u32 = 3;

/// Calls `attempt` until it succeeds or finds a corrupt item, at most [`MAX_ATTEMPTS`] times.
pub(crate) async fn retry<T, F>(attempt: impl Fn() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    for failed in 1..MAX_ATTEMPTS {
        match attempt().await {
            Err(error) if !matches!(error, Error::Corrupt(_)) => {
                tokio::time::sleep(Duration::from_millis(200) * failed).await;
            }
            finished => return finished,
        }
    }
    attempt().await
}
