//! Decides whether and when a failed call is repeated.
//!
//! The strategy of the SDKs can also adapt to throttling, and limits the retries of a process. A
//! function that handles one event at a time gains nothing from this, and would load the system's
//! library of mathematics for it.

use std::time::Duration;

use aws_smithy_runtime::client::retries::classifiers::run_classifiers_on_ctx;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::context::InterceptorContext,
        retries::{
            RequestAttempts, RetryStrategy, ShouldAttempt,
            classifiers::{RetryAction, RetryReason},
        },
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::{config_bag::ConfigBag, retry::RetryConfig};

/// Repeats a call after an error that may be temporary, with full jitter and exponential backoff (AWS
/// SDKs and Tools Reference Guide, "Retry behavior"), up to the maximum number of attempts of the
/// configuration.
#[derive(Debug)]
pub(crate) struct Retries;

impl RetryStrategy for Retries {
    fn should_attempt_initial_request(
        &self,
        _components: &RuntimeComponents,
        _config: &ConfigBag,
    ) -> Result<ShouldAttempt, BoxError> {
        Ok(ShouldAttempt::Yes)
    }

    fn should_attempt_retry(
        &self,
        context: &InterceptorContext,
        components: &RuntimeComponents,
        config: &ConfigBag,
    ) -> Result<ShouldAttempt, BoxError> {
        let action = run_classifiers_on_ctx(components.retry_classifiers(), context);
        let RetryAction::RetryIndicated(RetryReason::RetryableError { retry_after, .. }) = action else {
            return Ok(ShouldAttempt::No);
        };
        let limits = config.load::<RetryConfig>().ok_or("there is no retry configuration")?;
        let attempts = config.load::<RequestAttempts>().map_or(1, RequestAttempts::attempts);
        if attempts >= limits.max_attempts() {
            return Ok(ShouldAttempt::No);
        }
        let delay = retry_after
            .unwrap_or_else(|| jitter(backoff(limits.initial_backoff(), attempts, limits.max_backoff())));
        Ok(ShouldAttempt::YesAfterDelay(delay))
    }
}

/// Returns a random delay of at most `max`.
#[must_use]
pub fn jitter(max: Duration) -> Duration {
    let share = getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX));
    max.mul_f64(share)
}

/// Returns the longest delay after an attempt. It doubles with each attempt.
fn backoff(initial: Duration, attempts: u32, max: Duration) -> Duration {
    initial.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1))).min(max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_up_to_its_maximum() {
        let seconds = |attempts| backoff(Duration::from_secs(1), attempts, Duration::from_secs(20)).as_secs();
        assert_eq!([0, 1, 2, 3, 5, 6, 40, u32::MAX].map(seconds), [1, 1, 2, 4, 16, 20, 20, 20]);
    }
}
