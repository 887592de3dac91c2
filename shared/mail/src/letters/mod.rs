//! The mails, each with its words.

mod payment_failed;
mod sign_in;
mod trial_ended;
mod trial_ending;
mod welcome;

pub use payment_failed::PaymentFailed;
pub use sign_in::SignIn;
pub use trial_ended::TrialEnded;
pub use trial_ending::{Then, TrialEnding};
pub use welcome::{Standing, Welcome};

/// "1 day left", "3 days left".
fn days_left(days: u32) -> String {
    match days {
        1 => "1 day left".to_owned(),
        _ => format!("{days} days left"),
    }
}

/// Why an admin gets mail.
fn admin_of(organization: &crate::Inert, product: &str) -> String {
    format!("You get this email because you are an admin of {organization} at {product}.")
}
