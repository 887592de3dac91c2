//! The mails: what each holds, and in which order it is told. The words themselves are in `words`.

mod invitation;
mod payment_failed;
mod sign_in;
mod trial_ended;
mod trial_ending;
mod welcome;

pub use invitation::Invitation;
pub use payment_failed::PaymentFailed;
pub use sign_in::SignIn;
pub use trial_ended::TrialEnded;
pub use trial_ending::{Then, TrialEnding};
pub use welcome::{PlanSummary, Welcome};
