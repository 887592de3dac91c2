//! Every text of the operator pages and of their JSON responses, by topic.
//!
//! Markup stays in the views. If a text surrounds markup, such as a rendered date, a function takes
//! the markup and returns the complete sentence.

pub mod actions;
pub mod billing;
pub mod deliveries;
pub mod email;
pub mod item;
pub mod money;
pub mod organization;
pub mod organizations;
pub mod provisioning;
pub mod queue;
pub mod search;
pub mod trial;

use domain::{billing::PARKED_RETENTION, mail::RETRY_PERIOD};

// Some texts name the retention of events, 35 days, and the retry period of emails, four days.
const _: () = assert!(PARKED_RETENTION.as_hours() == 35 * 24 && RETRY_PERIOD.as_hours() == 4 * 24);

/// Title of the queue page, and the label of links to it.
pub const OPERATOR: &str = "Operator";
