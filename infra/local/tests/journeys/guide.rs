//! The deployment guide beside what it speaks of.

use std::collections::{BTreeMap, BTreeSet};

use local::template::{TEXT, Template};
use stripe::EVENT_TYPES;

const GUIDE: &str = include_str!("../../../../docs/deploy.md");

#[test]
fn the_guide_lists_every_type_of_event_and_no_other() {
    let listed = GUIDE.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let listed: BTreeSet<_> = listed.lines().collect();
    assert_eq!(listed, EVENT_TYPES.into_iter().collect());
}

#[test]
fn the_guide_names_parameters_that_there_are() {
    let document: serde_yaml_ng::Value = serde_yaml_ng::from_str(TEXT).unwrap();
    let parameters = document["Parameters"].as_mapping().unwrap();
    let given = GUIDE.split(|c: char| c.is_whitespace() || c == '`').filter_map(|word| word.split_once('='));
    let names: BTreeSet<_> =
        given.map(|(name, _)| name).filter(|name| name.starts_with(char::is_uppercase)).collect();
    let ours = names.iter().filter(|name| {
        ["Stripe", "Mail", "Log", "Operator", "Webhook"].iter().any(|part| name.starts_with(part))
    });
    let mut count = 0;
    for name in ours {
        assert!(parameters.contains_key(*name), "{name}");
        count += 1;
    }
    assert!(count > 6, "{names:?}");
}

#[test]
fn the_guides_outputs_are_the_templates() {
    assert!(Template::parse(TEXT, &BTreeMap::new()).is_ok());
    let document: serde_yaml_ng::Value = serde_yaml_ng::from_str(TEXT).unwrap();
    let outputs = document["Outputs"].as_mapping().unwrap().keys();
    let outputs: BTreeSet<_> = outputs.map(|name| name.as_str().unwrap()).collect();
    let table = GUIDE.split("| output | |\n|---|---|\n").nth(1).unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let named: BTreeSet<_> = rows.filter_map(|line| line.split('`').nth(1)).collect();
    assert_eq!(named, outputs);
}
