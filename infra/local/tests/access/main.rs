//! Access matrix: the status and the headers of each route in the template, for each kind of caller.
//!
//! `docs/access-matrix.md` lists the expected statuses. A route of the template without a row fails
//! these tests, and so does a status that is not listed.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test ends where its premise does"
)]

#[path = "../journeys/driver.rs"]
#[expect(dead_code, reason = "the journeys use more of it")]
mod driver;
#[path = "../journeys/signed.rs"]
#[expect(dead_code, reason = "the journeys use more of it")]
mod signed;

mod actors;
mod cross_site;
mod description;
mod headers;
mod limits;
mod matrix;
mod page;
mod request;
mod snapshot;
mod statuses;
