//! Injects every kind of fault at every AWS and Stripe call of the functions. The tests cover all
//! functions that users, Stripe, the host app, and the schedule invoke. After the fault, a test
//! sends the same request again without a fault. The end state must equal that of a run without
//! faults.
//!
//! For the mailer and the emails of the trial sweep, the suite `mailing` has stricter tests. There,
//! an email may end as unknown, but is never sent twice. That suite also covers an outage of the
//! table.

mod every_fault;
mod scenario;
mod state;
