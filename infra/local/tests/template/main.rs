//! Checks that `template.yaml` meets the requirements of a deployment: durability, least privilege,
//! failure destinations, limits, and consistency with the code. Each check has a name. For each
//! check, a test changes a copy of the template and requires that the check fails.

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
