//! Who gets in where, and what every answer carries: each route of the template, asked by everybody.
//!
//! `docs/doors.md` says what they are told. A route of the template that is missing there fails these tests, and so does
//! a status that a route gives and does not name.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test ends where its premise does"
)]

#[path = "../journeys/driver.rs"]
#[expect(dead_code, reason = "the journeys walk further")]
mod driver;
#[path = "../journeys/signed.rs"]
#[expect(dead_code, reason = "the journeys look at outcomes")]
mod signed;

mod cast;
mod cross_site;
mod description;
mod headers;
mod limits;
mod matrix;
mod page;
mod question;
mod rest;
mod statuses;
