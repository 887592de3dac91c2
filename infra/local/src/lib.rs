//! The local AWS: everything that Onramp's functions meet on AWS, in one process and offline.
//!
//! The system is read from `template.yaml`. A request becomes an API Gateway event and runs through the function's
//! own handler; the function's SDK calls go through a connector to an embedded DynamoDB, a mailbox, a bus; streams,
//! rules and schedules call the functions that the template says. Nothing here decides anything about
//! organizations, and no function knows that this crate exists.
//!
//! [`Stack`] is all of it: the binary serves it on a port, tests ask it without one.

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

pub use config::{Config, HOST_KEYS, PASS_KEYS, StartError, WEBHOOK_SECRET};
pub use stack::Stack;
