//! The local AWS itself, with functions and a template of the tests' own.

mod clock;
mod connector;
mod control;
mod delivery;
mod faults;
mod recorded;
mod support;
mod template;
