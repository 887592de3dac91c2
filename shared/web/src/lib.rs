//! HTTP layer shared by all functions: authentication inputs, content negotiation, security
//! headers, forms, problems, and HTML components.
//!
//! The crate turns API Gateway events into requests, and the results of handlers into responses.
//!
//! Invariant: every response that leaves through [`secure`] or [`raw_lambda`] carries the security
//! headers, framework errors included. Log lines of this crate never contain a cookie, a token, or
//! a submitted value.
//!
//! The crate never decides anything about an organization, and it never stores anything.
//!
//! ```text
//! event → lambda::handler → secure (cross-site rule, headers, 404/405) → routes → response
//! ```
//!
//! Where to start reading:
//!
//! - [`lambda`] runs an axum router; [`raw_lambda`] runs one handler without a router.
//! - [`secure`] is the security middleware, and [`SecurityProfile`] configures it.
//! - [`problem`] is the error type (RFC 9457), and [`problem_response`] renders it.
//! - [`routes`] lists every route of the system.
//! - [`form`] parses request bodies into [`Fields`].
//! - [`session`] and [`browser`] handle the cookies.
//! - [`ui`] has the HTML components, and `words` has every sentence that users read.

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
mod problem_response;
pub mod raw_lambda;
mod request_context;
mod response;
mod response_format;
pub mod routes;
mod secure;
pub mod session;
mod site;
mod task;
pub mod ui;
mod words;

pub use bearer::bearer;
pub use embedding::{Embeddable, referrer};
pub use etag::{conditional_response, etag, matches_etag};
pub use form::Fields;
pub use form_token::{form_token, is_form_token};
pub use links::Links;
pub use origin::{origin, source_ip};
pub use origins::{Origins, OriginsError};
pub use problem::{FieldError, Kind, Problem};
pub use problem_response::{problem_page, problem_response};
pub use response::{page, see_other, to_login};
pub use response_format::ResponseFormat;
pub use routes::next_path;
pub use secure::{SecurityProfile, secure};
pub use task::TaskOut;
