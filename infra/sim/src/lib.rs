//! What the parts of the local stack share: the clock, randomness, stored logs, and the count of
//! pending work.
//!
//! # Invariant
//!
//! All parts of a stack use one clock and one counter of pending work. So a test can move the time
//! of the whole stack, and can wait until nothing more happens by itself.
//!
//! # What it never does
//!
//! The crate knows no service: neither AWS, nor Stripe, nor a function of Onramp.

pub mod append_log;
pub mod clock;
pub mod external;
pub mod pending_work;
pub mod random;
mod replace;

pub use replace::replace;

/// Style sheet of the pages that stand for other companies' pages: Stripe's and the host app's.
pub const PAGE_STYLE: &str = include_str!("style.css");
