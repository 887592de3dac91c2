//! Checks that the template, the crates, and the recorded events are consistent.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use aws_local::template::Template;
use stack::{Config, Stack};
use test_support::events::cases;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn template() -> Template {
    Template::parse(aws_local::template::TEXT, &BTreeMap::new()).unwrap()
}

fn folders(of: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(root().join(of)).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    folders.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// Returns the text of every source file below a folder, except tests.
fn sources(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && path.file_stem().is_some_and(|stem| stem != "tests" && stem != "testing")
        {
            texts.push(std::fs::read_to_string(path).unwrap());
        }
    }
    texts
}

#[tokio::test]
async fn every_route_of_the_template_has_a_handler() {
    let stack = Stack::start(Config::memory()).await.unwrap();
    for route in template().routes {
        let (Some(method), false) = (route.method, route.path == "$default") else { continue };
        let path = route.path.replace(['{', '}'], "");
        let request = http::Request::builder().method(method.as_str()).uri(&path).header("host", "localhost");
        let response = stack.request(request.body(axum::body::Bytes::new()).unwrap()).await;
        assert_ne!(response.status(), 405, "{method} {path}");
        // A path with a made-up parameter may return 404. Operator paths return 404 without a
        // session.
        let may_be_missing = route.path.contains('{') || route.path.starts_with("/operator");
        assert!(response.status() != 404 || may_be_missing, "{method} {path}");
        assert_ne!(response.status(), 500, "{method} {path}");
    }
}

#[test]
fn recorded_ses_events_are_parsed() {
    let mailer_source = sources(&root().join("functions/mailer/src")).concat();
    let mut recorded = BTreeSet::new();
    for (_, event) in cases("mailer").into_iter().filter(|(case, _)| case.starts_with("ses-")) {
        let event_type = event["detail"]["eventType"].as_str().unwrap();
        assert!(
            mailer_source.contains(&format!("\"{event_type}\" =>")),
            "the mailer does not handle {event_type}"
        );
        recorded.insert(event_type.to_lowercase());
    }
    let event_types = ["bounce", "complaint", "delivery", "reject", "send"].map(str::to_owned);
    assert_eq!(recorded, BTreeSet::from(event_types), "one recorded event of each handled type");
}

#[test]
fn every_route_has_a_recorded_event() {
    let template = template();
    let events = template.functions.keys().flat_map(|function| cases(function).into_values());
    let recorded: BTreeSet<String> =
        events.filter_map(|event| event["routeKey"].as_str().map(str::to_owned)).collect();
    for route in template.routes.iter().filter(|route| route.method.as_deref() != Some("HEAD")) {
        let key =
            route.method.as_ref().map_or(route.path.clone(), |method| format!("{method} {}", route.path));
        assert!(recorded.contains(&key), "{key}");
    }
}

#[test]
fn every_function_runs_its_recorded_events() {
    assert_eq!(folders("events"), folders("functions"));
    for function in folders("functions") {
        let test = root().join("functions").join(&function).join("tests/events.rs");
        let text = std::fs::read_to_string(&test).unwrap();
        assert!(text.contains(&format!("events::check(\"{function}\"")), "{}", test.display());
    }
}
