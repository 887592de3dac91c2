//! HTTP as Onramp speaks it: who asks, what they can read, what every answer carries, and how errors look.
//!
//! This crate never decides anything about organizations and never stores anything: it turns API Gateway's events into
//! requests, and what handlers decided into answers that are safe to give.
//!
//! ```text
//! event → lambda::handler → harden (cross-site rule, headers, 404/405) → your routes → answer
//! ```

mod answer;
mod arrival;
mod bearer;
pub mod browser;
mod cookie;
pub mod direct;
mod embedding;
mod etag;
pub mod form;
mod form_token;
mod harden;
pub mod lambda;
mod origin;
mod origins;
mod places;
pub mod problem;
mod refuse;
pub mod routes;
pub mod session;
mod site;
mod task;
pub mod ui;
mod wants;

pub use answer::{page, see_other, to_login};
pub use bearer::bearer;
pub use embedding::{Embeddable, referrer};
pub use etag::{is_known, tag, unless_known};
pub use form::Fields;
pub use form_token::{form_token, is_form_token};
pub use harden::{Profile, harden};
pub use origin::{origin, source_ip};
pub use origins::{NotOrigins, Origins};
pub use places::Places;
pub use problem::{FieldError, Kind, Problem};
pub use refuse::{refuse, refuse_with};
pub use routes::next_path;
pub use task::TaskOut;
pub use wants::Wants;
