//! The parts of the program `onramp`: the servers and the terminal of a local stack, and the
//! subcommands.
//!
//! # What it never does
//!
//! The servers listen on loopback only. Only `doctor --deployed`, `import`, `smoke`, and `try-endpoint`
//! use the network.

pub mod command;
pub mod doctor;
pub mod import;
pub mod server;
pub mod smoke;
pub mod terminal;
pub mod try_endpoint;
