//! Checks that `template.yaml` meets the requirements of a deployment: durability, least privilege,
//! failure destinations, limits, and consistency with the code. Each check has a name. For each
//! check, a test changes a copy of the template and requires that the check fails.

mod checks;
pub mod code;
mod deployer;
mod mutations;
mod stack;

use checks::check;

#[test]
fn template_passes_every_check() {
    assert_eq!(check(aws_local::template::TEXT), []);
}
