//! Checks that the template, the crates, and the recorded events are consistent.

use std::collections::{BTreeMap, BTreeSet};

use aws_local::template::Template;
use stack::{Config, Stack};
use test_support::events::cases;

use crate::template::code::{FEEDBACK, folders, root};

fn template() -> Template {
    Template::parse(aws_local::template::TEXT, &BTreeMap::new()).unwrap()
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
fn every_type_of_ses_event_has_a_recorded_event() {
    let events = cases("mailer").into_values();
    let recorded: BTreeSet<String> =
        events.filter_map(|event| Some(event["detail"]["eventType"].as_str()?.to_lowercase())).collect();
    assert_eq!(recorded, FEEDBACK.iter().map(|it| it.event_type.to_owned()).collect());
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

#[test]
fn every_function_with_routes_has_the_same_layout() {
    for route in template().routes {
        let source = root().join("functions").join(&route.function).join("src");
        assert!(source.join("auth.rs").is_file(), "{}", source.display());
        assert!(source.join("handlers").is_dir(), "{}", source.display());
    }
}
