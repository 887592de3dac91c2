//! Consistency of `docs/deploy.md` with the code and the template.

use std::collections::{BTreeMap, BTreeSet};

use aws_local::template::{TEXT, Template};
use stripe::EVENT_TYPES;

const GUIDE: &str = include_str!("../../../../../docs/deploy.md");

#[test]
fn guide_lists_exactly_the_handled_event_types() {
    let listed = GUIDE.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let listed: BTreeSet<_> = listed.lines().collect();
    assert_eq!(listed, EVENT_TYPES.into_iter().collect());
}

#[test]
fn guide_names_only_existing_parameters() {
    let document: serde_yaml_ng::Value = serde_yaml_ng::from_str(TEXT).unwrap();
    let parameters = document["Parameters"].as_mapping().unwrap();
    let given = GUIDE.split(|c: char| c.is_whitespace() || c == '`').filter_map(|word| word.split_once('='));
    let names: BTreeSet<_> =
        given.map(|(name, _)| name).filter(|name| name.starts_with(char::is_uppercase)).collect();
    let checked = names.iter().filter(|name| {
        ["Stripe", "Mail", "Log", "Operator", "Webhook"].iter().any(|part| name.starts_with(part))
    });
    let mut count = 0;
    for name in checked {
        assert!(parameters.contains_key(*name), "{name}");
        count += 1;
    }
    assert!(count > 6, "{names:?}");
}

#[test]
fn guide_lists_exactly_the_template_outputs() {
    assert!(Template::parse(TEXT, &BTreeMap::new()).is_ok());
    let document: serde_yaml_ng::Value = serde_yaml_ng::from_str(TEXT).unwrap();
    let outputs = document["Outputs"].as_mapping().unwrap().keys();
    let outputs: BTreeSet<_> = outputs.map(|name| name.as_str().unwrap()).collect();
    let table = GUIDE.split("| output | |\n|---|---|\n").nth(1).unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let named: BTreeSet<_> = rows.filter_map(|line| line.split('`').nth(1)).collect();
    assert_eq!(named, outputs);
}
