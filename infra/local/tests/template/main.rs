//! What a deployment must have, checked on the template before there is one: durability, least privilege, a place for
//! every failure, limits, and agreement with the code. Each check is named; each is shown to catch what it is for.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends where its premise does"
)]

mod checks;
mod code;
mod deployer;
mod mutations;
mod stack;

use checks::check;

#[test]
fn template_passes_every_check() {
    assert_eq!(check(local::template::TEXT), []);
}
