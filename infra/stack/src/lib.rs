//! The local stack: Onramp's functions with local AWS, a Stripe mock, and a sample host app, in one
//! process and offline.
//!
//! [`Stack`] starts everything that `template.yaml` describes. The program `onramp` serves a stack
//! on ports, and tests send requests to it directly. [`system`] controls a running stack: it waits
//! for pending work, moves the clock, and resets all data. The control interface under `/_local`
//! offers the same over HTTP.
//!
//! # Invariant
//!
//! The template is the only list of functions, routes, tables, rules, and permissions. If a function
//! of the template has no crate, the stack does not start.
//!
//! # What it never does
//!
//! The crate contains no rule of Onramp about organizations, plans, or checklists. A stack makes no
//! network request, except to a host's endpoint on the same machine.

mod background;
mod config;
mod control;
pub mod functions;
mod host_endpoint;
mod stack;
mod start;
pub mod system;

pub use config::{
    API_KEYS, Config, HANDOFF_KEYS, HOST_KEYS, HOST_WEBHOOK_SECRET, StartError, WEBHOOK_SECRET,
};
pub use host_endpoint::{HostCall, HostEndpoint};
pub use stack::Stack;
