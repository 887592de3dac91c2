//! Access matrix: the status and the headers of each route in the template, for each kind of caller.
//!
//! `docs/access-matrix.md` lists the expected statuses. A route of the template without a row fails
//! these tests, and so does a status that is not listed.

mod actors;
mod cross_site;
mod description;
mod headers;
mod keys;
mod limits;
mod matrix;
mod page;
pub mod request;
mod snapshot;
mod statuses;
