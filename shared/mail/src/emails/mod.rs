//! The kinds of emails: the facts that each kind of email contains, and the order of its parts.
//!
//! The texts are in [`crate::words`].

mod email_changed;
mod invitation;
mod membership_changed;
mod payment_failed;
mod plan_started;
mod sign_in;
mod trial_ended;
mod trial_ending;
mod verify;
mod welcome;

pub use email_changed::EmailChanged;
pub use invitation::Invitation;
pub use membership_changed::MembershipChanged;
pub use payment_failed::PaymentFailed;
pub use plan_started::{NextCharge, PlanStarted};
pub use sign_in::SignIn;
pub use trial_ended::TrialEnded;
pub use trial_ending::{AfterTrial, TrialEnding};
pub use verify::Verify;
pub use welcome::{PlanSummary, Welcome};
