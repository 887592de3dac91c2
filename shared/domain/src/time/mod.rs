//! Time: arithmetic on timestamps, and the time zone of an organization.

mod arithmetic;
mod words;
mod zone;

pub use arithmetic::{DAY, add, days_remaining, hour_of, truncate_to_second};
pub use words::in_words;
pub use zone::Zone;
