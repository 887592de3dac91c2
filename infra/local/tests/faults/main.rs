//! Every single fault at every AWS and Stripe call of the functions that people, Stripe, the host app, and the schedule
//! call. After the fault, the same request follows once more, and the end state is that of the undisturbed run.
//!
//! The mailer and the emails of the trial clock have a stricter suite of their own, `mailing`: there an email may end
//! unknown, but never twice in a mailbox. The double fault of one outage of the table is in it as well.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test ends where its premise does"
)]

#[path = "../journeys/driver.rs"]
#[allow(dead_code, reason = "journeys do more than faults need")]
mod driver;

mod every_fault;
mod scenario;
mod state;
