//! Converts errors of Stripe to problems.

use http::header::RETRY_AFTER;
use stripe::client::CallError;
use web::{Kind, Problem};

use crate::words;

/// Value of `Retry-After`, in seconds.
const RETRY_AFTER_SECONDS: &str = "30";

/// Returns 503 for every error of Stripe. The detail says whether the error is transient.
pub fn from_stripe(error: &CallError) -> Problem {
    let detail = if error.is_transient() { words::stripe::NOT_RESPONDING } else { words::stripe::REJECTED };
    unavailable(detail).because(error)
}

/// Returns 503, because Stripe's secret key is not available.
pub fn no_key() -> Problem {
    unavailable(words::stripe::NO_KEY).because("there is no secret key for Stripe")
}

fn unavailable(detail: &'static str) -> Problem {
    Problem::new(Kind::Unavailable, detail).header(RETRY_AFTER, RETRY_AFTER_SECONDS)
}
