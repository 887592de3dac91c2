//! Checks that `docs/host-app.md` matches the code.

use std::{collections::BTreeSet, fs, path::Path};

use domain::checklist::CompletionTrigger;

use crate::host_app::handoff::{claims, press_button, world};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

/// Returns the texts in backticks in the first column of a table. The table is the first one after
/// `heading`.
fn rows(page: &str, heading: &str) -> BTreeSet<String> {
    let table = page.split_once(heading).unwrap().1;
    let rows = table.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let cells = rows.take_while(|line| line.starts_with('|')).map(|line| line.split('|').nth(1).unwrap());
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

#[test]
fn documented_rust_example_is_the_tested_one() {
    let page = read("docs/host-app.md");
    let block = page.split_once("```rust\n").unwrap().1.split_once("```").unwrap().0;
    assert!(read("infra/sample-host-app/examples/verify_pass.rs").ends_with(block));
}

#[tokio::test]
async fn handoff_token_has_exactly_the_documented_claims() {
    let world = world().await;
    let mut jo = world.trialing("Acme", "jo@example.com").await;
    let claims = claims(&press_button(&mut jo).await);
    let token_claims: BTreeSet<String> = claims.as_object().unwrap().keys().cloned().collect();
    assert_eq!(rows(&read("docs/host-app.md"), "## Sign users in to your app"), token_claims);
}

#[test]
fn documented_events_are_those_that_complete_tasks() {
    let listed = rows(&read("docs/host-app.md"), "## Complete tasks from your app");
    let tasks = domain::checklist::BUILT_IN.tasks.iter().flat_map(|task| task.completed_by);
    let completing = tasks.filter_map(|trigger| match trigger {
        CompletionTrigger::HostEvent(kind) => Some((*kind).to_owned()),
        CompletionTrigger::Billing | CompletionTrigger::Invitation => None,
    });
    assert_eq!(listed, completing.collect());
}
