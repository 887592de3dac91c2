//! HTTP as Onramp speaks it: who asks, what they can read, what every answer carries, and how errors look.
//!
//! This crate never decides anything about organizations and never stores anything: it turns API Gateway's events into
//! requests, and what handlers decided into answers that are safe to give.
//!
//! ```text
//! event → lambda::handler → harden (cross-site rule, headers, 404/405) → your routes → answer
//! ```

mod bearer;
pub mod browser;
mod cookie;
mod embedding;
mod etag;
pub mod form;
mod form_token;
pub mod lambda;
mod links;
mod origin;
mod origins;
pub mod problem;
pub mod raw_lambda;
mod refuse;
mod request_context;
mod response;
mod response_format;
pub mod routes;
mod secure;
pub mod session;
mod site;
mod task;
pub mod ui;

pub use bearer::bearer;
pub use embedding::{Embeddable, referrer};
pub use etag::{is_known, tag, unless_known};
pub use form::Fields;
pub use form_token::{form_token, is_form_token};
pub use links::Links;
pub use origin::{origin, source_ip};
pub use origins::{NotOrigins, Origins};
pub use problem::{FieldError, Kind, Problem};
pub use refuse::{refuse, refuse_with};
pub use response::{page, see_other, to_login};
pub use response_format::ResponseFormat;
pub use routes::next_path;
pub use secure::{SecurityProfile, secure};
pub use task::TaskOut;
