//! Local AWS: everything that functions use on AWS, in one process and offline.
//!
//! The crate reads a SAM template and runs the functions that it is given as the template describes.
//! It converts a request to an API Gateway event and passes the event to the handler of the
//! function. The function's SDK calls go through an HTTP connector to an embedded DynamoDB, a
//! mailbox for SES, and an EventBridge bus. Streams, rules, and schedules call the functions that
//! the template names.
//!
//! # Invariant
//!
//! If the template contains a resource type or a property that the crate does not support, parsing
//! fails. So a new part of the template causes an error until the crate supports it. A call that the
//! function's role does not allow fails as on AWS.
//!
//! # What it never does
//!
//! The crate knows no function of Onramp and no service outside AWS. It makes no network request.
//!
//! # Where to start
//!
//! - [`template`] reads the template; [`iam`] evaluates its policies.
//! - [`gateway`] and [`invoke`] pass a request to a function; [`connector`] passes the calls of the
//!   function to the services.
//! - [`engine`], [`streams`], [`bus`], [`queues`], [`schedule`], and [`mailbox`] are the services.
//! - [`faults`] injects errors; [`audit`] compares the permissions with their use.

pub mod audit;
pub mod bus;
pub mod calls;
pub mod connector;
pub mod dead_letters;
pub mod engine;
pub mod faults;
pub mod gateway;
pub mod iam;
pub mod iam_usage_log;
pub mod in_flight;
pub mod invoke;
pub mod mailbox;
pub mod pattern;
pub mod permissions;
pub mod queues;
pub mod schedule;
pub mod secrets;
pub mod streams;
pub mod template;
