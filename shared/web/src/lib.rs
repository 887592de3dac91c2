//! HTTP layer of the functions with routes: cookies and bearer tokens, content negotiation,
//! security headers, forms, and problems.
//!
//! The crate turns API Gateway events into requests, and the results of handlers into responses.
//! The functions `mailer`, `event-publisher`, and `trial-reminder` have no routes and do not use
//! the crate.
//!
//! ```text
//! event → lambda::handler → secure (cross-site rule, headers, 404/405) → routes → response
//! ```
//!
//! # Invariant
//!
//! Every response from a router in [`secure`] or from [`respond_to_signed`] has the security
//! headers. This includes responses that the framework axum creates itself. Log lines of this crate
//! never contain a cookie, a token, or a submitted value.
//!
//! # What it never does
//!
//! This crate never decides anything about an organization. It stores nothing but the last use of a
//! session.
//!
//! # Where to start
//!
//! - [`lambda`]: runs a router, or another service, for the gateway's events.
//! - [`secure`]: the security middleware, which [`SecurityProfile`] configures.
//! - [`problem`]: the error type (RFC 9457). [`problem_response`] renders it.
//! - [`routes`]: lists every route of the system.
//! - [`FormRequest`]: a submitted form. [`form`] parses its body into [`Fields`].
//! - [`auth`]: authenticates requests. [`session`] and [`browser`] read and set the cookies.
//! - `words`: every sentence of this crate that users read. HTML components are in the crate [`ui`].

mod action;
pub mod auth;
mod bearer;
pub mod browser;
mod cookie;
mod embedding;
mod etag;
pub mod form;
mod form_token;
mod handover;
pub mod lambda;
mod origin;
mod origins;
pub mod problem;
mod problem_response;
mod request_scope;
mod response;
mod response_format;
mod return_url;
pub mod routes;
mod secure;
pub mod session;
mod site;
mod undeliverable;
mod words;

pub use action::{
    FormRequest, PathParam, ask_first, end_session, problem_or_page, respond, respond_or_login,
    start_session, success,
};
pub use bearer::bearer;
pub use embedding::{Embeddable, referrer};
pub use etag::{conditional_response, etag, matches_etag};
pub use form::Fields;
pub use form_token::{form_token, is_form_token};
pub use handover::{HANDOVER, HostPage};
pub use origin::{origin, origin_of_parts, source_ip};
pub use origins::{Origins, OriginsError};
pub use problem::{FieldError, Kind, Problem};
pub use problem_response::{problem_page, problem_response};
pub use request_scope::{Viewer, viewer};
pub use response::{page, see_other, to_login};
pub use response_format::ResponseFormat;
pub use return_url::parse_return_url;
pub use routes::next_path;
pub use secure::{SecurityProfile, not_routed, respond_to_signed, secure};
pub use undeliverable::undeliverable;
