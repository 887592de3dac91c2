//! What people are told when something that we need does not do its part.

use http::header::RETRY_AFTER;
use stripe::client::CallError;
use web::{Kind, Problem};

/// Another try is worth it after so many seconds.
const LATER: &str = "30";

/// The table's trouble.
pub fn from_store(error: store::Error) -> Problem {
    Problem::from_failure(error.is_passing(), error)
}

/// Stripe's trouble. Both kinds look much the same to who pays: it cannot be done now, and nothing happened.
pub fn of_stripe(error: &CallError) -> Problem {
    let words = if error.is_passing() {
        "Stripe, where payments are made, does not answer right now. Nothing was charged and nothing was lost. \
         Try again in a minute."
    } else {
        "Stripe, where payments are made, did not take our request. Nothing was charged and nothing was lost. \
         We have been told; try again later."
    };
    unavailable(words).because(error)
}

/// There is no key to call Stripe with.
pub fn no_key() -> Problem {
    unavailable(
        "Payments cannot be made right now. Nothing was charged and nothing was lost. We have been told.",
    )
    .because("there is no secret key for Stripe")
}

fn unavailable(words: &'static str) -> Problem {
    Problem::new(Kind::Unavailable, words).header(RETRY_AFTER, LATER)
}
