//! Local AWS for Onramp: everything that the functions use on AWS, in one process and offline.
//!
//! The crate reads `template.yaml` and runs the system that the template describes. It converts a
//! request to an API Gateway event and passes the event to the handler of the function. The
//! function's SDK calls go through an HTTP connector to an embedded DynamoDB, a mailbox for SES,
//! and an EventBridge bus. Streams, rules, and schedules call the functions that the template
//! names. Stripe is a mock with its own origin. All parts use one clock, which tests can move.
//!
//! # Invariant
//!
//! The template is the only list of functions, routes, tables, rules, and permissions. If the
//! template contains a resource type or a property that the crate does not support, the stack does
//! not start. So a new part of the template causes an error until the crate supports it. A call
//! that the function's role does not allow fails as on AWS.
//!
//! # What it never does
//!
//! The crate contains no rule of Onramp about organizations, plans, or checklists. No
//! function depends on it. A local stack listens on loopback only and makes no network request.
//! Only `doctor --deployed` and `smoke` use the network.
//!
//! # Where to start
//!
//! - [`Stack`] starts everything. The program serves it on ports, and tests send requests to it.
//! - [`system`] controls a running stack: waits for pending work, advances the clock, and resets
//!   all data.
//! - [`template`] reads `template.yaml`; [`iam`] evaluates its policies.
//! - [`gateway`] and [`invoke`] pass a request to a function; [`connector`] passes the calls of the
//!   function to the services.
//! - [`engine`], [`streams`], [`bus`], [`schedule`], and [`mailbox`] are the services.
//! - [`stripe`] builds and signs events; [`stripe_mock`] is the in-memory Stripe account.
//! - [`console`] shows the state of the stack; [`host_app`] is a sample host application.
//! - [`faults`] injects errors; [`audit`] compares the permissions with their use.
//! - [`command`], [`doctor`], and [`smoke`] are the subcommands of the program.

pub mod append_log;
pub mod audit;
pub mod bus;
pub mod calls;
pub mod clock;
pub mod command;
mod config;
pub mod connector;
pub mod console;
mod control;
pub mod dead_letters;
pub mod doctor;
pub mod engine;
pub mod faults;
pub mod functions;
pub mod gateway;
pub mod host_app;
pub mod iam;
pub mod iam_usage_log;
pub mod in_flight;
pub mod invoke;
pub mod mailbox;
pub mod pattern;
pub mod pending_work;
pub mod permissions;
mod random;
pub mod schedule;
pub mod secrets;
pub mod server;
pub mod smoke;
mod stack;
pub mod streams;
pub mod stripe;
pub mod stripe_mock;
pub mod system;
pub mod template;
pub mod terminal;

pub use config::{Config, HANDOFF_KEYS, HOST_KEYS, StartError, WEBHOOK_SECRET};
pub use stack::Stack;
