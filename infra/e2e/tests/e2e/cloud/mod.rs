//! The local AWS, with a template and functions that exist only for these tests.

mod clock;
mod concurrency;
mod connector;
mod control;
mod delivery;
mod engine;
mod faults;
mod permissions;
mod recorded;
mod reset;
mod restart;
mod template;
